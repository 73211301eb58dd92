"""SnapStart, with Lambda's own runtime client: what is in a snapshot, and what each restored environment makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.runtime.packages import SIGN_IN, VARIABLES, encrypted_claim
from tests.runtime.runtime_api import starting_function

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.aws import AWS

PRIMED = f"""
import json, sys
from pre_token_generation import handler
assert handler(json.loads({json.dumps(json.dumps(SIGN_IN))}), None)["response"]
"""


def test_a_data_key_is_made_only_after_the_restore_with_the_credentials_of_then(
    sample: Path, aws: AWS, variables: dict[str, str]
) -> None:
    aws.calls.clear()
    with starting_function(sample, variables) as api:
        api.wait_for_snapshot()
        assert aws.calls == []
        api.restored.set()
        messages = {encrypted_claim(api.invoke(SIGN_IN)) for _ in range(3)}
    assert len(messages) == 3
    assert "" not in messages
    assert aws.calls == ["restored"]


def test_a_data_key_that_was_made_before_the_snapshot_is_not_in_it(
    sample: Path, aws: AWS, variables: dict[str, str], tmp_path: Path
) -> None:
    """A team may prime its function by a call at import."""
    (tmp_path / "primed.py").write_text(PRIMED)
    aws.calls.clear()
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    path = {"PYTHONPATH": f"{sample}:{tmp_path}"}
    with starting_function(sample, variables | credentials | path, handler="primed.handler") as api:
        api.wait_for_snapshot()
        assert len(aws.calls) == 1
        api.restored.set()
        assert encrypted_claim(api.invoke(SIGN_IN))
    assert len(aws.calls) == 2


def test_a_policy_that_encrypts_nothing_starts_with_snapstart_too(plain: Path) -> None:
    with starting_function(plain, VARIABLES) as api:
        api.wait_for_snapshot()
        api.restored.set()
        assert api.invoke(SIGN_IN)["response"]
