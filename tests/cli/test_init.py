"""`pretoken init`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_the_next_three_commands_are_shown(run: Run) -> None:
    result = run("init", "shop tokens")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "shop tokens is a new project; go on with\n\n    cd 'shop tokens'\n    make demo\n    make test\n"
    )


def test_a_new_project_passes_its_own_checks_and_cases(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", "shop")
    monkeypatch.chdir("shop")

    assert run("check").output.startswith("no findings: ")
    assert ", 0 failed\n" in run("test", "--fail-under", "100").output
    assert run("preview", "--event", "events/v2-sign-in.json", "--lookups", "events/lookups.yaml").exit_code == 0


def test_a_folder_that_is_not_empty_is_refused(run: Run) -> None:
    before = {path: path.stat() for path in Path().rglob("*")}
    result = run("init", ".")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == ".: this folder isn't empty; name a new one: `pretoken init DIR`\n"
    assert {path: path.stat().st_mtime for path in Path().rglob("*")} == {
        path: stat.st_mtime for path, stat in before.items()
    }


def test_a_folder_has_to_be_named(run: Run) -> None:
    result = run("init")
    assert result.exit_code == 2
    assert "Missing argument 'DIR'" in result.stderr
