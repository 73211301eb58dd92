"""The pages of the documentation: their blocks, tables, headings and links."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pretoken.policy.yaml import read_yaml

ROOT = Path(__file__).parents[2]
GENERATED = "checks.md"
PAGES = sorted(
    path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md") if path.name != GENERATED
)
EXAMPLES = [f"../{path.relative_to(ROOT).as_posix()}" for path in sorted((ROOT / "examples").rglob("README.md"))]
OTHERS = ["../README.md", "../CHANGELOG.md", "../CONTRIBUTING.md", "../events/README.md", *EXAMPLES]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"# (?P<add>add to )?(?P<path>[\w./-]+\.(?:yaml|py))\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, and the file that its first line names."""

    language: str
    text: str
    line: int
    path: str | None
    adds: bool

    def __str__(self) -> str:
        return f"{self.path or self.language}:{self.line}"


@cache
def text_of(page: str) -> str:
    """Give a page's text."""
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


@cache
def blocks_of(page: str) -> tuple[Block, ...]:
    """Give a page's blocks."""
    text = text_of(page)
    blocks = []
    for match in _BLOCK.finditer(text):
        mark = _MARK.match(match[2])
        line = text.count("\n", 0, match.start()) + 1
        blocks.append(Block(match[1], match[2], line, mark and mark["path"], bool(mark and mark["add"])))
    return tuple(blocks)


def block(page: str, path: str) -> Block:
    """Give the block that is a file."""
    (found,) = (block for block in blocks_of(page) if block.path == path and not block.adds)
    return found


def prose_of(page: str) -> str:
    """Give a page's text without its blocks."""
    return _BLOCK.sub("", text_of(page))


def section(page: str, heading: str) -> str:
    """Give the text under a heading, up to the next heading of its level or above."""
    prose = prose_of(page)
    match = re.search(rf"^(#+) {re.escape(heading)}$", prose, re.MULTILINE)
    assert match, f"{page} has no heading {heading}"
    rest = prose[match.end() :]
    following = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def rows(text: str, header: str) -> list[list[str]]:
    """Give the rows of the table whose first column has this header."""
    match = re.search(rf"^\| {re.escape(header)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert match, f"there is no table that begins with {header}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in match[1].splitlines()]


def names(text: str, header: str) -> set[str]:
    """Give the names in backticks in the first column of a table, without what follows a colon."""
    return {name.partition(":")[0] for row in rows(text, header) for name in re.findall(r"`([^`]+)`", row[0])}


def paths(text: str, header: str) -> dict[str, list[str]]:
    """Give the rows of a table of inputs by their path."""
    return {re.findall(r"`([^`]+)`", row[0])[0]: row for row in rows(text, header)}


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def write_files(page: str, folder: Path) -> Path:
    """Write the files of a page into a folder; give the folder of its policy, if it has one."""
    added: dict[str, list[dict[str, Any]]] = {}
    for part in blocks_of(page):
        if part.path and part.adds:
            added.setdefault(part.path, []).append(_data(part))
    for part in blocks_of(page):
        if part.path and not part.adds:
            path = folder / part.path
            path.parent.mkdir(parents=True, exist_ok=True)
            text = part.text
            for addition in added.pop(part.path, ()):
                text = json.dumps(_joined(json.loads(text) if text[0] == "{" else _data(part), addition))
            path.write_text(text, encoding="utf-8")
    assert not added, f"{page} adds to files that it doesn't have"
    return folder / "policies"


def _data(part: Block) -> dict[str, Any]:
    document = read_yaml(part.text, str(part))
    assert not document.errors
    assert isinstance(document.data, dict)
    return document.data


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _joined(one.get(key), value) for key, value in other.items()}}
    assert one is None, f"{other} would replace {one}"
    return other
