"""The preview as text: both tokens in columns, what changed first, each claim with its rules and inputs."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

from pretoken.cli.formats.check import counted
from pretoken.cli.formats.terminal import printable
from pretoken.trigger.fetching import CAUSES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pretoken.simulator.preview import Denial, Preview, TokenPreview
    from pretoken.simulator.rows import ClaimRow

WIDTH = 100
_WIDEST_CLAIM, _WIDEST_BEFORE = 30, 32
_MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red"), "missing": ("?", "magenta")}
_ANSWERS = {"row": "answered", "none": "no row", "failed": "failed"}


def preview_text(preview: Preview, unanswered: Collection[str] = ()) -> str:
    """Write a preview.

    Args:
        preview: the data.
        unanswered: lookups that were made without an answer being given.
    """
    lines = [_headline(preview)]
    if preview.because is not None:
        lines.append(f"counted as a machine: {preview.because}")
    if preview.denied is None:
        lines.append("  ".join(f"{_coloured(mark, name)} {name}" for name, (mark, _) in _MARKS.items()))
    else:
        lines += ["", *_denial_lines(preview.denied)]
    for title, purpose, token in (
        ("access token", "for APIs", preview.access_token),
        ("ID token", "for the client application", preview.id_token),
    ):
        if token is not None:
            lines += ["", *_token_lines(title, purpose, token)]
    return "\n".join([*lines, "", *_facts(preview, unanswered)])


def _headline(preview: Preview) -> str:
    client = (
        f"the app client {click.style(preview.client, bold=True)}"
        if preview.client
        else "an app client that pool.yaml doesn't name"
    )
    does = "asks for a token" if preview.principal == "machine" else "signs in"
    version = f"event {preview.version}"
    if preview.says is not None:
        version = f"read as {preview.version}, as pool.yaml declares"
    return f"a {preview.principal} {does} through {client} ({version})"


def _denial_lines(denial: Denial) -> Iterator[str]:
    denied = click.style("denied", fg="red", bold=True)
    place = "" if denial.place is None else f" ({denial.place.file}:{denial.place.line})"
    if denial.problem is not None:
        yield f"{denied}, because Cognito would refuse the answer: {denial.problem}"
    elif denial.rule == "other_clients":
        yield f"{denied} by `other_clients: deny`{place}"
        yield "    add the client's id to `clients`, or set its variable: `--variable NAME=ID`"
    else:
        yield f"{denied} by rule {click.style(str(denial.rule), bold=True)}{place}"
        yield from _wrapped(f"    {denial.why}", WIDTH, "    ")
    yield f"    the user reads: {denial.text} (reference …)"


def _token_lines(title: str, purpose: str, token: TokenPreview) -> Iterator[str]:
    size = f"{token.bytes_before:,} bytes before, {token.bytes_after:,} after"
    if token.limit is not None:
        size += f", {'over the limit of' if token.is_over_limit else 'limit'} {token.limit:,}"
    gap = " " * (WIDTH - len(f"{title}, {purpose}{size}"))
    size = click.style(size, fg="red") if token.is_over_limit else size
    yield f"{click.style(title, bold=True)}, {purpose}{gap}{size}"
    told = sorted((row for row in token.rows if row.mark != "same" or row.rules), key=lambda row: row.claim)
    untold = [row for row in token.rows if row not in told]
    table = _Table(told, untold)
    if told:
        yield ""
        yield click.style(table.line(" ", "claim", "before", "after"), dim=True)
        for row in told:
            yield from table.told(row)
    yield ""
    yield click.style("    unchanged", dim=True)
    for row in untold:
        yield click.style(table.line(" ", row.claim, _shown(row.after, table.room(1))), dim=True)


class _Table:
    """The columns of a token: mark, claim, before, after.

    Args:
        told: rows that rules are about; they make the column `before` as wide as it must be.
        untold: all others, whose value may run on to the end of the line.
    """

    def __init__(self, told: list[ClaimRow], untold: list[ClaimRow]) -> None:
        shown = [len(text) for row in told for text in _texts(row, _WIDEST_BEFORE)]
        claims = [len(printable(row.claim)) for row in (*told, *untold)]
        short = [length for length in claims if length <= _WIDEST_CLAIM]
        self._widths = (max([len("claim"), *short]), max([len("before"), *shown]))

    def room(self, column: int) -> int:
        """Give the width that is left for the text of `before` (1) or `after` (2)."""
        return WIDTH - 4 - sum(width + 2 for width in self._widths[:column])

    def line(self, mark: str, claim: str, before: str, after: str = "", styles: tuple[str, str] = ("", "")) -> str:
        """Write a line; `mark` may be coloured, `styles` are the colours of `before` and `after`.

        A longer name stands on a line of its own: two claims may differ in the end of their names only.
        """
        name = printable(claim)
        if len(name) > self._widths[0]:
            return f"  {mark} {name}\n{self.line(' ', '', before, after, styles)}".rstrip()
        padding = " " * (self._widths[1] - len(before) + 2) if after else ""
        cells = f"{_styled(before, styles[0])}{padding}{_styled(after, styles[1])}"
        return f"  {mark} {name:<{self._widths[0]}}  {cells}".rstrip()

    def told(self, row: ClaimRow) -> Iterator[str]:
        """Write a claim, and under it what is behind it."""
        mark, colour = _MARKS.get(row.mark, (" ", ""))
        mark = _coloured(mark, row.mark)
        if row.encrypted is not None and row.after is not None:
            yield self.line(mark, row.claim, _shown(row.before, self._widths[1]), "encrypted", ("", colour))
            members = ", ".join(row.encrypted.members)
            size = counted(row.encrypted.characters, "character")
            yield from _remark(f"{row.encrypted.recipient} alone can read {members} ({size})", dim=False)
        elif row.after is None:
            after = "" if row.why == "suppressed" else row.why
            yield self.line(mark, row.claim, _shown(row.before, self._widths[1]), after, ("red", "magenta"))
        else:
            yield from self._cells(mark, row, colour)
        behind = f"by {', '.join(row.rules)}" if row.rules else ""
        if row.why == "suppressed":
            behind = f"suppressed {behind}"
        origin = f"from {', '.join(row.inputs)}" if row.inputs else ""
        yield from _remark("; ".join(filter(None, (", ".join(filter(None, (behind, origin))), row.because))))

    def _cells(self, mark: str, row: ClaimRow, colour: str) -> Iterator[str]:
        """Write a value on one line, or a list that is changed or long item by item."""
        before, after = _items(row.claim, row.before), _items(row.claim, row.after)
        whole = _shown(row.before, self._widths[1]), _shown(row.after, self.room(2))
        if before is None or after is None or (not before and not whole[1].endswith("…")):
            yield self.line(mark, row.claim, *whole, styles=("", colour))
            return
        claim = row.claim
        kept = [item for item in before if item in after]
        if not kept and row.mark == "changed":
            yield self.line(mark, claim, "")
            claim = ""
        for item in dict.fromkeys((*kept, *before, *after)):
            sort = "added" if item not in before else "removed" if item not in after else "same"
            sign, item_colour = _MARKS.get(sort, (" ", ""))
            left = "" if sort == "added" else _cut(printable(item), self._widths[1])
            right = "" if sort == "removed" else _cut(printable(item), self.room(2))
            styles = (item_colour, item_colour)
            yield self.line(mark if claim else _coloured(sign, sort), claim, left, right, styles)
            claim = ""


def _texts(row: ClaimRow, width: int) -> list[str]:
    """Give the lines that a claim takes in the column `before`."""
    items = _items(row.claim, row.before) if row.after is not None else None
    return [_shown(row.before, width)] if items is None else [_cut(printable(item), width) for item in items]


def _items(claim: str, value: Any) -> list[str] | None:
    """Give the items of a list of texts, or of scopes; none of what isn't there."""
    if value is None:
        return []
    if claim == "scope" and isinstance(value, str):
        return value.split()
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _facts(preview: Preview, unanswered: Collection[str]) -> Iterator[str]:
    """Write which rules took part, and what didn't work."""
    facts = [("rules applied", ", ".join(preview.applied) or "none")] if preview.applied or not preview.denied else []
    if preview.in_doubt:
        facts.append(("in doubt", f"{', '.join(preview.in_doubt)}: only what takes away is done"))
    facts += [("left out", f"{place} of {rule}: it can't be known") for rule, place in preview.left_out]
    facts += [("left out", f"{place}: rules give different values") for place in preview.conflicts]
    facts += [("left out", f"the message for {recipient}: {cause}") for recipient, cause in preview.not_encrypted]
    for name, outcome in preview.lookups.items():
        hint = "; give an answer: `--lookups FILE`" if name in unanswered else ""
        if name in preview.causes:
            cause = preview.causes[name]
            hint = f": {cause}: {CAUSES[cause]}"
        facts.append(("lookup", f"{name}: {_ANSWERS[outcome]}{hint}"))
    facts += [("lookup", f"{name}: not asked: {why}") for name, why in preview.not_asked.items()]
    for name, fact in facts:
        first, *more = _wrapped(fact, WIDTH - 16)
        yield f"{click.style(f'{name:<14}', dim=True)}  {first}"
        yield from (f"{'':<16}{line}" for line in more)


def _styled(text: str, colour: str) -> str:
    return click.style(text, fg=colour) if text and colour else text


def _coloured(mark: str, name: str) -> str:
    return click.style(mark, fg=_MARKS[name][1], bold=True) if name in _MARKS else mark


def _remark(text: str, *, dim: bool = True) -> Iterator[str]:
    for line in _wrapped(text, WIDTH - 6):
        yield f"      {click.style(line, dim=True) if dim else line}"


def _shown(value: Any, width: int) -> str:
    """Write a value on one line: text as it is unless JSON reads it as something else, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, str) and not _looks_like_json(value):
        text = value
    elif isinstance(value, list) and value and all(isinstance(item, str) and "," not in item for item in value):
        text = ", ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return _cut(printable(text), width)


def _looks_like_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text != text.strip() or not text
    return True


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
