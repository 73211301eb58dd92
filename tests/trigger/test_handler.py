"""The Lambda handler: an answer or one neutral refusal, and log lines that hold nothing personal."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.cognito.events import read_event
from pretoken.cognito.tokens import apply_response, default_tokens
from pretoken.trigger import create_handler
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.handler import NEUTRAL
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.telemetry import TRIGGER_SOURCES
from tests.trigger.plans import KEY, NOW, POOL_ID, SUB, WEB, Lookups, claim, lookup, make_event, make_plan, pool

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
EVENTS = sorted((ROOT / "events").glob("v*.json"))
REFERENCE = "c7a1e2b0-0000-4000-8000-1234567890ab"
CONTEXT = SimpleNamespace(aws_request_id=REFERENCE)
DOWN = {"from": "lookup.down.string"}
UNKNOWN = {"lookup.down.string": "x"}
SEALED = {"access_token": {"encrypted_for": {"crm": {"email": {"from": "attribute.email"}}}}}
SEALED_RULES = {"r": SEALED}
CRM = pool(recipients={"crm": {"key": KEY}})


class Run:
    """A handler with its log."""

    def __init__(self, rules: Mapping[str, Any] | None = None, **parts: Any) -> None:
        options = {name: parts.pop(name) for name in ("environment", "seal", "answers") if name in parts}
        options = {"environment": {}, "answers": Lookups(), **options}
        self.written: list[str] = []
        self.handler = create_handler(make_plan(dict(rules or {}), **parts), write=self.written.append, **options)

    def answer(self, event: object = None) -> dict[str, Any]:
        """Answer an event, and give the answer's part for V2_0 and V3_0."""
        answer = self.handler(make_event() if event is None else event, CONTEXT)
        return answer["response"]["claimsAndScopeOverrideDetails"] or {}

    def refuse(self, event: object = None, context: object = CONTEXT) -> str:
        """Refuse an event, and give the text of the error."""
        with pytest.raises(SignInRefused) as refused:
            self.handler(make_event() if event is None else event, context)
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
        return str(refused.value)

    @property
    def line(self) -> dict[str, Any]:
        """The only log line."""
        (line,) = self.written
        assert "\n" not in line
        return json.loads(line)  # type: ignore[no-any-return]


# answers


def test_an_event_is_answered_whole_with_the_response_filled_in() -> None:
    event = make_event(scopes=["openid"])
    before = json.dumps(event)
    handler = Run({"r": {**claim("x"), "id_token": {"suppress": ["email"]}}}).handler
    answer = handler(event, CONTEXT)
    assert {name: part for name, part in answer.items() if name != "response"} == {
        name: part for name, part in event.items() if name != "response"
    }
    assert answer["response"] == {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToSuppress": ["email"]},
            "accessTokenGeneration": {"claimsToAddOrOverride": {"c": "x"}},
        }
    }
    assert json.dumps(event) == before


def test_the_plan_may_be_a_file_and_the_environment_the_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.json").write_text(
        json.dumps(make_plan({"r": claim("${STAGE}é")}, pool=pool(variables={"STAGE": "any"})))
    )
    monkeypatch.setenv("STAGE", "prod")
    handler = create_handler(tmp_path / "policy.json", answers=Lookups())
    details = handler(make_event(), CONTEXT)["response"]["claimsAndScopeOverrideDetails"]
    assert details["accessTokenGeneration"]["claimsToAddOrOverride"] == {"c": "prodé"}
    assert json.loads(capsys.readouterr().out)["message"] == "decided"


def test_lookups_are_answered_by_whoever_is_given() -> None:
    run = Run({"r": claim({"from": "lookup.row.string"})}, answers=Lookups({"row": {"string": "x"}}))
    assert run.answer()["accessTokenGeneration"]["claimsToAddOrOverride"] == {"c": "x"}


