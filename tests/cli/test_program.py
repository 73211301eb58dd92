"""The program itself: help, exit codes, and what becomes of bugs."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pretoken import cli
from pretoken.cli.program import TRACEBACK, told
from tests.cli.conftest import Run
from tests.simulator.folders import event


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pretoken", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_help_lists_the_commands(run: Run) -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.split("Commands:\n")[1].splitlines()] == [
        "build",
        "check",
        "diff",
        "init",
        "local-aws",
        "preview",
        "schema",
        "test",
        "verify",
    ]
    assert run("-h").output == result.output


@pytest.mark.parametrize(
    "command",
    [["build"], ["check"], ["diff"], ["init"], ["local-aws"], ["preview"], ["test"], ["schema"], ["schema", "rules"]],
)
def test_every_command_has_a_help(command: list[str], run: Run) -> None:
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 100


def test_help_loads_neither_models_nor_yaml_nor_aws() -> None:
    code = (
        "import sys\nfrom pretoken.cli.program import program\n"
        "program(['--help'], standalone_mode=False)\n"
        "heavy = {name for name in sys.modules if name.split('.')[0] in ('pydantic', 'yaml', 'boto3', 'botocore')}\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own code


def test_it_runs_with_the_arguments_of_the_process(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del run
    assert call(monkeypatch, "check") == 0
    assert capsys.readouterr().out == "no findings: 5 rules in 2 files, 1 case\n"


def test_a_bug_is_told_without_its_text(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del run
    monkeypatch.delenv(TRACEBACK, raising=False)

    def fail(*_: object, **__: object) -> None:
        raise KeyError("anna@example.com")

    monkeypatch.setattr("pretoken.simulator.examination.load_policy", fail)
    assert call(monkeypatch, "check") == 2
    told = capsys.readouterr().err

    assert told.startswith("pretoken: this is a bug of pretoken (KeyError at tests.cli.test_program:")
    assert told.endswith("); please report it; `PRETOKEN_TRACEBACK=1` shows more\n")
    assert "anna" not in told


def test_a_bug_shows_its_traceback_to_those_who_ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    del run
    monkeypatch.setenv(TRACEBACK, "1")
    monkeypatch.setattr(sys, "argv", ["pretoken", "check"])

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("pretoken.simulator.examination.load_policy", fail)
    with pytest.raises(KeyError):
        cli.main()


@pytest.mark.parametrize("module", ["click", "pydantic"])
def test_a_missing_extra_is_told_with_the_command_that_installs_it(module: str, run: Run) -> None:
    del run
    code = (
        f"import sys; sys.modules[{module!r}] = None; sys.argv = ['', 'check']; from pretoken.cli import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, env=environment)  # noqa: S603

    assert done.returncode == 2
    assert done.stderr == f"pretoken: `{module}` isn't installed; run `pip install 'pretoken[cli]'`\n"


def test_text_that_the_terminal_can_not_write_is_escaped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    del run
    raw = event(attributes={"custom:tenant": "ümläut 漢字", "name": "half a pair \ud83d"})
    Path("event.json").write_text(json.dumps(raw))
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding="latin-1"))

    assert call(monkeypatch, "preview", "--event", "event.json") == 0
    sys.stdout.flush()
    assert "ümläut \\u6f22\\u5b57" in output.getvalue().decode("latin-1")
    assert "half a pair \\ud83d" in output.getvalue().decode("latin-1")


def test_a_stream_of_another_sort_is_taken_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    del run
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)

    assert not hasattr(stream, "reconfigure")
    assert call(monkeypatch, "check") == 0
    assert stream.getvalue().startswith("no findings")


def test_a_missing_module_of_ours_is_a_bug_and_another_one_an_extra() -> None:
    assert told(ModuleNotFoundError(name="yaml")).startswith("pretoken: `yaml` isn't installed; ")
    assert "this is a bug" in told(ModuleNotFoundError(name="pretoken.policy"))


def test_without_click_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "pretoken.cli.program")

    assert call(monkeypatch, "check") == 2
    assert capsys.readouterr().err == "pretoken: `click` isn't installed; run `pip install 'pretoken[cli]'`\n"
