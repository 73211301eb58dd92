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
VERIFIED = {"attribute.email": "attribute.email_verified", "attribute.phone_number": "attribute.phone_number_verified"}
"""What Cognito vouches for, and the flag that says so."""
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
    secrecy, writer = secrecy_of(declared.data), _writer(declared, context)
    if writer is not None and path in VERIFIED and getattr(context, split_path(VERIFIED[path])[1]):
        written = _label(path, writer, secrecy, standing, at).writers
        return _label(path, None, secrecy, standing, at)._replace(vouched=written)
    return _label(path, writer, secrecy, standing, at)


def _writer(declared: Attribute, context: Context) -> str | None:
    trusted = declared.writable_by == "admin" or (declared.writable_by == "provider" and context.provided)
    return None if trusted else declared.writable_by


def _fixed(path: str, context: Context, at: At) -> Label:
    known = FIXED_INPUTS[path]
    standing = ANCHOR if context.machine and path in _OF_MACHINES else _STANDING[path]
    label = _label(path, None, _LEVELS[known.confidentiality], standing, at)
    if known.absence == "trusted":
        return label
    return label._replace(absence={known.absence: (Hop(f"{path} ({known.absence})", at, "input", path),)})


def _label(path: str, writer: str | None, secrecy: int, standing: int, at: At) -> Label:
    trace: Trace = (Hop(f"{path} ({writer or CONFIDENTIALITY[secrecy]})", at, "input", path),)
    writers = NOT_WRITTEN if writer is None else {writer: trace}
    personal = frozenset({path}) if secrecy == PERSONAL else frozenset()
    standing = standing if writer is None else NOBODY
    return Label(secrecy, trace if secrecy else (), writers, writers, standing, personal)


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
    lookup_name, field = split_path(split_path(path)[1])
    where: At = ("pool", "lookups", lookup_name)
    keys = [label_of(key, (*where, *place)) for place, text in lookup.templates().items() for key in placeholders(text)]
    matches = [label_of(key, (*where, "must_match", match)) for match, key in lookup.must_match.items()]
    parts = [*keys, *matches]
    writers = joined(*(part.writers for part in parts))
    trusted = [part for part in parts if not part.writers]
    standing = max((part.standing for part in trusted), default=NOBODY)
    choices: frozenset[frozenset[str]] = frozenset().union(*(part.choices for part in parts))
    if standing == ANCHOR and writers:  # it is a row of the principal's, and somebody chooses which
        choices, writers = frozenset({frozenset({f"lookup.{lookup_name}"}).union(*choices)}), NOT_WRITTEN
    hop = Hop(path, at, "row")
    if lookup.writable_by == "user":
        writers = {"user": (Hop(f"{path} (user)", at, "input", path),)}
    elif writers:
        writers = {writer: (*trace, hop) for writer, trace in writers.items()}
    steered = joined(writers, *(part.through(hop).absence for part in parts))
    data = lookup.fields[field].data or lookup.data
    secrecy = secrecy_of(data)
    leak: Trace = (Hop(f"{path} ({CONFIDENTIALITY[secrecy]})", at, "input", path),) if secrecy else ()
    asked = worst(parts).through(hop)
    if asked.secrecy >= SENSITIVE and asked.secrecy > secrecy:  # that there is a row tells of what it was asked for
        secrecy, leak = asked.secrecy, asked.leak
    if not _is_one_of(data, IDENTIFYING):
        standing = min(standing, PRINCIPAL)
    personal = frozenset({path}) if secrecy == PERSONAL else frozenset()
    return Label(secrecy, leak, writers, steered, NOBODY if writers else standing, personal, choices=choices)