def test_a_message_is_sealed_by_whoever_is_given() -> None:
    run = Run({"r": SEALED}, pool=CRM, seal=lambda recipient, _members, sub: f"{recipient}/{sub}")
    claims = run.answer(make_event(attributes={"email": "e"}))["accessTokenGeneration"]["claimsToAddOrOverride"]
    assert claims == {"encrypted_for_crm": f"crm/{SUB}"}
    assert (run.line["MessagesSealed"], run.line["SealingFailures"]) == (1, 0)


def test_a_policy_that_encrypts_makes_a_sealer_of_its_recipients_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, str]] = []

    class Sealer:
        def __init__(self, keys: dict[str, str], *, client_for: object) -> None:
            assert client_for
            made.append(keys)

        def seal(self, *_: object) -> str:
            return "sealed"

        def forget(self) -> None:
            raise AssertionError

    module = ModuleType("pretoken.sealing.sealer")
    module.Sealer = Sealer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pretoken.sealing.sealer", module)
    for effects in (SEALED, {"id_token": SEALED["access_token"]}):
        run = Run({"r": effects}, pool=CRM)
        run.answer(make_event(attributes={"email": "e"}))
        assert run.line["MessagesSealed"] == 1
    assert made == [{"crm": KEY}] * 2
    Run({"r": claim("x")}, pool=CRM)
    assert len(made) == 2


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_every_sample_event_is_answered(file: Path) -> None:
    version = f"{file.stem[:2].upper()}_0"
    rules = {
        "user": {"when": {"principal": "user"}, "id_token": {"claims": {"x": {"from": "attribute.sub"}}}},
        "groups": {"groups": {"remove": {"from_identity_provider": True}}},
    }
    run = Run(rules, pool=pool(trigger=[version]))
    event = json.loads(file.read_text())
    assert set(run.handler(event, CONTEXT)) == set(event)
    assert run.line["version"] == version


# refusals


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        5,
        {},
        {"request": None},
        {"userPoolId": POOL_ID, "callerContext": {"clientId": WEB}, "request": []},
        make_event(request={"userAttributes": {"sub": ["anna@example.com"]}, "scopes": []}),
        make_event(request={"userAttributes": "anna@example.com"}),
        make_event(request={"userAttributes": {"sub": SUB}, "scopes": ["a", 5]}),
        make_event(request={"userAttributes": {"sub": SUB}, "groupConfiguration": {"groupsToOverride": "anna"}}),
        make_event("V1_0"),
    ],
    ids=lambda event: json.dumps(event)[:40],
)
def test_an_event_that_is_none_is_refused_neutrally(event: object) -> None:
    run = Run({"r": claim("x")})
    with pytest.raises(SignInRefused) as refused:
        run.handler(event, CONTEXT)
    assert str(refused.value) == f"{NEUTRAL} (reference {REFERENCE})"
    assert (run.line["message"], run.line["level"], run.line["Refused"]) == ("refused", "ERROR", 1)
    assert run.line["code"].startswith("event-")
    assert "anna" not in run.written[0]


def test_an_answer_that_cognito_would_refuse_does_not_leave() -> None:
    run = Run({"r": {"access_token": {"claims": {"iss": "x"}}}})
    assert run.refuse() == f"{NEUTRAL} (reference {REFERENCE})"
    assert run.line["code"] == "reserved-claim"


