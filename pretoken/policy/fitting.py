"""Whether a constant has a type, and what to write where something has another."""

from typing import TypeAlias

from pretoken.policy.constants import Constant, spelt
from pretoken.policy.errors import quoted, typed
from pretoken.policy.yaml_scalars import Doubtful
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import read_date

Type: TypeAlias = str
"""One of the language's types, or `numbers` or `booleans`, which only constants have."""

ITEMS = {"strings": "string", "numbers": "number", "booleans": "boolean"}
"""The types of the items of lists."""

NOUNS = {
    "string": "text",
    "number": "a number",
    "boolean": "a boolean",
    "date": "a date",
    "time": "an instant",
    "strings": "a list",
    "numbers": "a list of numbers",
    "booleans": "a list of booleans",
    "object": "an object",
}
"""What messages call the types."""

_LATEST_SECOND = 10**11

_EXAMPLES = {
    "number": "write a number without quotes, such as `18`",
    "boolean": "write `true` or `false`",
    "date": "write a real day such as `2000-01-31`",
    "time": "write whole seconds since 1970 such as `1767225600`",
    "strings": "write a list such as `[a]`",
    "numbers": "write a list such as `[1, 2]`",
    "booleans": "write a list such as `[true, false]`",
    "object": "leave the constant out; `exists: true` asks whether there is an object",
}

_CONVERSIONS = {
    ("number", "string"): "add `then: text`",
    ("boolean", "string"): "add `then: text`",
    ("object", "string"): "add `then: json`",
    ("strings", "string"): "add `then: only`",
    ("string", "strings"): "write a list such as `[a]`, or `union: […]`",
    ("number", "strings"): "add `then: text`",
    ("boolean", "strings"): "add `then: text`",
    ("object", "strings"): "add `then: json`",
    ("date", "string"): 'write a template such as `template: "{attribute.birthdate}"`',
    ("time", "string"): 'write a template such as `template: "{lookup.user.since}"`',
}


def constant_type(constant: Constant) -> Type:
    """Give the type that a constant has by itself."""
    if isinstance(constant, tuple):
        return f"{constant_type(constant[0])}s" if constant else "strings"
    return "boolean" if isinstance(constant, bool) else "string" if isinstance(constant, str) else "number"


def item_type(type_: Type | None) -> Type | None:
    """Give the type of a list's items, or of a scalar itself."""
    return None if type_ is None else ITEMS.get(type_, type_)


def misfit(constant: Constant, wanted: Type) -> str | None:
    """Say what to write where a constant can't have a type, or None if it can."""
    own = constant_type(constant)
    if isinstance(constant, Doubtful):
        return None
    if wanted == "date" and isinstance(constant, str):
        fits = "$" in constant or read_date(constant) is not FAILED
    elif wanted == "time" and own == "number":
        fits = isinstance(constant, int) and 0 <= constant < _LATEST_SECOND
    else:
        fits = own == wanted or (constant == () and wanted in ITEMS)
    return None if fits else _instead(constant, own, wanted)


def _instead(constant: Constant, own: Type, wanted: Type) -> str:
    if own in ITEMS and wanted not in ITEMS and wanted != "object":
        return "write a single constant, without `[ ]`"
    if wanted == "string":
        return f'put it in quotes: `"{typed(spelt(constant))}"`'
    if wanted == "boolean" and constant in ("true", "false"):
        return f"write {constant} without quotes"
    return _EXAMPLES[wanted]


def conversion(found: Type, wanted: Type, *, without: str = "") -> str:
    """Say how to come from one type to another; `without` is the step that can't do it."""
    cure = _CONVERSIONS.get((found, wanted), "")
    if cure and not (without and (without in cure or wanted == "strings")):
        return cure
    if found in ("string", "strings"):
        return f"declare the input with `type: {wanted}`"
    return f"leave `{without}` out" if without else "take another input, for example `from: attribute.sub`"


def described(constant: Constant) -> str:
    """Name a constant with its type: the text `x`, the number `1`, `true`, a list."""
    own = constant_type(constant)
    if own in ITEMS:
        return NOUNS[own]
    if own == "boolean":
        return quoted(spelt(constant))
    noun = "text" if own == "string" else "number"
    shown = quoted(spelt(constant), "")
    return f"the {noun} {shown}" if shown else f"this {noun}"
