"""A user pool as its tokens name it."""

from __future__ import annotations

import re
from typing import NamedTuple

# Amazon Cognito API Reference, UserPoolType: `[\w-]+_[0-9a-zA-Z]+`, at most 55; the first part is the region.
_ID = re.compile(r"(?=.{3,55}\Z)([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)_[0-9a-zA-Z]+")


class UserPool(NamedTuple):
    """A user pool: its id, and the URLs of its two issuers, the original one and the updated one.

    A pool is set to one of them, and both host the same keys.

    Source: Amazon Cognito API Reference, IssuerConfigurationType.
    """

    id: str
    issuers: tuple[str, str]


def user_pool(pool_id: str) -> UserPool:
    """Return the user pool of an id such as `eu-west-1_Ab12Cd34`.

    Raises:
        ValueError: this is no user pool id. URLs are made of it, so nothing else gets through.
    """
    match = _ID.fullmatch(pool_id) if isinstance(pool_id, str) else None
    if match is None:
        raise ValueError(f"`{pool_id}` is no user pool id; give one like `eu-west-1_Ab12Cd34`")
    region = match[1]
    domain = f"{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}/{pool_id}"
    return UserPool(pool_id, (f"https://cognito-idp.{domain}", f"https://issuer-cognito-idp.{domain}"))