@pytest.mark.parametrize(
    "error", [KeyError("anna"), RecursionError("anna"), MemoryError("anna"), SignInRefused("anna")]
)
def test_an_unforeseen_error_tells_only_its_kind_and_place(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("pretoken.trigger.handler.answer_of", fail)
    run = Run({"r": claim("x")})
    assert run.refuse() == f"{NEUTRAL} (reference {REFERENCE})"
    assert (run.line["code"], run.line["error"], run.line["Refused"]) == ("unforeseen", type(error).__name__, 1)
    assert re.fullmatch(r"tests\.trigger\.test_handler:\d+", run.line["where"])
    assert "anna" not in run.written[0]


@pytest.mark.parametrize(
    "answers",
    [lambda _name, _key: [1], lambda _name, _key: "row", lambda _name: None, lambda _name, _key: 1 / 0],
    ids=["list", "text", "signature", "error"],
)
def test_lookups_that_answer_nonsense_have_failed(answers: Any) -> None:
    run = Run({"r": claim({"from": "lookup.row.string"})}, answers=answers)
    run.answer()
    assert (run.line["message"], run.line["ClaimsLeftOut"]) == ("decided", 1)


@pytest.mark.parametrize("text", ["\ud83d", "\udc00a", float("nan"), float("inf")], ids=ascii)
def test_an_answer_that_cannot_be_sent_is_refused(text: object) -> None:
    """Lambda's runtime sends UTF-8, which has no half of a surrogate pair."""
    run = Run({"r": claim("x")})
    assert run.refuse(make_event(metadata={"x": text})).startswith(NEUTRAL)
    assert run.line["code"] == "not-sendable"


@pytest.mark.parametrize("context", [None, SimpleNamespace(), SimpleNamespace(aws_request_id=None)], ids=str)
def test_without_lambdas_request_id_the_reference_is_random(context: object) -> None:
    run = Run({"r": {"deny": "No."}})
    texts = {run.refuse(context=context) for _ in range(2)}
    assert len(texts) == 2
    for text, line in zip(
        sorted(texts), sorted(run.written, key=lambda line: json.loads(line)["reference"]), strict=True
    ):
        assert re.fullmatch(r"No\. \(reference [0-9a-f]{16}\)", text)
        assert json.loads(line)["reference"] in text


def test_a_reference_that_is_no_text_is_spelt_as_text() -> None:
    run = Run({"r": {"deny": "No."}})
    assert run.refuse(context=SimpleNamespace(aws_request_id=7)) == "No. (reference 7)"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({"r": {"deny": "Sign in through your company."}}, "Sign in through your company."),
        ({"r": {"deny": "No.", "when": UNKNOWN}}, "No."),
        ({"r": claim(DOWN, on_failure="deny")}, NEUTRAL),
        ({"b": {"deny": "B."}, "a": claim("x", when=UNKNOWN, on_failure="deny")}, NEUTRAL),
        ({"b": {"deny": "B."}, "c": claim("x", when=UNKNOWN, on_failure="deny")}, "B."),
    ],
)
def test_a_denial_has_the_rules_text_or_the_neutral_one(rules: dict[str, Any], text: str) -> None:
    run = Run(rules)
    assert run.refuse() == f"{text} (reference {REFERENCE})"
    assert (run.line["message"], run.line["level"], run.line["Denied"]) == ("denied", "WARN", 1)
    assert run.line["rule"] == min(rules)


def test_an_unknown_client_is_refused_where_pool_yaml_says_so() -> None:
    run = Run(pool=pool(other_clients="deny"))
    assert run.refuse(make_event(client="unknown")) == f"{NEUTRAL} (reference {REFERENCE})"
    assert (run.line["rule"], run.line["client"]) == ("other_clients", "other")
    assert "unknown" not in run.written[0]


def test_an_unknown_client_gets_the_rules_where_pool_yaml_says_so() -> None:
    run = Run({"r": claim("x", when={"client": {"exists": False}})})
    assert run.answer(make_event(client="unknown"))["accessTokenGeneration"]["claimsToAddOrOverride"] == {"c": "x"}
    assert run.line["client"] == "other"


# log lines


def test_the_line_of_a_decision_holds_names_counts_and_durations() -> None:
    rules = {
        "a": claim("x"),
        "b": {"id_token": {"claims": {"y": 1, "z": DOWN}}},
        "c": claim("y", when={"groups": "none"}),
        "d": {"id_token": {"claims": {"w": 1}}, "when": UNKNOWN},
        "e": {"id_token": {"claims": {"v": 1}}},
        "f": {"id_token": {"claims": {"v": 2}}},
    }
    run = Run(rules)
    run.answer()
    line = run.line
    metrics = line.pop("_aws")
    assert line.pop("DurationMs") >= 0
    assert datetime.fromisoformat(line.pop("timestamp")).timestamp() * 1000 == metrics["Timestamp"]
    assert line == {
        "level": "INFO",
        "message": "decided",
        "reference": REFERENCE,
        "version": "V3_0",
        "source": "TokenGeneration_HostedAuth",
        "client": "web",
        "principal": "user",
        "left_out": ["b: id_token.claims.z", "d: id_token.claims.w"],
        "conflicts": 1,
        "FunctionName": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        "Decided": 1,
        "RulesApplied": 4,
        "RulesInDoubt": 1,
        "ClaimsWritten": 2,
        "ClaimsLeftOut": 2,
        "ClaimConflicts": 1,
        "MessagesSealed": 0,
        "SealingFailures": 0,
    }
    assert {each["Name"] for each in metrics["CloudWatchMetrics"][0]["Metrics"]} <= {*line, "DurationMs"}


