"""The keys of recipients."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "not-a-key-arn"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/a"


def keyed(key: str) -> str:
    assert KEY in POOL
    return POOL.replace(KEY, key)


@pytest.mark.parametrize(
    "key",
    [
        "alias/billing",
        "arn:aws:kms:eu-west-1:000000000000:alias/billing",
        "arn:aws:kms:eu-west-1:12:key/a",
        "arn:aws:s3:::bucket",
        "00000000-0000-4000-8000-000000000000",
    ],
)
def test_a_key_that_is_no_key_arn_is_an_error_with_an_example(key: str, found: Found) -> None:
    """The function couldn't start; the key itself isn't repeated, for it may hold an account's number."""
    (finding,) = found(NAME, pool=keyed(key))
    assert finding.startswith("pool.yaml:")
    assert finding.endswith(
        "error[not-a-key-arn]: `recipients.billing-api.key` isn't the ARN of a KMS key, so the function can't start; "
        "write one such as `arn:aws:kms:REGION:ACCOUNT:key/ID`"
    )


@pytest.mark.parametrize(
    "key",
    [
        KEY,
        "arn:aws-us-gov:kms:us-gov-west-1:000000000000:key/mrk-00000000000040008000000000000000",
        "${ANY}",
        "arn:aws:kms:${STAGE}:000000000000:key/a",
    ],
)
def test_a_key_arn_or_a_key_with_a_variable_is_fine(key: str, found: Found) -> None:
    """What a variable holds is known at cold start only."""
    assert found(NAME, pool=keyed(key)) == []
