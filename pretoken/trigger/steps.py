"""The steps of `then`: a function each, and beside it what it takes, what it gives and what it does to the label.

A step is linked once, at cold start, into a function of the value and the context.
It never sees an absent or failed value: those are given back before.
"""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import BLANKS, json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Value

    Apply = Callable[[Value, Context], Value]
    Link = Callable[[Any, Linker], Apply]

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}

TEXT = ("string", "strings")
SCALAR = ("string", "number", "boolean", "date", "time")
ANY = (*SCALAR, "strings", "object")


class Step:
    """A step of the language.

    Args:
        link: makes the function from the step's argument.
        takes: the static types that it accepts.
        gives: the static type of the result; `same` is the type taken, `constant` that of the step's constants.
        label: what it does to the label. `same`; `few-valued` (one of the policy's constants, so personal data
            becomes a public fact); `few-valued-if-constant` (that, where the test names constants only);
            `pseudonym` (personal data becomes public).
        has_argument: whether it is written `{name: argument}`.
    """

    __slots__ = ("gives", "has_argument", "label", "link", "takes")

    def __init__(
        self, link: Link, takes: tuple[str, ...], gives: str, label: str = "same", *, has_argument: bool = True
    ) -> None:
        self.link = link
        self.takes = takes
        self.gives = gives
        self.label = label
        self.has_argument = has_argument


def link_step(step: str | dict[str, Any], linker: Linker) -> Apply:
    """Link one step as it stands in the plan."""
    if isinstance(step, str):
        return STEPS[step].link(None, linker)
    ((name, argument),) = step.items()
    return STEPS[name].link(argument, linker)


def lower(text: str) -> str:
    """Fold A to Z to lower case, and nothing else: full Unicode folding lets different names meet."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(_UPPER)


def domain_of(address: str) -> str | None:
    """Give what follows the last `@` of an e-mail address, in lower case; None without it."""
    return lower(address.rpartition("@")[2]) if "@" in address else None


def _each(change: Callable[[str], Value]) -> Apply:
    """Work on a text, or on each item of a list: absent items are dropped, a failed one fails the list."""

    def apply(value: Value, _context: Context) -> Value:
        if not isinstance(value, list):
            return change(value)
        items = [change(item) for item in value]
        return FAILED if FAILED in items else list(dict.fromkeys(item for item in items if item is not ABSENT))

    return apply


def _plain(change: Callable[[str], Value]) -> Link:
    apply = _each(change)
    return lambda _argument, _linker: apply


def _whole(change: Callable[[Value], Value]) -> Link:
    return lambda _argument, _linker: lambda value, _context: change(value)


def _strip_prefix(prefix: str, linker: Linker) -> Apply:
    prefix = linker.constant(prefix)
    return _each(lambda text: text.removeprefix(prefix) or ABSENT)


def _keep(test: Any, linker: Linker) -> Apply:
    judge = linker.test(test)

    def keep(value: Value, context: Context) -> Value:
        if not isinstance(value, list):
            passed = judge(value, context)
            return FAILED if passed is None else value if passed else ABSENT
        outcomes = [judge(item, context) for item in value]
        if None in outcomes:
            return FAILED
        return [item for item, passed in zip(value, outcomes, strict=True) if passed]

    return keep


def _table(table: str | dict[str, Any], linker: Linker) -> Apply:
    entries = {key: linker.constant(entry) for key, entry in linker.table(table).items()}

    def look_up(value: Value, _context: Context) -> Value:
        if not isinstance(value, list):
            return entries.get(value if isinstance(value, str) else json_text(value), ABSENT)
        items: set[str] = set()
        for item in value:
            entry = entries.get(item, [])
            items.update(entry if isinstance(entry, list) else [entry])
        return sorted(items)

    return look_up


def _prefer(constants: list[Any], linker: Linker) -> Apply:
    ranking = linker.constant(constants)

    def prefer(value: Value, _context: Context) -> Value:
        present = value if isinstance(value, list) else [value]
        for constant in ranking:
            if constant in present:
                return constant
        return ABSENT

    return prefer


def _only(items: list[str]) -> Value:
    if len(items) > 1:
        return FAILED
    return items[0] if items else ABSENT


def _join(separator: str, linker: Linker) -> Apply:
    separator = linker.constant(separator)

    def join(items: Value, _context: Context) -> Value:
        text = separator.join(items)
        # Two lists never give one text: not even where an item ends as the separator begins.
        return (text or ABSENT) if not items or text.split(separator) == items else FAILED

    return join


def _pseudonym(name: str, linker: Linker) -> Apply:
    import hmac
    from base64 import urlsafe_b64encode

    key, prefix = linker.secret(name), name.encode() + b"\0"

    def pseudonym(text: str) -> Value:
        digest = hmac.digest(key, prefix + text.encode("utf-8", "surrogatepass"), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    return _each(pseudonym)


STEPS: dict[str, Step] = {
    "lower": Step(_plain(lower), TEXT, "same", has_argument=False),
    "upper": Step(_plain(_upper), TEXT, "same", has_argument=False),
    "trim": Step(_plain(lambda text: text.strip(BLANKS) or ABSENT), TEXT, "same", has_argument=False),
    "email_domain": Step(_plain(lambda text: domain_of(text) or FAILED), TEXT, "same", has_argument=False),
    "strip_prefix": Step(_strip_prefix, TEXT, "same"),
    "keep": Step(_keep, ANY, "same", "few-valued-if-constant"),
    "table": Step(_table, (*SCALAR, "strings"), "constant", "few-valued"),
    "prefer": Step(_prefer, (*SCALAR, "strings"), "constant", "few-valued"),
    "only": Step(_whole(_only), ("strings",), "string", has_argument=False),
    "at_most": Step(lambda count, _linker: lambda items, _context: sorted(items)[:count], ("strings",), "same"),
    "join": Step(_join, ("strings",), "string"),
    "text": Step(_whole(json_text), ("number", "boolean"), "string", has_argument=False),
    "json": Step(_whole(json_text), ("strings", "object"), "string", has_argument=False),
    "pseudonym": Step(_pseudonym, TEXT, "same", "pseudonym"),
}