@pytest.mark.parametrize("event", [make_event(), make_event(client="x"), {}])
def test_every_line_tells_which_package_is_running(event: object) -> None:
    written: list[str] = []
    plan = {
        "digest": f"sha256:{'0123456789abcdef' * 4}",
        **make_plan({"deny": {"when": {"groups": "x"}, "deny": "No."}}),
    }
    plan["pool"] = {**plan["pool"], "other_clients": "deny"}
    handler = create_handler(plan, environment={}, write=written.append)
    with contextlib.suppress(SignInRefused):
        handler(event, CONTEXT)
    assert {json.loads(line)["package"] for line in written} == {"0123456789ab"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (make_event(), {"source": "TokenGeneration_HostedAuth", "principal": "user", "client": "web"}),
        (make_event(machine=True), {"source": "TokenGeneration_ClientCredentials", "principal": "machine"}),
        (make_event(triggerSource="anna@example.com"), {"source": "other"}),
        (make_event(triggerSource=["x"]), {"source": "other"}),
        (make_event(triggerSource=None), {"source": "other"}),
        (make_event(client="anna@example.com"), {"client": "other"}),
    ],
    ids=["user", "machine", "unknown source", "list", "none", "unknown client"],
)
def test_a_line_tells_of_the_event_only_what_is_declared(event: dict[str, Any], told: dict[str, str]) -> None:
    run = Run()
    run.answer(event)
    assert {name: run.line[name] for name in told} == told
    assert "anna" not in run.written[0]


def test_every_documented_trigger_source_is_told() -> None:
    assert len(TRIGGER_SOURCES) == 6
    for source in TRIGGER_SOURCES:
        run = Run()
        run.answer(make_event(triggerSource=source))
        assert run.line["source"] == source


@pytest.mark.parametrize("message", ["decided", "denied", "refused"])
def test_metrics_follow_the_embedded_metric_format(message: str) -> None:
    """One namespace, dimensions and metrics that are members of the line, numbers, at most 100 of them."""
    rules = {"decided": claim("x"), "denied": {"deny": "No."}, "refused": {"access_token": {"claims": {"iss": "x"}}}}
    run = Run({"r": rules[message]})
    if message == "decided":
        run.answer()
    else:
        run.refuse()
    line = run.line
    assert line["message"] == message
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "pretoken"
    assert directive["Dimensions"] == [["FunctionName"]]
    assert isinstance(line["FunctionName"], str)
    assert 0 < len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert set(metric) == {"Name", "Unit"}
        assert metric["Unit"] in ("Count", "Milliseconds", "Bytes")
        assert type(line[metric["Name"]]) in (int, float)


PERSONAL = {"attribute.email": {"domain": "example.com"}}
PERSONAL_LOOKUP = pool(
    lookups={
        "row": lookup(fields={"string": {}, "date": {"type": "date", "data": "user.demographic"}}),
        "down": lookup("{client.id}"),
        "by_mail": lookup("{attribute.email}"),
    },
    attributes={"custom:string": {"data": "none"}},
)


