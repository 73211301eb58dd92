"""What the documentation shows is true: its files load, its commands run, its links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pretoken.cli.program import program
from tests.docs.pages import GENERATED, OTHERS, PAGES, ROOT, Block, anchors, blocks_of, prose_of, text_of, write_files

WITH_POLICY = [page for page in PAGES if any(block.path == "policies/pool.yaml" for block in blocks_of(page))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
OURS = ("pretoken", "pytest")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with the sample events, and without colours."""
    shutil.copytree(ROOT / "events", tmp_path / "events")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def each(language: str) -> pytest.MarkDecorator:
    found = [(page, block) for page in PAGES for block in blocks_of(page) if block.language == language]
    return pytest.mark.parametrize("block", [pytest.param(block, id=f"{page}:{block.line}") for page, block in found])


def test_there_are_pages_with_policies() -> None:
    assert {"rules.md", "testing.md"} <= set(WITH_POLICY)


@each("yaml")
def test_yaml_is_a_whole_file_whose_path_is_its_first_line(block: Block) -> None:
    assert block.path


@pytest.mark.parametrize("page", WITH_POLICY)
def test_the_files_of_a_page_are_a_policy_without_findings_whose_cases_pass(page: str, folder: Path) -> None:
    write_files(page, folder)
    runner = CliRunner()
    commands = ["check", "test"] if Path("policies/cases").is_dir() else ["check"]
    for command in commands:
        result = runner.invoke(program, [command])
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", WITH_POLICY)
def test_commands_run_and_print_what_the_page_shows(page: str, folder: Path) -> None:
    write_files(page, folder)
    for block in blocks_of(page):
        for command, shown in _commands(block):
            name, *arguments = shlex.split(command)
            if name != "pretoken":
                continue
            result = CliRunner().invoke(program, arguments)
            assert result.exit_code in (0, 1), result.output
            if shown:
                assert result.output.strip() == shown.strip()


@each("console")
def test_commands_of_pretoken_exist_with_their_options(block: Block) -> None:
    for command, _ in _commands(block):
        name, *arguments = shlex.split(command)
        if name == "pretoken":
            context, current = click.Context(program), program
            while isinstance(current, click.Group):
                found = current.get_command(context, arguments.pop(0))
                assert found, command
                current = found  # type: ignore[assignment]
            current.make_context(name, arguments)


def _commands(block: Block) -> list[tuple[str, str]]:
    if block.language != "console":
        return []
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts[1:])]


@each("python")
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@each("json")
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("page", [*PAGES, GENERATED, *OTHERS])
def test_links_lead_to_files_and_headings(page: str) -> None:
    here = (ROOT / "docs" / page).resolve()
    for link in LINK.findall(prose_of(page)):
        if link.startswith(("https://", "http://")):
            continue
        file, _, anchor = link.partition("#")
        target = (here.parent / file) if file else here
        assert target.exists(), f"{page} links to {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{page} links to {link}"


@pytest.mark.parametrize("page", [*PAGES, *OTHERS])
def test_a_line_of_prose_is_one_sentence(page: str) -> None:
    for line in prose_of(page).splitlines():
        if not line.startswith(("|", "#")):
            assert not re.search(
                r"[a-z0-9`)*?]\. (?=[A-Z`])", re.sub(r"^(?:[0-9]\. |\* )?(?:\*\*.+?\*\* )?", "", line)
            ), line


@pytest.mark.parametrize("page", [*PAGES, *OTHERS])
def test_a_page_is_plain(page: str) -> None:
    """Nothing but characters that every editor shows, and no line ends in a blank."""
    text = text_of(page)
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)
    assert text.endswith("\n")
