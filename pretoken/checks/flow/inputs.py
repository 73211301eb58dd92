"""The labels of inputs: who writes them, what data they hold, whom they are about."""

from collections.abc import Callable

from pretoken.checks.finding import Hop
from pretoken.checks.flow.context import Context
from pretoken.checks.flow.label import (
    ANCHOR,
    CLIENT,
    NOBODY,
    NOT_WRITTEN,
    PERSONAL,
    PRINCIPAL,
    PUBLIC,
    SECRET,
    SENSITIVE,
    Label,
    Trace,
    joined,
    worst,
)
from pretoken.policy.fields import Attribute
from pretoken.policy.lookups import Lookup
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.walk import placeholders
from pretoken.trigger.inputs import CONFIDENTIALITY, FIXED_INPUTS, STANDARD_ATTRIBUTES, split_path

SPECIAL_CATEGORIES = (
    "user.authorization.biometric",
    "user.biometric",
    "user.criminal_history",
    "user.demographic.political_opinion",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.sexual_orientation",
    "user.government_id",
    "user.health_and_medical",
)
"""Data categories of Fideslang 3 that are sensitive, with all that are below them (GDPR articles 9 and 10)."""

_STANDING = {
    # Whoever signs in chooses the client; the others are the same for nearly everybody.
    "principal": CLIENT,
    "client": CLIENT,
    "client.id": CLIENT,
    "attribute.email_verified": CLIENT,
    "attribute.phone_number_verified": CLIENT,
    "attribute.cognito:user_status": CLIENT,
    "groups": PRINCIPAL,
    "iam_roles": PRINCIPAL,
    "identity_providers": PRINCIPAL,
    "attribute.sub": ANCHOR,
    "username": ANCHOR,
    "pool.id": NOBODY,
    "scopes": NOBODY,
}
IDENTIFYING = (
    "user.account.username",
    "user.contact.email",
    "user.contact.phone_number",
    "user.government_id",
    "user.unique_id",
)
"""Data categories whose values tell one person from another."""
_OF_MACHINES = ("client", "client.id")
_VERIFIED = {"attribute.email": "email_verified", "attribute.phone_number": "phone_number_verified"}
_LEVELS = {name: level for level, name in enumerate(CONFIDENTIALITY)}


def secrecy_of(data: str | None) -> int:
    """Give how confidential data of a category is; without a category it is personal."""
    if data is None:
        return PERSONAL
    if data == "none":
        return PUBLIC
    if data == "secret":
        return SECRET
    return SENSITIVE if _is_one_of(data, SPECIAL_CATEGORIES) else PERSONAL


def _is_one_of(data: str, categories: tuple[str, ...]) -> bool:
    return any(data == category or data.startswith(f"{category}.") for category in categories)


def input_label(path: str, context: Context, at: At, policy: Policy) -> Label:
    """Give the label of what comes with the event; lookups and derived values are computed."""
    if path in FIXED_INPUTS:
        return _fixed(path, context, at)
    root, name = split_path(path)
    if root == "variable":
        return Label()
    if root == "metadata":
        secrecy = secrecy_of(policy.pool.metadata[name].data)
        return _label(path, "caller", secrecy, NOBODY, at)
    declared = policy.pool.attributes.get(name, Attribute())
    data = declared.data or (STANDARD_ATTRIBUTES[name].data if name in STANDARD_ATTRIBUTES else None)
    standing = ANCHOR if data is not None and _is_one_of(data, IDENTIFYING) else PRINCIPAL
    return _label(path, _writer(path, declared, context), secrecy_of(declared.data), standing, at)


def _writer(path: str, declared: Attribute, context: Context) -> str | None:
    if path in _VERIFIED and getattr(context, _VERIFIED[path]):
        return None
    if declared.writable_by == "admin":
        return None
    return None if declared.writable_by == "provider" and context.provided else declared.writable_by


def _fixed(path: str, context: Context, at: At) -> Label:
    known = FIXED_INPUTS[path]
    standing = ANCHOR if context.machine and path in _OF_MACHINES else _STANDING[path]
    label = _label(path, None, _LEVELS[known.confidentiality], standing, at)
    if known.absence == "trusted":
        return label
    return label._replace(absence={known.absence: (Hop(f"{path} ({known.absence})", at),)})


def _label(path: str, writer: str | None, secrecy: int, standing: int, at: At) -> Label:
    trace: Trace = (Hop(f"{path} ({writer or CONFIDENTIALITY[secrecy]})", at),)
    writers = NOT_WRITTEN if writer is None else {writer: trace}
    return Label(secrecy, trace if secrecy else (), writers, writers, standing if writer is None else NOBODY)


def lookup_label(path: str, lookup: Lookup, at: At, label_of: Callable[[str, At], Label]) -> Label:
    """Give the label of a field of a lookup.

    A row is believed if trusted inputs alone choose it, or if a part of its key, or an input that it must match, tells
    this principal from others. Otherwise somebody who can write the key chose the row.

    Args:
        path: the field's path.
        lookup: the lookup.
        at: where the field is read.
        label_of: gives the label of an input that the key is made of, and that is read at a place.

    """
    _, name = split_path(path)
    _, field = split_path(name)
    where: At = ("pool", "lookups", split_path(name)[0])
    keys = [label_of(key, (*where, *place)) for place, text in lookup.templates().items() for key in placeholders(text)]
    matches = [label_of(key, (*where, "must_match", match)) for match, key in lookup.must_match.items()]
    parts = [*keys, *matches]
    writers = joined(*(part.writers for part in parts))
    trusted = [part for part in parts if not part.writers]
    standing = max((part.standing for part in trusted), default=NOBODY)
    if standing == ANCHOR:
        writers = NOT_WRITTEN
    hop = Hop(path, at)
    if lookup.writable_by == "user":
        writers = {"user": (Hop(f"{path} (user)", at),)}
    elif writers:
        writers = {writer: (*trace, hop) for writer, trace in writers.items()}
    steered = joined(writers, *(part.through(hop).absence for part in parts))
    data = lookup.fields[field].data or lookup.data
    secrecy = secrecy_of(data)
    leak: Trace = (Hop(f"{path} ({CONFIDENTIALITY[secrecy]})", at),) if secrecy else ()
    asked = worst(parts).through(hop)
    if asked.secrecy >= SENSITIVE and asked.secrecy > secrecy:  # that there is a row tells of what it was asked for
        secrecy, leak = asked.secrecy, asked.leak
    if not _is_one_of(data, IDENTIFYING):
        standing = min(standing, PRINCIPAL)
    choices = frozenset().union(*(part.choices for part in parts))
    return Label(secrecy, leak, writers, steered, NOBODY if writers else standing, choices=choices)
