"""What rules can read: every input by its path, with its type and its label.

A label says how confidential a value is, who chose it (integrity), whether it is about the principal who signs in,
and who can make it absent. The trigger reads values; the checks read the labels.
"""

from __future__ import annotations

from pretoken.cognito.events import read_identities
from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import bounded, text_reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import ReadValue, Value

TYPES = ("string", "number", "boolean", "date", "time", "strings", "object")
SCALAR_TYPES = ("string", "number", "boolean", "date", "time")
CONFIDENTIALITY = ("public", "personal", "sensitive", "secret")
INTEGRITY = ("trusted", "provider", "user", "caller")


class Input:
    """An input: its static type and its label.

    Args:
        type: one of `TYPES`.
        confidentiality: one of `CONFIDENTIALITY`.
        integrity: one of `INTEGRITY`, who can choose the value.
        about: whether the value is about the principal who signs in.
        absence: one of `INTEGRITY`, who can make it absent; the same as `integrity` if not given.
        data: the Fideslang category of personal data.
        doc: one sentence for editors.
    """

    __slots__ = ("about", "absence", "confidentiality", "data", "doc", "integrity", "type")

    def __init__(
        self,
        type: str,  # noqa: A002 - the language's own word
        confidentiality: str,
        integrity: str,
        *,
        doc: str,
        about: bool = True,
        absence: str | None = None,
        data: str | None = None,
    ) -> None:
        self.type = type
        self.confidentiality = confidentiality
        self.integrity = integrity
        self.about = about
        self.absence = absence or integrity
        self.data = data
        self.doc = doc


FIXED_INPUTS = {
    "principal": Input("string", "public", "trusted", doc="`user` or `machine`"),
    "client": Input("string", "public", "trusted", doc="the app client's name in pool.yaml"),
    "client.id": Input("string", "public", "trusted", doc="the app client id"),
    "pool.id": Input("string", "public", "trusted", about=False, doc="the user pool id"),
    "username": Input(
        "string", "personal", "trusted", data="user.account.username", doc="the user name; absent for machines"
    ),
    "groups": Input("strings", "public", "trusted", doc="the user's groups; absent for machines"),
    "iam_roles": Input("strings", "public", "trusted", doc="the IAM roles of the user's groups; absent for machines"),
    "identity_providers": Input(
        "strings", "public", "trusted", doc="the identity providers linked to the user; absent for machines"
    ),
    "scopes": Input(
        "strings", "public", "trusted", about=False, absence="caller", doc="the scopes asked for that Cognito allows"
    ),
    "attribute.sub": Input("string", "public", "trusted", doc="the user's unchangeable id; absent for machines"),
    "attribute.email_verified": Input("boolean", "public", "trusted", doc="whether the e-mail address is verified"),
    "attribute.phone_number_verified": Input(
        "boolean", "public", "trusted", doc="whether the phone number is verified"
    ),
    "attribute.cognito:user_status": Input("string", "public", "trusted", doc="the user's status, such as CONFIRMED"),
}

STANDARD_ATTRIBUTES = {
    name: Input(type_, "personal", "user", data=data, doc=f"the standard attribute `{name}`")
    for name, type_, data in (
        ("address", "string", "user.contact.address"),
        ("birthdate", "date", "user.demographic.date_of_birth"),
        ("email", "string", "user.contact.email"),
        ("family_name", "string", "user.name.last"),
        ("gender", "string", "user.demographic.gender"),
        ("given_name", "string", "user.name.first"),
        ("locale", "string", "user.demographic.language"),
        ("middle_name", "string", "user.name"),
        ("name", "string", "user.name"),
        ("nickname", "string", "user.name"),
        ("phone_number", "string", "user.contact.phone_number"),
        ("picture", "string", "user.content.self_image"),
        ("preferred_username", "string", "user.account.username"),
        ("profile", "string", "user.contact.url"),
        ("updated_at", "number", "user.account"),
        ("website", "string", "user.contact.url"),
        ("zoneinfo", "string", "user.location"),
    )
}

ROOTS = ("attribute", "metadata", "lookup", "derived", "variable")
"""What stands before the first dot of a path that isn't one of `FIXED_INPUTS`."""


def split_path(path: str) -> tuple[str, str]:
    """Split a path at its first dot: the root, and all the rest of the text."""
    root, _, rest = path.partition(".")
    return root, rest


