"""Only the id of a user pool becomes a URL."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken.verifier.user_pool import user_pool


@pytest.mark.parametrize(
    ("pool_id", "host"),
    [
        ("eu-west-1_Ab12Cd34", "cognito-idp.eu-west-1.amazonaws.com"),
        ("us-gov-west-1_Ab12Cd34", "cognito-idp.us-gov-west-1.amazonaws.com"),
        ("ap-southeast-2_000000000", "cognito-idp.ap-southeast-2.amazonaws.com"),
        ("cn-north-1_Ab12Cd34", "cognito-idp.cn-north-1.amazonaws.com.cn"),
        ("mx-central-1_" + "a" * 42, "cognito-idp.mx-central-1.amazonaws.com"),
    ],
)
def test_a_pool_has_two_issuers(pool_id: str, host: str) -> None:
    pool = user_pool(pool_id)
    assert pool.id == pool_id
    assert pool.issuers == (f"https://{host}/{pool_id}", f"https://issuer-{host}/{pool_id}")


@pytest.mark.parametrize(
    "pool_id",
    [
        "",
        "eu-west-1",
        "eu-west-1_",
        "_Ab12Cd34",
        "eu-west-1_Ab/../x",
        "eu-west-1_Ab12Cd34\n",
        "eu-west-1_Ab12Cd34 ",
        "evil.example/eu-west-1_Ab12Cd34",
        "eu-west-1_Ab12Cd34?x",
        "eu-west-1_Ab12Cd34#",
        "eu-west-1.evil.example_A",
        "eu-west-1@evil_A",
        "EU-WEST-1_Ab12Cd34",
        "eu-west-1_Ab_12",
        "eu-west-1_Äb",
        "eu-west-１_Ab",
        "eu-west-1_" + "a" * 46,
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab12Cd34",
        None,
        5,
        b"eu-west-1_Ab12Cd34",
        ["eu-west-1_A"],
    ],
)
def test_anything_else_is_refused(pool_id: Any) -> None:
    with pytest.raises(ValueError, match="is no user pool id"):
        user_pool(pool_id)