@pytest.mark.parametrize(
    ("when", "named"),
    [
        ({"groups": {"exists": False}}, True),
        ({"client": "web", "attribute.custom:string": {"exists": False}}, True),
        ({"lookup.row.string": {"exists": False}}, True),
        ({"derived.public": True}, True),
        ({"variable.STAGE": "prod"}, True),
        ({"lookup.row.date": {"exists": False}}, False),
        ({"lookup.by_mail.string": {"exists": False}}, False),
        (PERSONAL, False),
        ({"any": [{"client": "web"}, PERSONAL]}, False),
        ({"client": {"one_of": "attribute.custom:number"}, "groups": "x"}, False),
        ({"derived.personal": True}, False),
    ],
    ids=str,
)
def test_a_rule_that_denied_is_named_only_if_that_tells_nothing_personal(when: dict[str, Any], *, named: bool) -> None:
    """A condition on personal data, directly or through derived values and keys, makes the name a datum."""
    derived = {"personal": {"test": PERSONAL}, "public": {"test": {"client": "web"}}}
    run = Run(
        {"the-rule": {"deny": "No.", "when": {"any": [when, UNKNOWN]}}},
        pool=PERSONAL_LOOKUP | {"variables": {"STAGE": "any"}},
        derived=derived,
        environment={"STAGE": "prod"},
    )
    run.refuse(make_event(attributes={"email": "anna@example.com"}))
    assert run.line.get("rule") == ("the-rule" if named else None)
    assert ("the-rule" in run.written[0]) is named


@pytest.mark.parametrize(
    ("rule", "left_out"),
    [
        (claim(DOWN), ["r: access_token.claims.c"]),
        (claim(DOWN, when={"client": "web"}), ["r: access_token.claims.c"]),
        (claim(DOWN, when=PERSONAL), []),
        (claim({"choose": [{"when": PERSONAL, "value": DOWN}]}), []),
        (claim({"from": "attribute.birthdate"}), []),
        ({"groups": {"add": DOWN, "remove": {"one_of": "attribute.custom:strings"}}}, []),
        ({"groups": {"add": DOWN, "remove": {"one_of": "lookup.row.strings"}}}, ["r: groups.add"]),
    ],
    ids=str,
)
def test_a_value_that_failed_is_named_only_if_nothing_personal_decided_that(
    rule: dict[str, Any], left_out: list[str]
) -> None:
    """It is counted in any case."""
    run = Run({"r": rule})
    run.answer(make_event(attributes={"email": "anna@example.com", "birthdate": "soon"}))
    assert (run.line["left_out"], run.line["ClaimsLeftOut"]) == (left_out, 1)


@pytest.mark.parametrize(
    ("when", "unsealed"), [({"client": "web"}, ["crm: sealing-failed"]), (PERSONAL, [])], ids=["public", "personal"]
)
def test_a_message_that_could_not_be_sealed_is_named_with_the_cause(when: dict[str, Any], unsealed: list[str]) -> None:
    """Unless its rule's condition is personal; members and the error's text never are."""

    def seal(_recipient: str, members: Mapping[str, object], _sub: str) -> str:
        raise ValueError(members)

    run = Run({"r": {**SEALED, "when": when}}, pool=CRM, seal=seal)
    details = run.answer(make_event(attributes={"email": "anna@example.com"}))
    assert details["accessTokenGeneration"] == {"claimsToSuppress": ["encrypted_for_crm"]}
    assert (run.line["unsealed"], run.line["SealingFailures"], run.line["ClaimsLeftOut"]) == (unsealed, 1, 1)
    assert "anna" not in run.written[0]


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [
        ({}, {}),
        ({"lookups_total": "2s"}, {}),
        ({"access_token_bytes": 10_000}, {"AccessTokenOverLimit": 0}),
        ({"access_token_bytes": 100}, {"AccessTokenOverLimit": 1}),
        ({"id_token_bytes": 100, "access_token_bytes": 10_000}, {"AccessTokenOverLimit": 0, "IdTokenOverLimit": 1}),
        ({"id_token_bytes": 10_000}, {"IdTokenOverLimit": 0}),
    ],
    ids=str,
)
def test_a_token_is_measured_where_there_is_a_limit_and_issued_anyway(
    limits: dict[str, object], sizes: dict[str, int]
) -> None:
    run = Run({"r": claim("x")}, pool=pool(limits=limits))
    assert run.answer()
    line = run.line
    assert {name: value for name, value in line.items() if name.endswith("OverLimit")} == sizes
    assert {name for name in line if name.endswith("Bytes")} == {name.replace("OverLimit", "Bytes") for name in sizes}


