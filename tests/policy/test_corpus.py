"""A corpus of wrong files: every node of two policies, changed in every way, and what is said about it."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pretoken.policy.errors import PolicyErrors, RuleError
from pretoken.policy.load import load_policy
from pretoken.policy.yaml import read_yaml

ROOT = Path(__file__).parents[2]
ZOO = Path(__file__).parent / "fixtures" / "good" / "zoo"
FOREIGN = re.compile(
    r"[Pp]ydantic|[Ii]nput should|validation error|type=|NoneType|dict|tuple|Strict|Annotated|Tag|function-|_type\b"
    r"|Operators|FirstOf|UnionOf|Tested|Choose|AccessToken|RuleFile"
)
OF_MODELS = (
    *("unknown-key", "wrong-place", "wrong-choice", "wrong-constant", "wrong-name", "wrong-duration", "wrong-value"),
    *("empty", "empty-test", "empty-condition", "no-effect", "no-value", "two-values", "two-steps", "unknown-step"),
    *("missing-key", "no-provider", "too-short", "too-long", "out-of-range"),
)
REPLACEMENTS: tuple[Any, ...] = (
    5,
    True,
    "text",
    [],
    {},
    [{}],
    {"a": "b"},
    [["a"]],
    -1.5,
    "",
    [5, "a"],
    {"from": "groups"},
    None,
)
At: TypeAlias = tuple[str | int, ...]


def nodes(data: Any, at: At = ()) -> Iterator[At]:
    """Give the place of every node."""
    yield at
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from nodes(value, (*at, key))


def changed(data: Any, at: At, change: Callable[[Any, Any], None]) -> Any:
    """Copy data and change the holder of the node at a place."""
    data = deepcopy(data)
    holder = data
    for step in at[:-1]:
        holder = holder[step]
    change(holder, at[-1])
    return data


def rename(holder: Any, key: Any) -> None:
    """Misspell a key, in its place."""
    items = [(f"{name}x" if name == key else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(items)


def delete(holder: Any, key: Any) -> None:
    """Take a node away."""
    del holder[key]


def mutations(data: Any, every: int) -> Iterator[tuple[At, Any]]:
    """Give wrong variants of a file, each with the place of the change.

    With `every` 1 each node is deleted, renamed and replaced; with 3 one of these in turn, with 6 every other node.
    """
    for number, at in enumerate(nodes(data)):
        if at and number % every == 0:
            yield at, changed(data, at, delete)
        if at and isinstance(at[-1], str) and number % every == 1 % every:
            yield (*at[:-1], f"{at[-1]}x"), changed(data, at, rename)
        if at and number % every == 2 % every:
            new = REPLACEMENTS[number // every % len(REPLACEMENTS)]
            yield at, changed(data, at, lambda holder, key, new=new: holder.__setitem__(key, new))  # type: ignore[misc]
    yield (), []
    yield (), "text"


def check_message(error: RuleError, texts: dict[str, str]) -> None:
    """Hold an error against the house rules."""
    assert FOREIGN.search(error.message) is None, error
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.name), error
    assert not error.message.endswith("."), error
    assert "`" in error.message.rsplit(";")[-1] or re.search(r"\bquotes$|leave .* out$|write .*$|\?$", error.message), (
        error
    )
    lines = texts[error.place.file].splitlines()
    assert 1 <= error.place.line <= max(1, len(lines)), error
    assert 1 <= error.place.column <= len(lines[error.place.line - 1]) + 1, error


@pytest.mark.parametrize(("folder", "every"), [(ROOT / "policies", 2), (ZOO, 6)], ids=["sample", "zoo"])
def test_whatever_is_wrong_is_said_in_our_words(
    folder: Path, every: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never Pydantic's words or a name of ours, always a cure and a place in the file that was changed."""
    files = {
        str(path.relative_to(folder)): read_yaml(path.read_text(encoding="utf-8"), "x").data
        for path in (folder / "pool.yaml", *sorted((folder / "rules").glob("*.yaml")))
    }
    monkeypatch.chdir(tmp_path)
    texts = {name: json.dumps(data, indent=1, ensure_ascii=False) for name, data in files.items()}
    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    load_policy(".")
    seen, refused_count = set(), 0
    for name, data in files.items():
        for at, wrong in mutations(data, every):
            text = json.dumps(wrong, indent=1, ensure_ascii=False)
            Path(name).write_text(text, encoding="utf-8")
            try:
                load_policy(".")
            except PolicyErrors as refused:
                refused_count += 1
                for error in refused.errors:
                    check_message(error, {**texts, name: text})
                    seen.add(error.name)
                check_place(refused.errors, name, text, at)
        Path(name).write_text(texts[name], encoding="utf-8")
    assert refused_count > 100
    assert len(seen) > 20


def check_place(errors: tuple[RuleError, ...], name: str, text: str, at: At) -> None:
    """Expect what the models refuse in the changed part, or at what holds it."""
    if not any(error.name in OF_MODELS for error in errors):
        return
    document = read_yaml(text, name)
    around = [at[:depth] for depth in range(len(at) + 1)]
    inside = [part for part in nodes(document.data) if part[: len(at)] == at or part[:-1] == at[:-1]]
    lines = {place(part).line for part in around + inside for place in (document.place, document.key_place)}
    for error in errors:
        assert error.name not in OF_MODELS or (error.place.file == name and error.place.line in lines), (at, str(error))
