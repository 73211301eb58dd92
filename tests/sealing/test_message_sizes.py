"""The length of a message is known before it is sealed."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pretoken.sealing import Sealer, local_kms_client
from pretoken.sealing.sizes import message_characters

_ID = "key/00000000-0000-4000-8000-000000000000"
KEYS = {
    "a": f"arn:aws:kms:eu-west-1:000000000000:{_ID}",
    "billing-api": f"arn:aws-us-gov:kms:us-gov-west-1:000000000000:{_ID}",
}


@settings(max_examples=60)
@given(st.sampled_from(sorted(KEYS)), st.integers(0, 13_000))
@example("a", 4096 - len('{"sub":"s","m":""}'))
@example("a", 8192 - len('{"sub":"s","m":""}'))
def test_a_message_is_as_long_as_computed(recipient: str, length: int) -> None:
    """To the character, whatever the number of frames, a last one that is empty included."""
    members = {"m": "x" * length}
    sealer = Sealer(KEYS, client_for=local_kms_client)
    content = len(json.dumps({"sub": "s", **members}, separators=(",", ":")))
    sealed = len(sealer.seal(recipient, members, "s"))
    assert message_characters(content, len(KEYS[recipient]), recipient) == sealed
