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
from pretoken.local import EnvFile, parse_items, resources_of
from pretoken.local.server import LocalAWS
from pretoken.policy.load import load_policy
from pretoken.policy.yaml import read_yaml
from pretoken.sealing import errors as sealing
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.simulation import Simulator
from pretoken.trigger import create_handler
from pretoken.trigger.fetching import causes as fetching
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
        def __init__(self, resources: Any, _host: str, port: int, *more: Any) -> None:
            super().__init__(resources, "127.0.0.1", 0, *more)
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
    assert {name.split(" ")[0] for name in names(section(PAGE, "With keys and tables"), "option")} == known - common


def test_causes_and_messages_are_those_of_the_function() -> None:
    told = names(section(PAGE, "Reading the log"), "in the log")
    sources = "".join(path.read_text() for path in (ROOT / "pretoken" / "trigger").rglob("*.py"))
    causes = {*sealing.CAUSES, *fetching.CAUSES}
    assert {"kms-unreachable", "unreachable"} <= told & causes
    assert all(f'"{name}' in sources for name in told - causes)


def test_the_shown_item_goes_into_the_file_and_gives_its_person_a_tenant() -> None:
    plan = load_policy(ROOT / "policies").plan()
    variables = dict.fromkeys(plan["pool"]["variables"], "table")
    (added,) = (block.text for block in blocks_of(PAGE) if block.adds)
    content = (ROOT / "events" / "items.yaml").read_text() + added.partition("user:\n")[2]
    item = parse_items(content.encode(), "items.yaml", plan["pool"], variables)["table"][-1]
    event = json.loads((ROOT / "events" / "v3-sign-in.json").read_text())
    assert item.attributes["pk"] == {"S": f"USER#{event['request']['userAttributes']['sub']}"}
    shown: Any = read_yaml(added, "items.yaml").data
    after = Simulator(plan).run(event, answers_of({"user": shown["user"][0]}), now=0).after
    assert after
    assert after.access_token["tenant_id"] == shown["user"][0]["default_tenant"]


def test_the_script_opens_the_claim_of_an_answer(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """And the answer has the tenant that an item of the table gives."""
    plan = load_policy(folder / "policies").plan()
    plan["pool"]["lookups"]["user"]["timeout"] = "2s"  # a busy machine is no outage
    env = EnvFile(folder / "env.json")
    log: list[str] = []
    resources = resources_of(plan["pool"], env.variables, "env.json")
    items = parse_items(
        (folder / "events" / "items.yaml").read_bytes(), "items.yaml", plan["pool"], resources.variables
    )
    with serving(LocalAWS(resources, "127.0.0.1", 0, log.append, items)) as port:
        env.update({"AWS_ENDPOINT_URL": f"http://{HOST_OF_CONTAINERS}:{port}"})
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "defaultkey")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://localhost:{port}")
        handler = create_handler(plan, environment=env.variables, write=lambda _: None)
        event = json.loads((folder / "events" / "v2-sign-in.json").read_text())
        answer = handler(event, None)
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(answer)))
        exec(block(PAGE, "open_claim.py").text, {})  # noqa: S102 - it is our own page
    opened = ast.literal_eval(capsys.readouterr().out)
    assert opened["email"] == event["request"]["userAttributes"]["email"]
    claims = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["claimsToAddOrOverride"]
    assert claims["tenant_id"] == event["request"]["userAttributes"]["custom:active_tenant"]
    assert log == ["dynamodb GetItem 200", "kms GenerateDataKey 200", "kms Decrypt 200"]
