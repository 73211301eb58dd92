"""The report of `pretoken diff`.

JSON: {"old": NAME, "new": NAME, "compared": 1, "differing": 1, "gains_of_authority": 1, "changes": [CHANGE],
       "left_out": [{"name", "reason"}], "refused": 0, "unreached": [RULE]}
    CHANGE = {"kind": "gained", "changed" or "lost", "part": PART, "of": TEXT, "name": TEXT, "is_item": false,
              "before": TEXT or null, "after": TEXT or null, "is_gain_of_authority": true, "sign_ins": [NAME],
              "who": ["users of web"]}
    PART = "sign_in", "scope", "group", "iam_role", "preferred_role", "access_token", "readable" or "id_token"
    `refused` counts the sign-ins that both refuse; `unreached` are rules that differ and applied in none.
    `of` is the token of a group that isn't in both, or the recipient of what is readable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from pretoken.cli.formats.check import counted
from pretoken.policy.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pretoken.simulator.diff import Change, Diff, What

_SECTIONS = ("gains of authority", "other gains", "other changes", "losses")
_MARKS = {"gained": ("+", "green"), "changed": ("~", "yellow"), "lost": ("-", "red")}
_TOKENS = {"access_token": "access token", "id_token": "ID token"}
_EXAMPLES, _ROWS, _LONGEST = 3, 50, 200

_PLAIN = re.compile(r"[\w .,:;/@#$%&()\[\]{}<>+*=?!~^'\"-]+", re.ASCII)
"""What can stand between backticks in a cell of a table."""


def diff_text(diff: Diff, old: str, new: str) -> str:
    """Write the changes in sections, each with its sign-ins, and the sum."""
    lines = [f"from {_cut(old)} to {_cut(new)}: {_sum(diff)}"]
    for title, changes in _sections(diff):
        lines += ["", click.style(title, bold=True)]
        for change in changes:
            mark, color = _MARKS[change.what.kind]
            about = f"{_count(change, diff)} sign-ins: {', '.join(change.who)}"
            lines.append(f"  {click.style(mark, fg=color)} {_cut(_told(change.what, str))}")
            lines.append(f"      {_cut(about)}")
            lines.append(f"      {_cut(_examples(change, str))}")
    if diff.unreached:
        lines += ["", click.style("not reached", bold=True)]
        lines += [f"    {_cut(rule)}: this rule differs, and applied in no sign-in" for rule in diff.unreached]
    if diff.left_out:
        lines += ["", click.style("not compared", bold=True)]
        lines += [f"    {_cut(name)}: {printable(reason)}" for name, reason in diff.left_out]
    return "\n".join(lines)


def diff_markdown(diff: Diff, old: str, new: str) -> str:
    """Write tables for a comment on a pull request; no name can change how it is shown."""
    lines = ["### Who gains and who loses", "", f"From {_code(old)} to {_code(new)}: {_sum(diff)}."]
    for title, changes in _sections(diff):
        lines += ["", f"| {title} | sign-ins | who | for example |", "|---|---|---|---|"]
        for change in changes[:_ROWS]:
            who = ", ".join(map(_code, change.who))
            told = _told(change.what, _code)
            lines.append(f"| {told} | {_count(change, diff)} | {who} | {_examples(change, _code)} |")
        if len(changes) > _ROWS:
            lines += ["", f"… and {len(changes) - _ROWS} more: see `pretoken diff`."]
    if diff.unreached:
        rules = ", ".join(_code(rule) for rule in diff.unreached[:_ROWS])
        lines += ["", f"Differ, and applied in no sign-in: {rules}."]
    if diff.left_out:
        left_out = ", ".join(_code(name) for name, _ in diff.left_out[:_ROWS])
        more = f" and {len(diff.left_out) - _ROWS} more" if len(diff.left_out) > _ROWS else ""
        lines += ["", f"Not compared: {left_out}{more}."]
    return "\n".join(lines)


def diff_json(diff: Diff, old: str, new: str) -> dict[str, Any]:
    """Give the changes with all their sign-ins as JSON."""
    return {
        "old": old,
        "new": new,
        "compared": diff.compared,
        "differing": diff.differing,
        "gains_of_authority": len(diff.gains),
        "changes": [
            {
                **change.what._asdict(),
                "is_gain_of_authority": change.what.is_gain,
                "sign_ins": [*change.sign_ins],
                "who": [*change.who],
            }
            for change in diff.changes
        ],
        "left_out": [{"name": name, "reason": reason} for name, reason in diff.left_out],
        "refused": diff.refused,
        "unreached": [*diff.unreached],
    }


def _sections(diff: Diff) -> Iterator[tuple[str, list[Change]]]:
    for title in _SECTIONS:
        changes = [change for change in diff.changes if _section(change.what) == title]
        if changes:
            yield title, changes


def _section(what: What) -> str:
    if what.is_gain:
        return _SECTIONS[0]
    return {"gained": "other gains", "changed": "other changes", "lost": "losses"}[what.kind]


def _sum(diff: Diff) -> str:
    refused = f"; both refuse {diff.refused:,} of them" if diff.refused else ""
    if not diff.differing:
        return f"no difference in {counted(diff.compared, 'sign-in')}{refused}"
    gains = counted(len(diff.gains), "gain") if diff.gains else "no gain"
    differ = "differs" if diff.differing == 1 else "differ"
    return f"{diff.differing:,} of {counted(diff.compared, 'sign-in')} {differ}, {gains} of authority{refused}"


def _count(change: Change, diff: Diff) -> str:
    return f"{len(change.sign_ins):,} of {diff.compared:,}"


def _examples(change: Change, quote: Callable[[str], str]) -> str:
    shown = [quote(name) for name in change.sign_ins[:_EXAMPLES]]
    more = len(change.sign_ins) - len(shown)
    return ", ".join([*shown, f"{more:,} more"] if more else shown)


def _told(what: What, quote: Callable[[str], str]) -> str:
    """Say what changes; `quote` makes names safe."""
    name = quote(what.name)
    if what.part == "sign_in":
        by = f"by {name}" if what.name else "because Cognito would refuse the answer"
        return f"sign-in no longer refused {by}" if what.kind == "gained" else f"sign-in refused {by}"
    if what.part == "readable":
        text = f"{quote(what.of)} can read {name}" if what.kind != "lost" else f"{quote(what.of)} can't read {name}"
    elif what.part in _TOKENS:
        text = f"{_TOKENS[what.part]}: {name}"
    elif what.part == "preferred_role":
        text = "preferred IAM role"
    else:
        text = f"{'IAM role' if what.part == 'iam_role' else what.part} {name}"
        text += f" (in the {_TOKENS[what.of]} only)" if what.of else ""
    return text + _values(what, quote)


def _values(what: What, quote: Callable[[str], str]) -> str:
    before, after = (None if value is None else quote(value) for value in (what.before, what.after))
    if what.kind == "changed":
        return f": {before or 'another value'} → {after or 'another value'}"
    value = before if what.kind == "lost" else after
    if what.is_item:
        return f", the item {value}" if value else ", an item"
    return f" = {value}" if value else ""


def _cut(text: str) -> str:
    """Write text as one printable line that isn't too long."""
    line = printable(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _code(text: str) -> str:
    """Show text as code, where GitHub makes neither links nor mentions of it, and no character means anything."""
    line = _cut(text).strip()
    if _PLAIN.fullmatch(line):
        return f"`{line}`"
    escaped = "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in line)
    return f"<code>{escaped}</code>"