def test_a_measured_token_is_the_one_that_cognito_will_issue() -> None:
    event = make_event(machine=True)
    run = Run({"r": claim("x" * 500)}, pool=pool(limits={"access_token_bytes": 1, "id_token_bytes": 1}))
    answer = run.handler(event, CONTEXT)
    read = read_event(event, ["V3_0"])
    tokens = apply_response(default_tokens(read, NOW), read, answer)
    assert (
        len(json.dumps(tokens.access_token)) < run.line["AccessTokenBytes"] < 3 * len(json.dumps(tokens.access_token))
    )
    assert "IdTokenBytes" not in run.line


MARKS = ["Mark1anna", "mark2@example.com", "Mark3Street", "Mark4tenant", "Mark5token", "1987-06-05"]
MARKED = make_event(
    userName="Mark1anna",
    attributes={
        "email": "mark2@example.com",
        "address": "Mark3Street",
        "custom:string": "Mark4tenant",
        "custom:number": "Mark4tenant",
        "birthdate": "1987-06-05",
        "identities": "Mark1anna",
    },
    metadata={"string": "Mark5token", "number": "Mark5token", "unknown": "Mark5token"},
    Mark1anna="Mark1anna",
)


@pytest.mark.parametrize(
    "rules",
    [
        {"r": claim({"from": "username"}), "s": claim({"from": "attribute.email"})},
        {"r": claim({"from": "attribute.custom:number"}), "s": {"groups": {"add": {"from": "identity_providers"}}}},
        {"r": claim({"template": "{attribute.birthdate}{metadata.number}"})},
        {"r": {"access_token": {"scopes": {"add": {"template": "{attribute.address} {metadata.string}"}}}}},
        {"r": {"when": {"attribute.email": "mark2@example.com"}, "deny": "No."}},
        {"r": {"access_token": {"claims": {"email_verified": 1, "sub": {"from": "username"}}}}},
        {"r": {"access_token": {"encrypted_for": {"crm": {"email": {"from": "attribute.email"}}}}}},
        {"r": claim({"from": "lookup.row.string"})},
    ],
    ids=str,
)
def test_neither_lines_nor_errors_hold_anything_of_the_event(rules: dict[str, Any]) -> None:
    def answers(name: str, key: dict[str, str]) -> object:
        return FAILED if name == "down" else {"string": {name: key}, **dict.fromkeys(MARKS, MARKS)}

    def seal(*parts: object) -> str:
        raise OSError(*parts)

    run = Run(rules, answers=answers, seal=seal, pool=CRM | {"limits": {"access_token_bytes": 1, "id_token_bytes": 1}})
    told = ""
    try:
        run.handler(MARKED, CONTEXT)
    except SignInRefused as refused:
        told = str(refused)
    told += "".join(run.written)
    assert run.line
    assert not [mark for mark in [*MARKS, SUB] if mark.lower() in told.lower()]


# lines that can't be written


@pytest.mark.parametrize("error", [OSError, ValueError, UnicodeEncodeError])
def test_a_line_that_cannot_be_written_changes_no_answer(error: type[Exception]) -> None:
    def write(_line: str) -> None:
        raise error("anna") if error is not UnicodeEncodeError else UnicodeEncodeError("ascii", "anna", 0, 1, "anna")

    def handler(rule: dict[str, Any]) -> Any:
        return create_handler(make_plan({"r": rule}), environment={}, answers=Lookups(), write=write)

    answer = handler(claim("x"))(make_event(), CONTEXT)
    assert answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    for rule, event in (
        ({"deny": "No."}, make_event()),
        (claim("x"), {}),
        (claim(DOWN, on_failure="deny"), make_event()),
    ):
        with pytest.raises(SignInRefused) as refused:
            handler(rule)(event, CONTEXT)
        assert str(refused.value) in (f"No. (reference {REFERENCE})", f"{NEUTRAL} (reference {REFERENCE})")


