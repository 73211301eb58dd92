"""What goes wrong around the function: it answers with less, or Lambda starts it anew."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from aws_encryption_sdk.internal.formatting.deserialize import deserialize_header

from pretoken.sealing import Opener
from tests.runtime.emulator import Emulator
from tests.runtime.packages import ROOT, SIGN_IN, VARIABLES, encrypted_claim
from tests.sealing.parts import decode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.aws import AWS

MACHINE = json.loads((ROOT / "events" / "v3-machine.json").read_text())  # nothing is encrypted for it


def wrapped_data_key(answer: Any) -> Any:
    header, _ = deserialize_header(BytesIO(decode(encrypted_claim(answer))))
    (data_key,) = header.encrypted_data_keys
    return data_key.encrypted_data_key


def test_while_kms_hangs_the_answer_comes_in_time_without_the_encrypted_claim(
    sample: Path, aws: AWS, variables: dict[str, str]
) -> None:
    """Cognito waits for five seconds, the deployed function has four."""
    with Emulator(sample, variables) as function:
        with aws.hanging():
            answer = function.invoke(SIGN_IN)
        (line,) = function.logged(function.references[-1])
        after = function.invoke(SIGN_IN)
    details = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert "encrypted_for_billing_api" in details["claimsToSuppress"]
    assert details["claimsToAddOrOverride"]["roles"] == ["admin", "editor"]
    assert line["unsealed"] == ["billing-api: kms-timeout"]
    assert 2000 <= line["DurationMs"] < 4000
    assert encrypted_claim(after)


def test_without_kms_the_answer_comes_without_the_encrypted_claim(sample: Path, variables: dict[str, str]) -> None:
    """As in a local run to which nobody gave a KMS."""
    with Emulator(sample, variables | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) as function:
        answer = function.invoke(SIGN_IN)
        lookup, decided = function.logged(function.references[-1])
    assert answer["response"]
    assert not encrypted_claim(answer)
    assert (lookup["Lookup"], lookup["Cause"]) == ("user", "unreachable")
    assert decided["unsealed"] == ["billing-api: kms-unreachable"]


def test_killed_between_calls_or_in_the_middle_of_one_the_function_starts_anew_with_a_new_data_key(
    sample: Path, aws: AWS, variables: dict[str, str]
) -> None:
    with Emulator(sample, variables) as function, ThreadPoolExecutor(1) as pool:
        before = function.invoke(SIGN_IN)
        function.kill_function()
        assert "signal: killed" in function.invoke(SIGN_IN)["errorMessage"]
        asked = len(aws.calls)
        with aws.hanging():
            call = pool.submit(function.invoke, SIGN_IN)
            aws.wait_for_calls(asked + 1)
            function.kill_function()
            assert "signal: killed" in call.result()["errorMessage"]
        after = function.invoke(SIGN_IN)
    assert len(aws.calls) == asked + 2
    assert wrapped_data_key(before) != wrapped_data_key(after)
    members = Opener("billing-api", aws.key, client=aws.client).open(
        encrypted_claim(after), sub=SIGN_IN["request"]["userAttributes"]["sub"]
    )
    assert set(members) == {"email", "name", "employee_number"}


@pytest.mark.parametrize("operation", ["GenerateDataKey", "GetItem"])
def test_where_the_function_has_less_time_than_it_would_wait_it_waits_less(
    operation: str, sample: Path, aws: AWS, variables: dict[str, str]
) -> None:
    """Two attempts to reach KMS would take longer than this timeout."""
    with Emulator(sample, variables, timeout=2) as function:
        function.invoke(MACHINE)  # where the machine is busy, the start may take longer than the timeout
        with aws.hanging(operation):
            answer = function.invoke(SIGN_IN)
    assert answer["response"]
    assert bool(encrypted_claim(answer)) == (operation == "GetItem")


def test_while_the_table_hangs_the_answer_comes_in_time_without_what_it_holds(
    sample: Path, aws: AWS, variables: dict[str, str]
) -> None:
    with Emulator(sample, variables) as function:
        with aws.hanging("GetItem"):
            answer = function.invoke(SIGN_IN)
        lookup, decided = function.logged(function.references[-1])
        after = function.invoke(SIGN_IN)
    token = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert {"tenant_id", "plan"} <= set(token["claimsToSuppress"])
    assert token["claimsToAddOrOverride"]["adult"] is True
    assert (lookup["Lookup"], lookup["Cause"]) == ("user", "timeout")
    assert 450 <= decided["LookupMs"] < 650
    token = after["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert token["claimsToAddOrOverride"]["tenant_id"] == "acme"


def test_machines_are_answered_while_kms_hangs(sample: Path, aws: AWS, variables: dict[str, str]) -> None:
    """Nothing is encrypted for them, so nobody waits."""
    with Emulator(sample, variables) as function, aws.hanging():
        asked = len(aws.calls)
        answer = function.invoke(MACHINE | {"callerContext": {"clientId": VARIABLES["WORKER_CLIENT_ID"]}})
    assert answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["claimsToAddOrOverride"]
    assert len(aws.calls) == asked


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ("{", "can't be read as JSON: JSONDecodeError"),
        ('{"rules": {}}', "isn't a plan"),
        (None, "can't be read as JSON: FileNotFoundError"),
    ],
    ids=["broken", "no plan", "missing"],
)
def test_with_a_broken_plan_the_function_does_not_start_and_says_why(
    plan: str | None, problem: str, plain: Path, tmp_path: Path
) -> None:
    package = shutil.copytree(plain, tmp_path / "package")
    (package / "policy.json").unlink()
    if plan is not None:
        (package / "policy.json").write_text(plan)
    with Emulator(package, VARIABLES) as function:
        for _ in range(2):
            answer = function.invoke(SIGN_IN)
            assert answer["errorType"] == "PlanError"
            assert problem in answer["errorMessage"]
    assert problem in function.output


def test_without_a_variable_the_function_does_not_start_and_names_it(plain: Path) -> None:
    with Emulator(plain, {"WEB_CLIENT_ID": "web-client"}) as function:
        answer = function.invoke(SIGN_IN)
    assert answer["errorType"] == "PlanError"
    assert "`WORKER_CLIENT_ID`" in answer["errorMessage"]
