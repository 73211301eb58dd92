"""The page about tests names every key, option and attribute, and its Python tests pass."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from pretoken.cli.program import program
from pretoken.policy.load import load_policy
from pretoken.simulator.expect import Expect, ExpectedAccessToken, ExpectedScopes
from pretoken.simulator.given import Given
from pretoken.simulator.lookups import parse_answers
from pretoken.simulator.outcome import AccessTokenOutcome
from pretoken.testing import Outcome
from tests.docs.pages import block, names, section, write_files

PAGE = "testing.md"


def test_every_key_of_a_case_stands_there() -> None:
    text = section(PAGE, "Case files")
    assert names(text, "`given`") == set(Given.model_fields)
    assert names(text, "`expect`") == set(Expect.model_fields)
    assert names(text, "of a token") == set(ExpectedAccessToken.model_fields)
    assert all(f"`{key}`" in text for key in ExpectedScopes.model_fields)


@pytest.mark.parametrize(("command", "heading"), [("test", "pretoken test"), ("preview", "Previews")])
def test_every_option_stands_there(command: str, heading: str) -> None:
    common = {"--policies", "--no-python", "--format"}
    told = {name.split(" ")[0] for name in names(section(PAGE, heading), "option")} | common
    assert all(f"`{name}" in section(PAGE, "pretoken test") for name in common)
    for option in program.commands[command].params:
        assert told & {*option.opts, *option.secondary_opts}, option
    known = {name for option in program.commands[command].params for name in (*option.opts, *option.secondary_opts)}
    assert told <= known


def test_every_attribute_of_an_outcome_stands_there() -> None:
    text = section(PAGE, "pytest")
    assert names(text, "of the outcome") == {field.name for field in fields(Outcome)}
    assert all(f"`{field.name}`" in text for field in fields(AccessTokenOutcome))


def test_the_python_test_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(PAGE, tmp_path)
    monkeypatch.chdir(tmp_path)
    module: dict[str, object] = {"__name__": "test_policy"}
    exec(block(PAGE, "tests/test_policy.py").text, module)  # noqa: S102 - it is our own page
    test = module["test_only_admins_get_permissions"]
    assert callable(test)
    test("editors")


def test_the_answers_of_lookups_are_answers(tmp_path: Path) -> None:
    policies = write_files(PAGE, tmp_path)
    content = (tmp_path / "lookups.yaml").read_bytes()
    assert parse_answers(content, "lookups.yaml", load_policy(policies).plan()["pool"]) == {"user": {"tenant": "acme"}}
