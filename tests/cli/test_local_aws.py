"""`pretoken local-aws`."""

from __future__ import annotations

import builtins
import json
import os
import re
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pretoken.cli.local_aws import HOST_OF_CONTAINERS, ITEMS, local_aws
from pretoken.local.server import LocalAWS
from tests.cli.conftest import PROGRAM, Run
from tests.simulator.folders import write

ROOT = Path(__file__).parents[2]
PLAIN = "language: 1\ntrigger: V3_0\nother_clients: apply_rules\nvariables: {STAGE: [test, live]}\n"
ENV = Path("env.json")

Serve = Callable[..., Result]


@pytest.fixture
def serve(run: Run, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Run the command on a free port, and press Ctrl-C as soon as it serves."""

    def interrupted(_: LocalAWS) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalAWS, "serve", interrupted)
    return lambda *arguments: run("local-aws", "--host", "127.0.0.1", "--port", "0", *arguments)


def write_items(text: str, path: Path = ITEMS) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def variables(path: Path = ENV) -> dict[str, Any]:
    found = json.loads(path.read_text())["PreTokenGeneration"]
    assert isinstance(found, dict)
    return found


def test_it_tells_what_it_made_the_next_command_and_how_to_stop(serve: Serve) -> None:
    result = serve()
    key, port = variables()["KEY"], variables()["AWS_ENDPOINT_URL"].rpartition(":")[2]
    assert result.output == (
        f"key    alias/billing-api\n       {key}\n"
        "table  users, empty; key: pk\n"
        "items  there is no events/items.yaml to put into tables; write it, or name another: `--items FILE`\n"
        "env    env.json is written\n"
        "next, in another terminal: sam build && sam local invoke -e EVENT.json\n"
        "\n"
        f"listening on 127.0.0.1:{port}; Ctrl-C stops it, and then all of this is gone\n"
    )
    assert result.exit_code == 0


def test_the_file_gives_each_declared_variable_a_value_and_the_endpoint(serve: Serve) -> None:
    serve()
    found = variables()
    assert [*found] == ["AWS_ENDPOINT_URL", "WEB_ID", "KEY"]
    assert re.fullmatch(r"http://host\.docker\.internal:\d+", found["AWS_ENDPOINT_URL"])
    assert found["WEB_ID"] == "WEB_ID"


def test_values_and_functions_that_stand_there_are_kept(serve: Serve) -> None:
    ENV.write_text('{"Other": {"A": "1"}, "PreTokenGeneration": {"WEB_ID": "mine", "MORE": "x"}}')
    serve()
    assert variables().items() >= {"WEB_ID": "mine", "MORE": "x"}.items()
    assert json.loads(ENV.read_text())["Other"] == {"A": "1"}


def test_a_file_that_is_right_is_not_written_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fixed(LocalAWS):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.port = 4599

    monkeypatch.setattr("pretoken.local.server.LocalAWS", Fixed)
    assert "env    env.json is written\n" in serve().output
    ENV.chmod(0o444)
    assert "env    env.json is as it should be\n" in serve().output


def test_another_file_is_named_in_the_next_command_and_so_is_the_sample_event(serve: Serve) -> None:
    write(Path("events"), "", **{"v2-sign-in.json": "{}"})
    output = serve("--env-file", "mine.json").output
    assert "sam local invoke -e events/v2-sign-in.json --env-vars mine.json\n" in output
    assert "KEY" in variables(Path("mine.json"))


def test_a_policy_that_needs_no_aws_is_told_so_and_nothing_is_served(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "plain", "rules: {}", PLAIN)
    result = run("local-aws", "--policies", "plain")
    assert result.output == (
        "env    env.json is written\n"
        "this policy needs no KMS key and no DynamoDB table, so there is nothing to serve\n"
        "next, in another terminal: sam build && sam local invoke -e EVENT.json\n"
    )
    assert result.exit_code == 0
    assert variables() == {"STAGE": "test"}


def test_lookups_that_are_not_served_are_told(serve: Serve, tmp_path: Path) -> None:
    lookups = (
        "lookups:\n"
        "  a: {parameter: {name: /a}, data: none, fields: {plan: string}}\n"
        "  b: {dynamodb: {table: users, key: {pk: a, sk: b}}, data: none, fields: {plan: string}}\n"
    )
    write(tmp_path / "more", "rules: {}", PLAIN + lookups)
    write_items("{}")
    output = serve("--policies", "more").output
    assert "table  users, empty; key: pk, sk\nlookup a: `parameter` isn't served here, so this lookup fails\n" in output


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ("user: []", "empty"),
        ("user: [{pk: anna-secret}]", "1 item"),
        ("user: [{pk: anna-secret, plan: pro}, {pk: bob-secret}]", "2 items"),
    ],
)
def test_the_number_of_items_is_told_and_nothing_they_hold(items: str, told: str, serve: Serve) -> None:
    write_items(items)
    output = serve().output
    assert f"table  users, {told}; key: pk\nenv " in output
    assert "secret" not in output


def test_items_stand_in_another_file_if_it_is_named(serve: Serve) -> None:
    write_items("user: []")
    write_items("user: [{pk: a}]", Path("mine.yaml"))
    assert "table  users, 1 item; key: pk\n" in serve("--items", "mine.yaml").output


def test_a_policy_without_tables_needs_no_items(serve: Serve, tmp_path: Path) -> None:
    pool = PLAIN.replace("{STAGE", "{KEY: any, STAGE") + 'recipients: {billing-api: {key: "${KEY}"}}\n'
    write(tmp_path / "sealing", "rules: {}", pool)
    output = serve("--policies", "sealing").output
    assert output.startswith("key    alias/billing-api\n")
    assert "items" not in output


@pytest.mark.parametrize("file", ["mine.yaml", "events/items.yaml"])
def test_a_named_file_of_items_that_is_missing_is_told_and_nothing_is_written(file: str, serve: Serve) -> None:
    result = serve("--items", file)
    assert result.exit_code == 2
    assert result.output == f"{file}: there is no such file; check the path: `--items FILE`\n"
    assert not ENV.exists()


def test_all_mistakes_of_the_items_are_told_with_their_places_and_nothing_is_written(serve: Serve) -> None:
    write_items("usr: []\nuser:\n  - {plan: pro}\n")
    result = serve()
    assert result.exit_code == 2
    assert result.output == (
        "events/items.yaml:1:1: unknown-name: `usr` isn't a lookup that is declared; did you mean `user`?\n"
        "events/items.yaml:3:5: missing-key: `pk` is part of the table's key; write `pk: TEXT`\n"
    )
    assert not ENV.exists()


def test_an_item_that_is_too_large_is_told_with_its_place_and_nothing_is_written(serve: Serve) -> None:
    write_items(f"user:\n  - {{pk: a, plan: {'x' * 450_000}}}\n")
    result = serve()
    assert result.exit_code == 2
    assert result.output.startswith("events/items.yaml:2:5: moto refuses this item; ")
    assert not ENV.exists()


def test_a_taken_port_is_told_and_nothing_is_written(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("local-aws", "--host", "127.0.0.1", "--port", port)
    assert result.exit_code == 2
    assert result.output == (
        f"127.0.0.1:{port}: address already in use; try `--port 0` for a free one, or another `--host`\n"
    )
    assert not ENV.exists()


def test_a_file_that_cannot_be_written_is_told_with_its_cure(serve: Serve) -> None:
    result = serve("--env-file", "missing/env.json")
    assert result.exit_code == 2
    assert "missing/env.json: this file can't be written" in result.output


def test_a_file_that_is_no_json_is_told_and_kept(serve: Serve) -> None:
    ENV.write_text("KEY=1")
    result = serve()
    assert result.exit_code == 2
    assert result.output.startswith("env.json:1:1: this isn't JSON; ")
    assert ENV.read_text() == "KEY=1"


@pytest.mark.parametrize("missing", ["moto", "flask"])
def test_without_moto_the_extra_is_named(missing: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pretoken.local.server":
            warnings.warn("When using MotoServer, install moto[server]", stacklevel=2)
            raise ModuleNotFoundError(name=missing)
        return real(name, *arguments, **options)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    result = run("local-aws")
    assert result.exit_code == 2
    assert result.output == f"`{missing}` isn't installed; run `pip install 'pretoken[cli,local]'`\n"


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "local-aws", "--port", "0"]
    options = ["--host", "127.0.0.1", "--policies", str(ROOT / "policies")]
    with subprocess.Popen(  # noqa: S603 - it is this program
        [*command, *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            line = next(line for line in process.stdout if line.startswith("listening on "))
            connection = HTTPConnection("127.0.0.1", int(line.partition(";")[0].rpartition(":")[2]), timeout=10)
            headers = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
            connection.request("POST", "/", "{}", headers)
            with connection.getresponse() as answer:
                assert answer.status == 200
                answer.read()
            connection.close()
            process.send_signal(signal.SIGINT)
            assert process.stdout.read() == "kms ListKeys 200\n"
            assert process.stderr.read() == ""
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_the_file_of_this_repository_is_what_the_command_writes(serve: Serve) -> None:
    """So a local run works before the command was ever run, and running it changes nothing."""
    assert serve("--policies", str(ROOT / "policies")).exit_code == 0
    written = json.loads(ENV.read_text())
    default = {option.name: option.default for option in local_aws.params}["port"]
    written["PreTokenGeneration"]["AWS_ENDPOINT_URL"] = f"http://{HOST_OF_CONTAINERS}:{default}"
    assert (ROOT / "env.json").read_text() == json.dumps(written, indent=2) + "\n"


def test_template_yaml_declares_each_variable_of_the_file() -> None:
    """SAM hands over no other."""
    template = (ROOT / "template.yaml").read_text()
    for name in variables(ROOT / "env.json"):
        assert re.search(rf"^ +{name}: ", template, re.MULTILINE), name
