"""The page about local runs shows what the command prints, and its script opens the claim of an answer."""

from __future__ import annotations

import ast
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pretoken.cli.local_aws import HOST_OF_CONTAINERS
from pretoken.cli.program import program
from pretoken.local import EnvFile, resources_of
from pretoken.local.server import LocalAWS
from pretoken.policy.load import load_policy
from pretoken.sealing.errors import CAUSES
from pretoken.trigger import create_handler
from tests.docs.pages import ROOT, block, blocks_of, names, section
from tests.local.serving import serving

PAGE = "local.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project, without anything of AWS in the environment."""
    for name in ("policies", "events"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "env.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")  # so that what the script sets is taken back
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_what_the_command_prints_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Default(LocalAWS):
        def __init__(self, resources: Any, _host: str, port: int, log: Any) -> None:
            super().__init__(resources, "127.0.0.1", 0, log)
            self.port = port

        def serve(self) -> None:
            pass

    monkeypatch.setattr("pretoken.local.server.LocalAWS", Default)
    result = CliRunner().invoke(program, ["local-aws"])
    (shown,) = (block.text for block in blocks_of(PAGE) if block.language == "text")
    assert result.output == shown


def test_every_option_stands_there() -> None:
    common = {"--policies", "--python", "--no-python"}
    known = {name for option in program.commands["local-aws"].params for name in (*option.opts, *option.secondary_opts)}
    assert {name.split(" ")[0] for name in names(section(PAGE, "With encryption"), "option")} == known - common


def test_causes_and_messages_are_those_of_the_function() -> None:
    told = names(section(PAGE, "Reading the log"), "in the log")
    sources = "".join((ROOT / "pretoken" / "trigger" / file).read_text() for file in ("handler.py", "text.py"))
    assert {name for name in told if name.startswith("kms-")} <= set(CAUSES)
    assert all(name in sources for name in told if not name.startswith("kms-"))


def test_the_script_opens_the_claim_of_an_answer(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    plan = load_policy(folder / "policies").plan()
    env = EnvFile(folder / "env.json")
    log: list[str] = []
    resources = resources_of(plan["pool"], env.variables, "env.json")
    with serving(LocalAWS(resources, "127.0.0.1", 0, log.append)) as port:
        env.update({"AWS_ENDPOINT_URL": f"http://{HOST_OF_CONTAINERS}:{port}"})
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "defaultkey")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://localhost:{port}")
        handler = create_handler(plan, environment=env.variables, write=lambda _: None)
        event = json.loads((folder / "events" / "v2-sign-in.json").read_text())
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(handler(event, None))))
        exec(block(PAGE, "open_claim.py").text, {})  # noqa: S102 - it is our own page
    opened = ast.literal_eval(capsys.readouterr().out)
    assert opened["email"] == event["request"]["userAttributes"]["email"]
    assert log == ["kms GenerateDataKey 200", "kms Decrypt 200"]
