"""What a case gives: the event, in the words of the rule language."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictStr, WithJsonSchema

from pretoken.policy.constants import Text
from pretoken.policy.errors import quoted, typed
from pretoken.policy.model import Model, wrong
from pretoken.policy.pool import EventVersion
from pretoken.policy.report import Problem
from pretoken.simulator.lookups import check_answers
from pretoken.simulator.unknown import unknown
from pretoken.trigger.inputs import FIXED_INPUTS, STANDARD_ATTRIBUTES
from pretoken.trigger.reading import read_time

POOL_ID = "eu-west-1_Ab12Cd34"
SUB = "c0ffee00-0000-4000-8000-000000000000"
START = "2026-01-01T00:00:00Z"
_EARLIEST = 10**8

_COGNITOS_OWN = {path.partition(".")[2] for path in FIXED_INPUTS if path.startswith("attribute.")}
_OF_USERS = ("attributes", "groups", "iam_roles", "identity_providers", "username")


def read_instant(text: str) -> int:
    """Read an instant as seconds since 1970: ISO 8601 with a zone, or such seconds, from 1973 on: `2026` is a year.

    Raises:
        ValueError: it is something else; the text says what, and no cure.
    """
    instant = read_time(text)
    if not isinstance(instant, int):
        raise ValueError("this is no instant with a time zone")  # noqa: TRY004 - the text is wrong, not its type
    if instant < _EARLIEST and text.isdigit():
        raise ValueError("seconds since 1970 have 9 digits or more")
    return instant


def seconds(data: Any) -> int:
    """Read an instant of a case.

    Raises:
        PydanticCustomError: it is something else, `wrong-time`.
    """
    try:
        return read_instant(str(data))
    except ValueError as problem:
        raise wrong("wrong-time", f'{problem}; write `"{START}"`') from None


if TYPE_CHECKING:
    Instant: TypeAlias = int
else:
    Instant = Annotated[int, BeforeValidator(seconds), WithJsonSchema({"type": ["string", "integer"]})]


class Given(Model):
    """Who signs in, through which app client, with what."""

    noun: ClassVar[str] = "`given`"

    client: Text | None = Field(None, examples=["web"])
    """The app client, by its name in pool.yaml."""
    client_id: Text | None = Field(None, examples=["unknown-client"])
    """Or any app client id."""
    principal: Literal["user", "machine"] = Field("user", examples=["machine"])
    """Who signs in."""
    version: EventVersion | None = Field(None, examples=["V3_0"])
    """The event version; the last of pool.yaml's, if left out."""
    username: Text | None = Field(None, examples=["anna"])
    """The user name; the user's `sub`, if left out."""
    attributes: dict[Text, StrictStr] = Field({}, examples=[{"email": "anna@example.com"}])
    """The user's attributes: text, as Cognito sends them."""
    groups: tuple[Text, ...] = Field((), examples=[["admins"]])
    """The user's groups."""
    iam_roles: tuple[Text, ...] = Field((), examples=[["arn:aws:iam::123456789012:role/admins"]])
    """The IAM roles of the user's groups."""
    scopes: tuple[Text, ...] = Field((), examples=[["orders/read"]])
    """The scopes that were asked for."""
    identity_providers: tuple[Text, ...] = Field((), examples=[["AcmeOkta"]])
    """The identity providers linked to the user."""
    metadata: dict[Text, StrictStr] = Field({}, examples=[{"active_tenant": "acme"}])
    """What the caller sends as client metadata: text."""
    variables: dict[Text, Text] = Field({}, examples=[{"STAGE": "production"}])
    """Values of variables; the others are the first allowed value, or their own name."""
    lookups: dict[Text, Any] = Field({}, examples=[{"user": {"plan": "pro"}}])
    """The answers of lookups: `none`, `failed` or a mapping of fields; `none`, if left out."""
    now: Instant = Field(seconds(START), examples=[START])
    """The instant of the sign-in."""


def check_given(given: Given, plan: dict[str, Any]) -> Iterator[Problem]:
    """Check what only the policy can tell: that every name is declared, and that the event can exist."""
    pool = plan["pool"]
    yield from _check_client(given, pool)
    yield from _check_shape(given, pool)
    attributes = known_attributes(pool)
    for name in given.attributes:
        if name not in attributes:
            yield unknown(
                ("attributes", name), "an attribute", name, attributes, f"declare `{typed(name)}: {{}}` in pool.yaml"
            )
    for name in given.metadata:
        if name not in pool.get("metadata", {}):
            declare = f"declare `{typed(name)}: string` under `metadata` in pool.yaml"
            yield unknown(("metadata", name), "metadata", name, pool.get("metadata", {}), declare)
    providers = pool.get("identity_providers", ())
    for number, name in enumerate(given.identity_providers):
        if name not in providers:
            declare = f"add `{typed(name)}` to `identity_providers` in pool.yaml"
            yield unknown(("identity_providers", number), "an identity provider", name, providers, declare)
    yield from check_variables(given.variables, pool)
    for problem in check_answers(given.lookups, pool):
        yield problem._replace(at=("lookups", *problem.at))


