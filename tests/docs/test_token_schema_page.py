"""The page about the schema of access tokens: its excerpt, members and options are real, and its tests pass."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pretoken.cli.program import program
from tests.docs.pages import block, blocks_of, names, section, write_files

PAGE = "token-schema.md"


@pytest.fixture
def schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    write_files(PAGE, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(program, ["schema", "tokens", "--output", "token-schema.json"]).exit_code == 0
    found: dict[str, Any] = json.loads(Path("token-schema.json").read_text(encoding="utf-8"))
    return found


def test_the_excerpt_is_real(schema: dict[str, Any]) -> None:
    (shown,) = (block for block in blocks_of(PAGE) if block.language == "json")
    assert json.loads(shown.text) == schema["definitions"]["web.user"]["properties"]


def test_all_members_of_the_annotation_stand_there(schema: dict[str, Any]) -> None:
    text = section(PAGE, "What it says")
    assert names(text, "`x-pretoken` of the document") == {*schema["x-pretoken"]}
    annotation = schema["definitions"]["web.user"]["x-pretoken"]
    assert names(text, "`x-pretoken` of a definition") == {*annotation}
    of_message = {*annotation["encrypted_for"]["billing-api"], *annotation["scopes"], *annotation["groups"]}
    of_client = {*schema["x-pretoken"]["clients"]["web"]}
    assert of_message | of_client <= {*re.findall(r"`(\w+)`", text)}


def test_the_python_tests_pass(schema: dict[str, Any]) -> None:
    assert schema
    module: dict[str, Any] = {"__name__": "test_schema"}
    exec(block(PAGE, "tests/test_schema.py").text, module)  # noqa: S102 - it is our own page
    module["test_a_tenant_is_text"]()
    module["test_other_tenants_are_refused"]()