def test_a_decision_that_cannot_be_reported_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("anna")

    monkeypatch.setattr("pretoken.trigger.report.token_bytes", fail)
    run = Run({"r": claim("x")}, pool=pool(limits={"access_token_bytes": 1}))
    assert run.answer()["accessTokenGeneration"]
    line = run.line
    assert (line["message"], line["error"], line["where"].partition(":")[0]) == (
        "unreported",
        "KeyError",
        "tests.trigger.test_handler",
    )
    assert "anna" not in run.written[0]


def test_whoever_changes_an_answer_or_an_event_changes_no_later_answer() -> None:
    """Constants, decisions and lists of events are shared between sign-ins; what leaves is a copy."""
    rules = {
        "claims": claim(["orders:read"], when={"groups": "users"}),
        "nested": {"access_token": {"claims": {"n": {"choose": [{"when": {"groups": "users"}, "value": ["a"]}]}}}},
        "groups": {"groups": {"add": ["extra"]}, "iam_roles": {"add": ["role"]}},
        "same": {"groups": {"remove": "nobody"}},
    }
    run = Run(rules)
    event = make_event(groups=["users"])
    first = json.dumps(run.handler(event, CONTEXT))
    answer = run.answer(event)
    for claims in (answer["accessTokenGeneration"]["claimsToAddOrOverride"],):
        for items in claims.values():
            items.append("orders:approve")
    for items in answer["groupOverrideDetails"].values():
        items.append("superusers")
    event["request"]["groupConfiguration"]["groupsToOverride"].append("admins")
    assert json.dumps(run.handler(make_event(groups=["users"]), CONTEXT)) == first


def test_an_answer_that_came_with_the_event_does_not_leave_unchecked() -> None:
    run = Run({"r": {"access_token": {"scopes": {"remove": "admin"}}}})
    saved = {"accessTokenGeneration": {"scopesToAdd": ["admin"]}, "groupOverrideDetails": {}}
    event = make_event(response={"claimsAndScopeOverrideDetails": saved})
    assert run.answer(event) == {}


