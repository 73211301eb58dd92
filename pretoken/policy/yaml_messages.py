"""Say what isn't YAML in words of rule files, with a cure."""

from typing import NamedTuple, cast

import yaml

from pretoken.policy.errors import quoted


class _Message(NamedTuple):
    fragments: tuple[str, ...]  # of the messages of PyYAML's C scanner and of its Python one
    text: str
    where_it_began: bool = False  # where the scanner began to read the thing, not where it gave up


# The first that fits is taken.
_MESSAGES = (
    _Message(("tab character",), "a tab indents this line; indent with spaces"),
    _Message(("cannot start any token",), "{found} can't begin a text; put the text in quotes"),
    _Message(("alphabetic or numeric",), "{found} can't begin a text; put the text in quotes", where_it_began=True),
    _Message(
        ("mapping values are not", "mapping keys are not"),
        "a key can't stand here; put text that contains `: ` in quotes, or indent this line like its neighbours",
    ),
    _Message(("sequence entries are not",), "a list can't begin behind `key:`; put `- ` on a line of its own"),
    _Message(("find expected ':'",), "this line has no `:`; write `key: value`", where_it_began=True),
    _Message(
        ("end of stream", "unexpected document"),
        "the quote that opens here isn't closed; write the other one",
        where_it_began=True,
    ),
    _Message(
        ("escape character", "hexdecimal", "hexadecimal", "escape code"),
        "double quotes have no such escape; write `\\\\` for a backslash, and any other character as it is",
    ),
    _Message(
        ("',' or ']'",),
        "the `[` on line {opened} isn't closed; write `,` or `]`, and text that contains it in quotes",
    ),
    _Message(
        ("',' or '}'",),
        "the `{{` on line {opened} isn't closed; write `,` or `}}`, and text that contains it in quotes",
    ),
    _Message(("node content",), "{found} stands where a value should; put it in quotes if it is text"),
    _Message(
        ("line break", "indentation indicator"),
        "text can't stand behind `|` or `>`; begin it on the next line",
    ),
    _Message(
        ("expected key", "'-' indicator", "<block end>", "document start>"),
        "this doesn't go on with what stands above it; indent it like its neighbours, or put the whole text in quotes",
    ),
    _Message(("",), "this isn't YAML as rule files use it; put text with special characters in quotes"),
)


def syntax_error(error: yaml.MarkedYAMLError, text: str) -> tuple[yaml.Mark, str]:
    """Find the place of a syntax error in `text`, and the message for it."""
    gave_up = cast("yaml.Mark", error.problem_mark)
    began = error.context_mark or gave_up
    problem = "tab character" if text[gave_up.index : gave_up.index + 1] == "\t" else str(error.problem)
    message = next(message for message in _MESSAGES if any(fragment in problem for fragment in message.fragments))
    mark = began if message.where_it_began or gave_up.index >= len(text) else gave_up
    found = quoted(text[mark.index]) if mark.index < len(text) else "the end of the file"
    return mark, message.text.format(found=found, opened=began.line + 1)
