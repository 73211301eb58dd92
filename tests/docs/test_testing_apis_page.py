"""The page about tests of APIs names all that the issuer has, every broken token and its code; its tests pass."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from pretoken.testing import TokenIssuer
from pretoken.testing.broken import _LEVELS, _TOO_LONG
from pretoken.testing.broken_messages import MESSAGES
from tests.docs.pages import block, names, rows, section

PAGE = "testing-apis.md"


def texts(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_everything_that_an_issuer_has_stands_there_with_its_arguments() -> None:
    text = section(PAGE, "The issuer")
    public = {name for name in {*vars(TokenIssuer), *vars(TokenIssuer())} if not name.startswith("_")}
    assert names(text, "of the issuer") == public
    for cells in rows(text, "of the issuer"):
        (name, *_) = texts(cells[0])
        if name.endswith("_token"):
            assert set(texts(cells[1])) == inspect.signature(getattr(TokenIssuer, name)).parameters.keys() - {"self"}


def test_every_broken_token_stands_there_with_its_code() -> None:
    told: dict[str, str] = {}
    for tokens, codes, _ in rows(section(PAGE, "Broken tokens"), "`broken`"):
        found, of_them = texts(tokens), texts(codes)
        told |= zip(found, of_them if len(of_them) > 1 else of_them * len(found), strict=True)
    assert told == TokenIssuer.BROKEN
    assert {name for tokens, *_ in rows(section(PAGE, "Broken tokens"), "`broken`")[-3:] for name in texts(tokens)} == {
        *MESSAGES
    }
    assert f"{_LEVELS:,} levels" in section(PAGE, "Broken tokens")
    assert f"{_TOO_LONG:,} characters" in section(PAGE, "Broken tokens")


def test_the_python_tests_pass() -> None:
    module: dict[str, Any] = {"__name__": "test_invoices"}
    exec(block(PAGE, "tests/test_invoices.py").text, module)  # noqa: S102 - it is our own page
    module["test_the_invoice_goes_to_the_address_in_the_token"]()
    refused: Callable[[str], None] = module["test_other_tokens_are_refused"]
    for name in TokenIssuer.BROKEN.keys() - MESSAGES:
        refused(name)
