"""The encryption context."""

from __future__ import annotations

import pytest

from pretoken.sealing import encryption_context


def test_the_context_names_the_recipient_and_nothing_else() -> None:
    assert encryption_context("billing-api") == {"recipient": "billing-api"}


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_missing_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is missing"):
        encryption_context(name)


def test_the_prefix_of_the_encryption_sdk_is_refused() -> None:
    with pytest.raises(ValueError, match="`aws-crypto-x` begins with `aws-crypto-`"):
        encryption_context("aws-crypto-x")
