"""Constants, names and durations: what the leaves of the models hold."""

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, StrictStr, StringConstraints, WithJsonSchema

from pretoken.policy.errors import quoted, typed
from pretoken.policy.model import wrong
from pretoken.trigger.durations import DURATION
from pretoken.trigger.reading import MAX_INTEGER, json_text

Scalar: TypeAlias = bool | int | float | str


def check_scalar(data: object) -> Scalar:
    """Accept text, a boolean, or a number that every JSON reader keeps.

    Raises:
        PydanticCustomError: it is something else, `wrong-constant`.

    """
    if isinstance(data, (bool, str)):
        return data
    if isinstance(data, int):
        if abs(data) > MAX_INTEGER:
            raise wrong("wrong-constant", 'an integer beyond 2⁵³-1 loses digits; put it in quotes: `"…"`')
        return data
    if isinstance(data, float):
        if not math.isfinite(data):
            raise wrong("wrong-constant", "a number must be finite; write text instead: `unlimited`")
        return data
    if isinstance(data, (list, tuple)):
        raise wrong("wrong-constant", "a list stands in a list; write one list, for example `[a, b]`")
    raise wrong(
        "wrong-constant",
        "a constant is a text, a number, `true` or `false`, or a list of them; write one, for example `web`",
    )


def check_constant(data: object) -> "Constant":
    """Accept a scalar, or a list of scalars of one type.

    Raises:
        PydanticCustomError: it is something else, or has an item twice, `wrong-constant`.

    """
    if not isinstance(data, (list, tuple)):
        return check_scalar(data)
    items = tuple(check_scalar(item) for item in data)
    sorts = {_sort(item) for item in items}
    if len(sorts) > 1:
        raise wrong(
            "wrong-constant", f'a list holds one type, not {" and ".join(sorted(sorts))}; quote all: `["1", a]`'
        )
    if len(set(items)) < len(items):
        twice = next(item for at, item in enumerate(items) if item in items[:at])
        raise wrong("wrong-constant", f"{quoted(spelt(twice), 'an item')} stands twice; write it once")
    return items


def _sort(item: Scalar) -> str:
    return "booleans" if isinstance(item, bool) else "text" if isinstance(item, str) else "numbers"


def spelt(constant: object) -> str:
    """Give a text as it is, and anything else as JSON."""
    return constant if isinstance(constant, str) else json_text(constant)


_SCALAR_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}

if TYPE_CHECKING:
    Constant: TypeAlias = Scalar | tuple[Scalar, ...]
    ScalarConstant: TypeAlias = Scalar
    Number: TypeAlias = int | float
else:
    Constant = Annotated[
        Any,
        BeforeValidator(check_constant),
        WithJsonSchema({"anyOf": [_SCALAR_SCHEMA, {"type": "array", "items": _SCALAR_SCHEMA, "uniqueItems": True}]}),
    ]
    ScalarConstant = Annotated[Any, BeforeValidator(check_scalar), WithJsonSchema(_SCALAR_SCHEMA)]

    def _check_number(data: object) -> int | float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise wrong("wrong-type", "a bound is a number; write it without quotes, for example `18`")
        return check_scalar(data)

    Number = Annotated[Any, BeforeValidator(_check_number), WithJsonSchema({"type": "number"})]

Text: TypeAlias = Annotated[StrictStr, StringConstraints(min_length=1)]
"""Text that says something; it may hold `${NAME}`."""


def matching(pattern: str, problem: Callable[[str], str], name: str) -> AfterValidator:
    """Make the check that a whole text matches; `problem` says of one that doesn't what is wrong with it."""
    matches = re.compile(pattern).fullmatch

    def check(text: str) -> str:
        if matches(text) is None:
            raise wrong(name, problem(text))
        return text

    return AfterValidator(check)


def _named(pattern: str, sort: str, characters: str, separator: str) -> Any:
    def problem(text: str) -> str:
        words = re.findall(r"[A-Za-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text))
        tidy = separator.join(words)
        tidy = tidy.upper() if sort == "a variable" else tidy.lower()
        cure = typed(tidy) if typed(text) == text and re.fullmatch(pattern, tidy) else "example"
        return f"{quoted(text)} can't name {sort}: {characters}; write `{cure}`"

    return Annotated[
        StrictStr,
        matching(pattern, problem, "wrong-name"),
        WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"}),
    ]


if TYPE_CHECKING:
    RuleName: TypeAlias = str
    ClientName: TypeAlias = str
    RecipientName: TypeAlias = str
    PseudonymName: TypeAlias = str
    LookupName: TypeAlias = str
    DerivedName: TypeAlias = str
    VariableName: TypeAlias = str
    Duration: TypeAlias = str
    Path: TypeAlias = str
else:
    _DASHED, _UNDERSCORED = r"[a-z0-9][a-z0-9-]*", r"[a-z][a-z0-9_]*"
    _DASHES, _UNDERSCORES = "small letters, digits and dashes", "small letters, digits and underscores, first a letter"
    RuleName = _named(_DASHED, "a rule", _DASHES, "-")
    ClientName = _named(_DASHED, "a client", _DASHES, "-")
    RecipientName = _named(_DASHED, "a recipient", _DASHES, "-")
    PseudonymName = _named(_DASHED, "a pseudonym", _DASHES, "-")
    LookupName = _named(_UNDERSCORED, "a lookup", _UNDERSCORES, "_")
    DerivedName = _named(_UNDERSCORED, "a derived value", _UNDERSCORES, "_")
    VariableName = _named(
        r"[A-Z][A-Z0-9_]*", "a variable", "capital letters, digits and underscores, first a letter", "_"
    )
    Duration = Annotated[
        StrictStr,
        matching(
            DURATION.pattern,
            lambda text: f"{quoted(text)} is no duration: a whole number and `ms`, `s`, `m`, `h` or `d`; write `2s`",
            "wrong-duration",
        ),
        WithJsonSchema({"type": "string", "pattern": f"^{DURATION.pattern}$"}),
    ]
    Path = Annotated[StrictStr, WithJsonSchema({"type": "string", "x-is": "Path"})]
