"""Mistakes of those who run commands: each is told in words, with a cure, and exits with 2."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pretoken.cli.inputs import EVENT
from tests.cli.conftest import Run
from tests.simulator.folders import event, write

NO_EVENTS = {
    "": "standard input: nothing stands in it; an event looks like this:\n{\n",
    "{": (
        "standard input:1:2: not-json: expecting property name enclosed in double quotes; "
        "check it with `python -m json.tool`\n"
    ),
    '{\n  "a": 1,\n  "b" 2}': (
        "standard input:3:7: not-json: expecting ':' delimiter; check it with `python -m json.tool`\n"
    ),
    '{"a": NaN}': "standard input: not-json: JSON has no `NaN`; an event looks like this:\n",
    "[" * 100_000: "standard input: not-json: a number is too long, or it is nested too deep; ",
    "1" * 5000: "standard input: not-json: a number is too long, or it is nested too deep; ",
    "[]": "standard input: event-not-an-object: the event isn't an object; pass the whole event that Cognito sends\n\n",
    "{}": "standard input: event-pool: `userPoolId` isn't text; give the id of the user pool, ",
    '{"userPoolId": "eu-west-1_Ab12Cd34"}': "standard input: event-client: `callerContext.clientId` isn't text; ",
    '{"userPoolId": "p", "callerContext": {"clientId": "c"}, "request": {}}': (
        "standard input: event-version: this is no V3_0 event, so Cognito would ignore the answer; "
        "choose another event, or write `trigger: V1_0` in pool.yaml if the user pool sends this one\n"
    ),
}


@pytest.mark.parametrize(("text", "message"), NO_EVENTS.items(), ids=[text[:20] for text in NO_EVENTS])
def test_what_is_no_event_says_what_is_missing(text: str, message: str, run: Run) -> None:
    result = run("preview", "--event", "-", stdin=text)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)


def test_an_event_that_is_not_utf_8_is_told(run: Run) -> None:
    Path("event.json").write_bytes(b'{"a": "\xff"}')
    result = run("preview", "--event", "event.json")

    assert result.stderr == "event.json: not-json: this isn't UTF-8; save the file as UTF-8\n"


def test_a_policy_of_old_events_says_which_version_another_event_needs(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "policies", "rules: {}", "language: 1\ntrigger: V1_0\nother_clients: apply_rules\n")
    result = run("preview", "--event", "-", stdin=json.dumps(event()))

    assert "this is no V1_0 event" in result.stderr
    assert "write `trigger: V2_0` in pool.yaml" in result.stderr


def test_what_an_event_looks_like_is_an_event(run: Run) -> None:
    result = run("preview", "--event", "-", "--variable", "WEB_ID=7q3webexample1client0id", stdin=EVENT)
    assert result.exit_code == 0


def test_a_missing_file_is_told_with_the_one_that_was_meant(run: Run) -> None:
    Path("event.json").write_text("{}")

    result = run("preview", "--event", "evnt.json")
    assert result.exit_code == 2
    assert result.stderr == "evnt.json: there is no such file; did you mean `event.json`?\n"
    result = run("preview", "--event", "nowhere/e.json")
    assert result.stderr == "nowhere/e.json: there is no such file; check the path: `--event FILE`\n"


def test_a_folder_in_place_of_a_file_is_told(run: Run) -> None:
    Path("events").mkdir()
    assert run("preview", "--event", "events").stderr == (
        "events: this is a folder; name a file: `--event events/FILE`\n"
    )
    Path("events/b.json").write_text("{}")
    Path("events/a.json").write_text("{}")

    result = run("preview", "--event", "events")
    assert result.exit_code == 2
    assert result.stderr == "events: this is a folder; name a file: `--event events/a.json`\n"


def test_a_file_that_may_not_be_read_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr("pretoken.cli.inputs.Path.read_bytes", refuse)
    monkeypatch.setattr("pretoken.cli.preview.load_policies", lambda *_, **__: _Loaded())

    assert run("preview", "--event", "e.json").stderr == "e.json: this file can't be read; check it with `ls -l`\n"


class _Loaded:
    def plan(self) -> dict[str, object]:
        return {"pool": {"trigger": ["V3_0"], "other_clients": "deny"}, "rules": {}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("usr: none", "l.yaml:1:1: unknown-name: `usr` isn't a lookup that is declared; did you mean `user`?\n"),
        ("user: {plan: 1}", "l.yaml:1:14: wrong-type: `plan` must be a text; write `plan: acme`\n"),
        ("user: {", "l.yaml:"),
        ("", "l.yaml:1:1: empty-value: "),
    ],
)
def test_mistakes_in_answers_are_told_with_their_place(content: str, message: str, run: Run) -> None:
    Path("l.yaml").write_text(content)
    result = run("preview", "--event", "-", "--lookups", "l.yaml", stdin=json.dumps(event()))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)


def test_a_missing_file_of_answers_is_told(run: Run) -> None:
    result = run("preview", "--event", "-", "--lookups", "l.yaml", stdin=json.dumps(event()))

    assert result.stderr == "l.yaml: there is no such file; check the path: `--lookups FILE`\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--now", "today"], "--now: this is no instant with a time zone; write `--now 2026-01-01T00:00:00Z`\n"),
        (["--now", "2026"], "--now: seconds since 1970 have 9 digits or more; write `--now 2026-01-01T00:00:00Z`\n"),
        (["--variable", "WEB_ID"], "--variable: this is no name with a value; write `--variable NAME=VALUE`\n"),
        (["--variable", "WEB_ID="], "--variable: this is no name with a value; write `--variable NAME=VALUE`\n"),
        (
            ["--variable", "WEB=x"],
            "--variable: unknown-name: `WEB` isn't a variable that is declared; did you mean `WEB_ID`?\n",
        ),
        (
            ["--variable", "STAGE=x"],
            "--variable: wrong-choice: pool.yaml doesn't allow this for `STAGE`; write one of `test`, `live`\n",
        ),
    ],
)
def test_wrong_values_of_options_are_told(options: list[str], message: str, run: Run) -> None:
    write(Path("policies"), "rules: {}")
    result = run("preview", "--event", "-", *options, stdin=json.dumps(event()))

    assert (result.exit_code, result.stderr) == (2, message)


@pytest.mark.parametrize("command", [["preview", "--event", "-"], ["test"], ["schema", "rules"]])
def test_a_policy_with_errors_stops_commands_that_need_a_sound_one(
    command: list[str], run: Run, tmp_path: Path
) -> None:
    write(tmp_path / "policies", "rules: {a: {acess_token: {}}, b: {}}")
    result = run(*command, stdin="{}")

    assert (result.exit_code, result.stdout) == (2, "")
    first, second = result.stderr.splitlines()
    assert first.startswith("policies/rules/a.yaml:1:13: unknown-key: a rule has no key `acess_token`; ")
    assert second.startswith("policies/rules/a.yaml:1:34: no-effect: ")


@pytest.mark.parametrize("command", [["preview", "--event", "-"], ["test"], ["check"]])
def test_a_missing_policy_folder_is_told(command: list[str], run: Run) -> None:
    result = run(*command, "--policies", "nowhere")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("nowhere")
    assert "there is no such folder" in result.stderr


@pytest.mark.parametrize("command", [["preview", "--event", "-"], ["test"]])
def test_rule_files_in_python_can_be_refused(command: list[str], run: Run) -> None:
    Path("policies/rules/b.py").write_text("raise SystemExit('this was run')")
    result = run(*command, "--no-python")

    assert result.exit_code == 2
    assert "policies/rules/b.py:1:1: " in result.stderr
    assert "this was run" not in result.output


@pytest.mark.parametrize(
    "arguments", [["preview"], ["preview", "--evnt", "x"], ["prevew"], ["test", "--fail-under", "200"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str], run: Run) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLACES = [
    ("userName",),
    ("callerContext",),
    ("request",),
    ("response",),
    ("request", "scopes"),
    ("request", "clientMetadata"),
    ("request", "groupConfiguration"),
    ("request", "groupConfiguration", "preferredRole"),
    ("request", "userAttributes"),
    ("request", "userAttributes", "identities"),
    ("request", "userAttributes", "custom:tenant"),
    ("request", "userAttributes", "address"),
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=JSON)
def test_whatever_stands_in_an_event_is_shown_or_told(place: tuple[str, ...], value: Any, run: Run) -> None:
    raw = copy.deepcopy(event())
    part = raw
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    result = run("preview", "--event", "-", stdin=json.dumps(raw))

    assert result.exit_code in (0, 1, 2)
    assert bool(result.stderr) == (result.exit_code == 2)
