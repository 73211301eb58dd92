"""What an unquoted word means: JSON's booleans and numbers, and otherwise text.

YAML readers disagree about words like `no`, `0123` and `12:30`. A rule that is false to one tool and text to another
can't be reviewed, so every such word has to be quoted.
"""

import re

from pretoken.policy.errors import quoted
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import NUMBER, read_number

_CURES = {
    "true": "put it in quotes, or write `true`",
    "false": "put it in quotes, or write `false`",
    "null": "put it in quotes, or leave its key out",
}
_WORDS_ELSEWHERE = {
    **dict.fromkeys(("y", "yes", "on", "true"), "true"),
    **dict.fromkeys(("n", "no", "off", "false"), "false"),
    **dict.fromkeys(("~", "null"), "null"),
}
# The implicit types of YAML 1.1 (yaml.org/type) and of YAML 1.2 (section 10.3.2), taken together.
_NUMBER_ELSEWHERE = re.compile(
    r"""[-+]? (?: [0-9][0-9_]* (?::[0-5]?[0-9])* (?:\.[0-9_]*)? (?:[eE][-+]?[0-9]+)?  # 0123, 1_000, 12:30, 1.
                | \.[0-9][0-9_]* (?:[eE][-+]?[0-9]+)?                                # .5
                | 0b[01_]+ | 0o[0-7_]+ | 0x[0-9a-fA-F_]+ | \.inf )
      | \.nan""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE_ELSEWHERE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?: (?:[Tt]|[ \t]+) [0-9:.]+ (?: [ \t]* (?:Z|[-+][0-9:]+) )? )?", re.VERBOSE
)


class Doubtful(str):
    """A word that may mean something else than text, which was reported."""

    __slots__ = ()


def plain_scalar(text: str) -> tuple[str | int | float | bool | None, tuple[str, str] | None]:
    """Read an unquoted scalar that isn't empty.

    Returns its value, and the name and message of the error that it is, or None.
    The value beside an error is the text, or None for a number that is out of range.
    """
    if text in {"true", "false"}:
        return text == "true", None
    if text[0] in "-+.0123456789":
        return _numeral(text)
    elsewhere = _WORDS_ELSEWHERE.get(text.lower())
    if elsewhere is None:
        return text, None
    return Doubtful(text), (
        "ambiguous-text",
        f"{quoted(text)} is {elsewhere} to some YAML readers; {_CURES[elsewhere]}",
    )


def _numeral(text: str) -> tuple[str | int | float | None, tuple[str, str] | None]:
    if NUMBER.fullmatch(text):
        number = read_number(text)
        if number is FAILED:
            return None, ("number-range", "this number is more than JSON readers agree on; put it in quotes")
        return number, None
    if _NUMBER_ELSEWHERE.fullmatch(text):
        return text, _differs("number", ", or write the number as JSON does")
    return text, _differs("date") if _DATE_ELSEWHERE.fullmatch(text) else None


def _differs(noun: str, cure: str = "") -> tuple[str, str]:
    return "ambiguous-text", f"YAML readers disagree about this {noun}; put it in quotes{cure}"
