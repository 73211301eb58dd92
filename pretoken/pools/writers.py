"""Who can write an attribute, as a template says: what speaks against `writable_by` in pool.yaml.

What isn't known is taken for the worst.

Sources: Amazon Cognito Developer Guide, "Working with user attributes" and "Mapping IdP attributes to profiles and
tokens"; API Reference, `CreateUserPoolClient` on `WriteAttributes`, and `DcrConfigurationType`. That an empty list is
all attributes isn't documented: aws/aws-cdk#21835.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pretoken.policy.errors import Place, named, quoted, typed
from pretoken.policy.report import At
from pretoken.pools.facts import Facts, Resource
from pretoken.pools.intrinsics import is_unknown, items, known, may_be_empty, may_be_true, member, text
from pretoken.pools.template import Node
from pretoken.trigger.inputs import STANDARD_ATTRIBUTES


class Opening(NamedTuple):
    """How others can write an attribute: where that stands, why it is so, and the cure."""

    at: At
    place: Place
    why: str
    cure: str


def openings(facts: Facts, attribute: str, *, by_providers: bool) -> Iterator[Opening]:
    """Give how somebody else than administrators can write an attribute.

    Args:
        facts: what the template says.
        attribute: its name as in Cognito, such as `birthdate` or `custom:tenant`.
        by_providers: whether identity providers may write it. Their mappings need clients that may write it, so only
            those that sign in without a provider count then.

    """
    clients = [client for client in facts.clients if not (by_providers and _signs_in_by_provider(client))]
    tempting = _tempting(facts, attribute)
    for client in clients:
        if (why := _by_client(client, attribute)) is not None:
            yield Opening(
                ("template", client.name, "WriteAttributes", attribute), why.place, why.why + tempting, why.cure
            )
    for pool in facts.pools:
        if not by_providers or clients:
            yield from _by_schema(pool, attribute)
        yield from _by_registration(pool, attribute)
    if not by_providers:
        yield from mappings(facts, attribute)


def _signs_in_by_provider(client: Resource) -> bool:
    """Tell whether an identity provider other than the pool itself is certainly among those of a client."""
    return all(
        provided is not None and not is_unknown(provided) and any(text(item) != "COGNITO" for item in items(provided))
        for provided in client.get("SupportedIdentityProviders")
    )


class _Why(NamedTuple):
    place: Place
    why: str
    cure: str


def _by_client(client: Resource, attribute: str) -> _Why | None:
    """Say why a client may write an attribute."""
    who = f"the app client {named(client.name)}"
    cure = f"write the list out, without `{typed(attribute)}`: `WriteAttributes: [nickname]`"
    for written in client.get("WriteAttributes"):
        if written is None:
            return _Why(client.place, f"{who} has no `WriteAttributes`, so it may write every attribute", cure)
        for item in items(written):
            if text(item) == attribute:
                leave_out = f"take it out of there: `{typed(attribute)}`"
                return _Why(item.place, f"the `WriteAttributes` of {who} has it", leave_out)
        if may_be_empty(written):
            why = f"the `WriteAttributes` of {who} can be empty, so it may write every attribute"
            return _Why(written.place, why, cure)
        if any(text(item) is None for item in items(written)):
            return _Why(written.place, f"the `WriteAttributes` of {who} isn't known before the deployment", cure)
    return None


def _tempting(facts: Facts, attribute: str) -> str:
    """Say what looks like a protection and is none."""
    schema = [
        one
        for pool in facts.pools
        for one in _schema(pool)
        if _full_name(one) == attribute and "false" in [(text(value) or "").lower() for value in member(one, "Mutable")]
    ]
    if not schema:
        return ""
    if any(may_be_true(pool.get("AdminCreateUserConfig", "AllowAdminCreateUserOnly")) for pool in facts.pools):
        return ", and neither `Mutable: false` nor `AllowAdminCreateUserOnly` stops those who set their first password"
    return ", and `Mutable: false` doesn't stop those who sign up"


def _schema(pool: Resource) -> Iterator[Node]:
    for schema in known(pool.get("Schema")):
        yield from items(schema)


def _full_name(entry: Node) -> str:
    name = text(next(iter(member(entry, "Name")))) or ""
    return name if name in STANDARD_ATTRIBUTES or ":" in name else f"custom:{name}"


def _by_schema(pool: Resource, attribute: str) -> Iterator[Opening]:
    for entry in _schema(pool):
        if _full_name(entry) == attribute and may_be_true(member(entry, "Required")):
            at: At = ("template", pool.name, "Schema", attribute)
            why = "it is `Required`, and every app client may write such an attribute, whatever its list says"
            yield Opening(at, entry.place, why, "trust another one, such as `custom:verified_name`")


def _by_registration(pool: Resource, attribute: str) -> Iterator[Opening]:
    for config in known(pool.get("DcrConfiguration")):
        status = [text(one) for one in member(config, "EnableStatus")]
        if may_be_true(member(config, "OpenDcrEnabled")) and set(status) != {"Disabled"}:
            at: At = ("template", pool.name, "DcrConfiguration", attribute)
            why = (
                f"the user pool {named(pool.name)} lets anybody register an app client, which may write every attribute"
            )
            yield Opening(at, config.place, why, "close it: `OpenDcrEnabled: false`")


def mappings(facts: Facts, attribute: str) -> Iterator[Opening]:
    """Give the identity providers that write an attribute."""
    for provider in facts.providers:
        for mapping in known(provider.get("AttributeMapping")):
            found = known(member(mapping, attribute))
            if found:
                at: At = ("template", provider.name, "AttributeMapping", attribute)
                place = mapping.place if is_unknown(mapping) else found[0].place
                why = (
                    f"the identity provider {named(provider.name)} {'may map' if is_unknown(mapping) else 'maps'} to it"
                )
                yield Opening(at, place, why, f"take {quoted(attribute, 'it')} out of its `AttributeMapping`")