# cold start


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "no variable `STAGE`"),
        ({"STAGE": ""}, "no variable `STAGE`"),
        ({"STAGE": "de"}, "isn't one of the values"),
    ],
    ids=["missing", "empty", "not allowed"],
)
def test_without_its_variables_the_function_does_not_start(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(PlanError, match=problem):
        Run({"r": claim("x")}, pool=pool(variables={"STAGE": ["prod"]}), environment=environment)


@pytest.mark.parametrize(
    "rule",
    [
        claim({"from": "trigger_source"}),
        {"id_token": {"claims": {"c": {"from": "user.name"}}}},
        {"groups": {"remove": {"one_of": "group"}}},
    ],
    ids=["access token", "ID token", "groups"],
)
def test_a_plan_that_names_what_does_not_exist_does_not_start(rule: dict[str, Any]) -> None:
    """Even if no event that needs it has come yet."""
    with pytest.raises(PlanError, match="there is no input"):
        Run({"r": {"when": {"client": "never"}, **rule}})


def test_two_clients_have_two_ids() -> None:
    """Otherwise one would have the other's rights, by the order of names."""
    declared = pool(variables={"A": "any", "Z": "any"}, clients={"web": ["${A}"], "admin": ["${Z}"]})
    with pytest.raises(PlanError, match="the clients `admin` and `web` have one id"):
        Run({"r": claim("x")}, pool=declared, environment={"A": "x", "Z": "x"})


def test_a_key_that_is_none_does_not_start() -> None:
    with pytest.raises(PlanError, match=r"the recipients can't be used: .*alias/billing"):
        Run(SEALED_RULES, pool=pool(recipients={"crm": {"key": "alias/billing"}}))


def test_values_nested_too_deep_do_not_start() -> None:
    derived: dict[str, Any] = {"d0": "x"}
    for number in range(1, 2000):
        derived[f"d{number}"] = {"from": f"derived.d{number - 1}"}
    with pytest.raises(PlanError, match="nested too deep"):
        Run({"r": claim({"from": "derived.d1999"})}, derived=derived)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "`policy.json` can't be read as JSON: FileNotFoundError"),
        ("{", "`policy.json` can't be read as JSON: JSONDecodeError"),
        ("[]", "`policy.json` isn't a plan"),
        ('{"pool": {}, "digest": 1}', "`policy.json` isn't a plan"),
        ('{"rules": {}}', "`policy.json` isn't a plan"),
    ],
    ids=["missing", "broken", "no object", "no digest", "no pool"],
)
def test_without_a_plan_the_function_does_not_start(
    text: str | None, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("policy.json").write_text(text)
    with pytest.raises(PlanError, match=problem):
        create_handler("policy.json", environment={})


# as SAM deploys it

SCRIPT = """
import json, os, sys
sys.path[:0] = [sys.argv[1]]
from pre_token_generation import handler
answers = {}
for file in sys.argv[2:]:
    with open(file, encoding="utf-8") as opened:
        answers[os.path.basename(file)] = handler(json.load(opened), None)
print(json.dumps({"answers": answers, "modules": sorted(sys.modules), "path": sys.path}))
"""
RULES = {
    "tenant": {
        "when": {"client": "web"},
        "access_token": {"claims": {"tenant_id": {"from": "attribute.custom:active_tenant", "default": "none"}}},
        "id_token": {"claims": {"greeting": {"template": "Hello {attribute.given_name}"}}},
    },
    "no-profile-writes": {"access_token": {"scopes": {"remove": "aws.cognito.signin.user.admin"}}},
    "no-provider-groups": {"groups": {"remove": {"from_identity_provider": True}}},
}
NEVER_IMPORTED = {"pretoken.sealing", "pretoken.policy", "boto3", "aws_encryption_sdk", "pydantic", "yaml", "site"}
TOO_SLOW_TO_IMPORT = {"asyncio", "contextlib", "dataclasses", "inspect", "logging", "pathlib", "typing", "urllib.parse"}


@pytest.mark.parametrize("version", ["V1_0", "V2_0", "V3_0"])
def test_the_function_answers_every_sample_event_without_third_party_packages(version: str, tmp_path: Path) -> None:
    """The five lines that SAM deploys, beside the library and a policy that encrypts nothing."""
    shutil.copy(ROOT / "triggers" / "pre_token_generation.py", tmp_path)
    shutil.copytree(ROOT / "pretoken", tmp_path / "pretoken", ignore=shutil.ignore_patterns("__pycache__"))
    plan = make_plan(RULES, pool=pool(trigger=[version], lookups={}, recipients={"crm": {"key": KEY}}))
    (tmp_path / "policy.json").write_text(json.dumps(plan))
    files = [str(file) for file in EVENTS if file.stem.startswith(version[:2].lower())]
    assert files
    command = [sys.executable, "-I", "-S", "-B", "-c", SCRIPT, str(tmp_path), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})  # noqa: S603 - our own script
    *lines, result = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(result["answers"]) == len(files) == len(lines)
    assert not NEVER_IMPORTED & set(result["modules"])
    assert not TOO_SLOW_TO_IMPORT & set(result["modules"])
    assert not [path for path in result["path"] if "site-packages" in path]
    for file in files:
        event = json.loads(Path(file).read_text())
        read = read_event(event, [version])
        tokens = apply_response(default_tokens(read, NOW), read, result["answers"][Path(file).name])
        assert "aws.cognito.signin.user.admin" not in tokens.access_token.get("scope", "").split() or version == "V1_0"
        assert not [group for group in tokens.access_token.get("cognito:groups", ()) if group.startswith(POOL_ID)]
        assert ("tenant_id" in tokens.access_token) is (read.client_id == WEB and version != "V1_0")
        if tokens.id_token is not None and read.client_id == WEB:
            name = read.attributes.get("given_name")
            assert tokens.id_token.get("greeting") == (f"Hello {name}" if name else None)