def link_input(path: str, linker: Linker) -> ReadValue:
    """Link a path into a function that reads it from an event; raises PlanError if there is no such input."""
    if path in _FIXED_READERS:
        return _FIXED_READERS[path]
    root, name = split_path(path)
    if root == "attribute":
        return _attribute(name, linker.pool.get("attributes", {}).get(name))
    if root == "metadata":
        declaration = linker.pool["metadata"][name]
        return _text_in("metadata", name, bounded(text_reader(declaration) or _as_it_is, declaration))
    if root == "derived":
        return _derived(name, linker)
    if root == "lookup":
        return linker.lookup_field(*split_path(name))
    if root == "variable":
        value = linker.variables[name]
        return lambda _context: value
    raise PlanError(f"there is no input `{path}`")


def is_public(path: str, pool: dict[str, Any]) -> bool:
    """Tell whether an input that is neither derived nor a variable holds no personal data, as pool.yaml declares it."""
    if path in FIXED_INPUTS:
        return FIXED_INPUTS[path].confidentiality == "public"
    root, name = split_path(path)
    if root == "lookup":
        lookup, field = split_path(name)
        declaration = pool["lookups"][lookup]
        return bool(declaration["fields"][field].get("data", declaration["data"]) == "none")
    section = pool.get("attributes" if root == "attribute" else root, {})
    return bool(section.get(name, {}).get("data") == "none")


def _attribute(name: str, declaration: dict[str, Any] | None) -> ReadValue:
    standard = STANDARD_ATTRIBUTES.get(name)
    if declaration is None or "type" not in declaration:
        declaration = {**(declaration or {}), "type": standard.type if standard else "string"}
    read = text_reader(declaration)
    if "max_length" in declaration or "max_items" in declaration:  # Cognito itself takes no more than `LONGEST`
        read = bounded(read or _as_it_is, declaration)
    return _text_in("attributes", name, read)


def _as_it_is(text: str) -> str:
    return text


def _text_in(where: str, name: str, read: Callable[[str], Value] | None) -> ReadValue:
    """Read a member of one of the event's maps of text; `read` is None where the text is the value."""

    def attribute(context: Context) -> Value:
        text = context.attributes.get(name)
        if type(text) is str and text:
            return text if read is None else read(text)
        return ABSENT if text is None or text == "" else FAILED

    def metadata(context: Context) -> Value:
        text = context.metadata.get(name)
        if type(text) is str and text:
            return text if read is None else read(text)
        return ABSENT if text is None or text == "" else FAILED

    return attribute if where == "attributes" else metadata


def _derived(name: str, linker: Linker) -> ReadValue:
    value = linker.derived(name)

    def derived(context: Context) -> Value:
        known = context.derived
        if name not in known:
            known[name] = value(context)
        return known[name]

    return derived


def _identity_providers(context: Context) -> Value:
    if context.event.is_machine:
        return ABSENT
    linked = read_identities(context.attributes)
    return FAILED if linked is None else list(dict.fromkeys(identity["providerName"] for identity in linked))


def _user_status(context: Context) -> Value:
    return ABSENT if context.event.is_machine else _read_status(context)


_read_status = _text_in("attributes", "cognito:user_status", None)

_FIXED_READERS: dict[str, ReadValue] = {
    "principal": lambda context: "machine" if context.event.is_machine else "user",
    "client": lambda context: context.client,
    "client.id": lambda context: context.event.client_id,
    "pool.id": lambda context: context.event.pool_id,
    "username": lambda context: context.event.username or ABSENT,
    "groups": lambda context: ABSENT if context.event.is_machine else context.event.groups,
    "iam_roles": lambda context: ABSENT if context.event.is_machine else context.event.iam_roles,
    "identity_providers": _identity_providers,
    # A V1_0 event doesn't carry the scopes, so they can't be known.
    "scopes": lambda context: FAILED if context.event.scopes is None else context.event.scopes,
    "attribute.sub": lambda context: ABSENT if context.event.is_machine else context.attributes["sub"],
    "attribute.email_verified": _text_in("attributes", "email_verified", text_reader({"type": "boolean"})),
    "attribute.phone_number_verified": _text_in(
        "attributes", "phone_number_verified", text_reader({"type": "boolean"})
    ),
    "attribute.cognito:user_status": _user_status,
}
