"""pool.yaml: what the inputs are."""

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from pydantic import Discriminator, Field, StrictInt, StrictStr, Tag, WithJsonSchema, field_validator

from pretoken.policy.constants import (
    ClientName,
    Duration,
    LookupName,
    PseudonymName,
    RecipientName,
    Text,
    VariableName,
    matching,
)
from pretoken.policy.errors import quoted
from pretoken.policy.fields import Attribute, MetadataField
from pretoken.policy.lists import OneOrMore, Typed, as_list
from pretoken.policy.lookups import Lookup
from pretoken.policy.model import Model, wrong
from pretoken.policy.rules import Acceptance
from pretoken.policy.tests import Test
from pretoken.trigger.durations import milliseconds_of
from pretoken.trigger.fetching.lookups import DEFAULT_TOTAL

EventVersion: TypeAlias = Literal["V1_0", "V2_0", "V3_0"]
Consumer: TypeAlias = Literal["api_gateway", "private_rest_api", "alb", "cookie"]
VERSIONS: tuple[str, ...] = get_args(EventVersion)
MESSAGE_CLAIM = r"encrypted_for_[A-Za-z0-9_]+"
PATIENCE = 5_000
"""How many milliseconds Cognito waits for a trigger (page "Customizing user pool workflows with Lambda triggers")."""

_WORD = Discriminator(lambda data: "<words>" if isinstance(data, (list, tuple)) else "<word>")


if TYPE_CHECKING:
    MessageClaim: TypeAlias = str
else:
    MessageClaim = Annotated[
        StrictStr,
        matching(
            MESSAGE_CLAIM,
            lambda text: (
                f"{quoted(text)} can't name the claim of a message: `encrypted_for_`, then letters, digits and "
                "underscores; write `encrypted_for_billing`"
            ),
            "wrong-name",
        ),
        WithJsonSchema({"type": "string", "pattern": f"^{MESSAGE_CLAIM}$"}),
    ]


class Recipient(Model):
    """An API for which claims can be encrypted."""

    noun: ClassVar[str] = "a recipient"

    key: Text = Field(examples=["${BILLING_KEY_ARN}"])
    """The ARN of the KMS key that opens its messages."""
    claim: MessageClaim | None = Field(None, examples=["encrypted_for_billing"])
    """The claim that carries the message; `encrypted_for_` and the recipient's name, if left out."""


class PseudonymSecret(Model):
    """A pseudonym that replaces texts."""

    noun: ClassVar[str] = "a pseudonym"

    secret: Text = Field(examples=["${PSEUDONYM_SECRET_ARN}"])
    """The ARN of a secret of at least 32 bytes."""


class Limits(Model):
    """How large tokens may get, and how long lookups may take."""

    noun: ClassVar[str] = "`limits`"

    access_token_bytes: Annotated[StrictInt, Field(ge=1)] | None = Field(None, examples=[4096])
    """The largest access token."""
    id_token_bytes: Annotated[StrictInt, Field(ge=1)] | None = Field(None, examples=[4096])
    """The largest ID token."""
    lookups_total: Duration = Field(DEFAULT_TOTAL, examples=["2s"])
    """How long all lookups of one event may take together; Cognito itself waits 5 seconds."""

    @field_validator("lookups_total")
    @classmethod
    def _within_patience(cls, duration: str) -> str:
        if milliseconds_of(duration) >= PATIENCE:
            raise wrong("wrong-duration", "Cognito waits 5 seconds for everything; write less, for example `2s`")
        return duration


class Pool(Model):
    """What the user pool's inputs are, and who can write them."""

    noun: ClassVar[str] = "pool.yaml"

    language: Literal[1] = Field(examples=[1])
    """The version of the rule language."""
    trigger: OneOrMore[EventVersion] = Field(max_length=2, examples=["V3_0"])
    """The event version that the trigger answers, or two neighbours during a change."""
    other_clients: Literal["deny", "apply_rules"] = Field(examples=["deny"])
    """What happens to app clients that `clients` doesn't name: refuse them, or apply the rules without a client."""
    clients: dict[ClientName, OneOrMore[Text]] = Field({}, examples=[{"web": "${WEB_CLIENT_ID}"}])
    """App clients by name: an app client id, or several."""
    variables: dict[
        VariableName,
        Annotated[
            Annotated[Literal["any"], Tag("<word>")] | Annotated[tuple[Text, ...], Field(min_length=1), Tag("<words>")],
            _WORD,
        ],
    ] = Field({}, examples=[{"WEB_CLIENT_ID": "any"}])
    """Environment variables of the function that texts may hold: `any` text, or a list of the allowed ones."""
    identity_providers: tuple[Text, ...] = Field((), examples=[["AcmeOkta"]])
    """The identity providers' names, as in Cognito."""
    attributes: dict[Text, Typed[Attribute]] = Field({}, examples=[{"custom:tenant": {"writable_by": "admin"}}])
    """Attributes of users: their types, who can write them, what data they hold."""
    metadata: dict[Text, Typed[MetadataField]] = Field({}, examples=[{"active_tenant": "string"}])
    """What callers may send as client metadata."""
    lookups: dict[LookupName, Lookup] = Field(
        {}, examples=[{"user": {"parameter": {"name": "/u"}, "data": "none", "fields": {"plan": "string"}}}]
    )
    """Answers from elsewhere, to be read as `lookup.NAME.FIELD`."""
    groups: Test | None = Field(None, examples=[["admins", "editors"]])
    """Which groups exist; group names in rules must pass this test."""
    scopes: Test | None = Field(None, examples=[{"prefix": "orders/"}])
    """Which scopes exist; scopes in rules must pass this test."""
    recipients: dict[RecipientName, Recipient] = Field({}, examples=[{"billing-api": {"key": "${BILLING_KEY_ARN}"}}])
    """APIs for which claims can be encrypted."""
    pseudonyms: dict[PseudonymName, PseudonymSecret] = Field({}, examples=[{"analytics": {"secret": "${SECRET_ARN}"}}])
    """Secrets for the step `{pseudonym: NAME}`."""
    id_token_authorizes: Annotated[
        Annotated[Literal["all"], Tag("<word>")] | Annotated[tuple[Text, ...], Tag("<words>")], _WORD
    ] = Field((), examples=[["cognito:roles"]])
    """ID-token claims on which someone authorizes, Cognito's own included."""
    consumers: OneOrMore[Consumer] | None = Field(None, examples=["api_gateway"])
    """What the tokens must fit into: `api_gateway`, `private_rest_api`, `alb` (a load balancer), a `cookie` each."""
    limits: Limits = Field(Limits(), examples=[{"access_token_bytes": 4096}])
    """How large tokens may get, and how long lookups may take."""
    accept: tuple[Acceptance, ...] = Field(
        (), examples=[[{"finding": "unused-name", "at": "attributes.custom:x", "why": "It comes next week."}]]
    )
    """Findings about the pool that are accepted."""

    @field_validator("trigger", mode="before")
    @classmethod
    def _neighbours(cls, data: object) -> Any:
        versions = as_list(data)
        if not isinstance(versions, (list, tuple)) or not all(version in VERSIONS for version in versions):
            return data
        ordered = sorted(versions)
        if len(ordered) == 2 and tuple(ordered) not in pairwise(VERSIONS):  # noqa: PLR2004 - more are too many anyway
            raise wrong("wrong-versions", "two versions must be neighbours; write `[V1_0, V2_0]` or `[V2_0, V3_0]`")
        return ordered
