"""What must not be told: anything of a token."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from tests.verifier.minting import access_claims

if TYPE_CHECKING:
    from collections.abc import Iterator

_VALUES = [value for value in access_claims().values() if isinstance(value, str) and value != "access"]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and all errors behind it."""
    while error is not None:
        yield error
        if error.__cause__ is not None:
            yield from chain(error.__cause__)
        error = error.__context__


def assert_tells_nothing(error: BaseException, token: str) -> None:
    """Assert that neither an error nor any behind it holds a part of a token or a claim's value."""
    parts = [*_VALUES, *(part[:24] for part in token.split(".") if len(part) > 8), "admins", "maria"]
    for one in chain(error):
        told = "".join(map(repr, (str(one), one, one.args, vars(one), getattr(one, "www_authenticate", ""))))
        told += "".join(traceback.format_exception_only(one))
        assert not [part for part in parts if part in told]