def known_attributes(pool: dict[str, Any]) -> set[str]:
    """Give the names of all attributes that a user can have."""
    return {*STANDARD_ATTRIBUTES, *_COGNITOS_OWN, *pool.get("attributes", {}), "identities"}


def _check_client(given: Given, pool: dict[str, Any]) -> Iterator[Problem]:
    clients = pool.get("clients", {})
    example = next(iter(clients), None)
    cure = f"write `client: {typed(example)}`" if example else "write `client_id: example`"
    if given.client is None and given.client_id is None:
        yield Problem("missing-key", (), f"`given` needs an app client; {cure}")
    elif given.client is not None and given.client_id is not None:
        yield Problem("two-clients", ("client_id",), "`client` and `client_id` are two; leave one out", key=True)
    elif given.client is not None and given.client not in clients:
        yield unknown(("client",), "a client", given.client, clients, "write `client_id` for one that isn't declared")


def _check_shape(given: Given, pool: dict[str, Any]) -> Iterator[Problem]:
    """Check that Cognito can send such an event."""
    versions = pool["trigger"]
    version = given.version or versions[-1]
    if version not in versions:
        yield Problem(
            "wrong-version", ("version",), f"pool.yaml doesn't answer {version}; write `version: {versions[-1]}`"
        )
    if given.principal == "machine":
        if version != "V3_0":
            message = f"machines have no {version} events; write `trigger: V3_0` in pool.yaml, or leave the case out"
            yield Problem("wrong-version", ("principal",), message)
        for name in _OF_USERS:
            if getattr(given, name):
                yield Problem("wrong-place", (name,), f"a machine has no `{name}`; leave it out", key=True)
    if version == "V1_0" and given.scopes:
        yield Problem("wrong-place", ("scopes",), "a V1_0 event doesn't tell its scopes; leave them out", key=True)
    if given.attributes.get("sub") == "":
        yield Problem(
            "wrong-value", ("attributes", "sub"), "a user has a `sub`; write `principal: machine` for a machine"
        )
    if "identities" in given.attributes and given.identity_providers:
        message = "`identities` is made of `identity_providers`; leave one of them out"
        yield Problem("wrong-place", ("attributes", "identities"), message, key=True)


def check_variables(variables: dict[str, str], pool: dict[str, Any]) -> Iterator[Problem]:
    """Check that variables are declared, and have allowed values."""
    declared = pool.get("variables", {})
    for name, value in variables.items():
        if name not in declared:
            yield unknown(
                ("variables", name),
                "a variable",
                name,
                declared,
                f"declare `{typed(name)}: any` under `variables` in pool.yaml",
            )
        elif declared[name] != "any" and value not in declared[name]:
            allowed = ", ".join(quoted(allowed, "one more") for allowed in declared[name])
            message = f"pool.yaml doesn't allow this for {quoted(name, 'this variable')}; write one of {allowed}"
            yield Problem("wrong-choice", ("variables", name), message)


def event_of(given: Given, plan: dict[str, Any], client_id: str) -> dict[str, Any]:
    """Make the event that Cognito would send.

    Args:
        given: what the case gives, checked.
        plan: the policy's canonical JSON.
        client_id: the app client id; variables are filled in.
    """
    version = given.version or plan["pool"]["trigger"][-1]
    machine = given.principal == "machine"
    request: dict[str, Any] = {"userAttributes": {}, "groupConfiguration": None}
    if not machine:
        request["userAttributes"] = {"sub": SUB, **_identities(given.identity_providers), **given.attributes}
        groups = {"groupsToOverride": [*given.groups], "iamRolesToOverride": [*given.iam_roles], "preferredRole": None}
        request["groupConfiguration"] = groups
    if version != "V1_0":
        request["scopes"] = [*given.scopes]
    if given.metadata:
        request["clientMetadata"] = dict(given.metadata)
    return {
        "version": version[1],
        "triggerSource": f"TokenGeneration_{'ClientCredentials' if machine else 'HostedAuth'}",
        "region": POOL_ID.partition("_")[0],
        "userPoolId": POOL_ID,
        "userName": "ClientCredentials" if machine else given.username or given.attributes.get("sub", SUB),
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": request,
        "response": {"claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails": None},
    }


def _identities(providers: tuple[str, ...]) -> dict[str, str]:
    if not providers:
        return {}
    linked = [{"userId": "1", "providerName": name, "providerType": "OIDC", "primary": False} for name in providers]
    return {"identities": json.dumps(linked)}
