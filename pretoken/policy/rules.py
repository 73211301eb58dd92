"""Rules: when they apply, and what they change."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, StrictStr, StringConstraints
from pydantic import model_validator as validator

from pretoken.policy.conditions import Condition
from pretoken.policy.constants import DerivedName, RecipientName, RuleName, Text
from pretoken.policy.lists import OneOrMore
from pretoken.policy.model import Model, wrong
from pretoken.policy.steps import Entries
from pretoken.policy.tests import Test
from pretoken.policy.values import Leaf, Value

if TYPE_CHECKING:
    When: TypeAlias = Condition | Mapping[str, object] | None


class Acceptance(Model):
    """A finding that is accepted, and why."""

    noun: ClassVar[str] = "an acceptance"

    finding: Text = Field(examples=["removal-can-be-evaded"])
    """The name of the finding."""
    at: Text | None = Field(None, examples=["access_token.claims.tenant_id"])
    """The place that the finding names."""
    why: Text = Field(examples=["The default tenant is the user's own."])
    """The reason, for those who review it."""

    @validator(mode="after")
    def _says_why(self) -> Self:
        if not self.why.strip():
            raise wrong("no-reason", "an acceptance gives its reason; write `why: It is meant so.`", key="why")
        return self


class Edit(Model):
    """Change a list: first add, then keep, then remove."""

    noun: ClassVar[str] = "an edit"

    add: Value | None = Field(None, examples=[["orders/write"]])
    """Items to add: a list, or one text."""
    keep: Test | None = Field(None, examples=[{"prefix": "orders/"}])
    """Only items that pass this test stay."""
    remove: Test | None = Field(None, examples=["staff"])
    """Items that pass this test go."""

    if TYPE_CHECKING:

        def __init__(self, *, add: Any = None, keep: Any = None, remove: Any = None) -> None: ...

    @validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise wrong("no-effect", f"{self.noun} changes nothing; write `add`, `keep` or `remove`")
        return self


class Scopes(Edit):
    """Change the scopes of the access token."""

    noun: ClassVar[str] = "`scopes`"


class Groups(Edit):
    """Change the groups in both tokens."""

    noun: ClassVar[str] = "`groups`"


class IamRoles(Edit):
    """Change the IAM roles in the ID token."""

    noun: ClassVar[str] = "`iam_roles`"

    preferred: Text | None = Field(None, examples=["arn:aws:iam::123456789012:role/reader"])
    """The role that identity pools prefer."""

    if TYPE_CHECKING:

        def __init__(
            self, *, add: Any = None, keep: Any = None, remove: Any = None, preferred: str | None = None
        ) -> None: ...


class Token(Model):
    """What a rule writes into a token, or takes out of it. The ID token is for the client application."""

    noun: ClassVar[str] = "`id_token`"

    claims: Annotated[dict[Text, Leaf], Field(min_length=1)] = Field(
        {}, examples=[{"plan": {"from": "lookup.user.plan"}}]
    )
    """Claims by name; a claim whose value is absent or failed is suppressed."""
    suppress: Annotated[tuple[Text, ...], Field(min_length=1)] = Field((), examples=[["email"]])
    """Claims that Cognito must leave out."""
    encrypted_for: Annotated[
        dict[RecipientName, Annotated[dict[Text, Value], Field(min_length=1)]], Field(min_length=1)
    ] = Field({}, examples=[{"billing-api": {"email": {"from": "attribute.email"}}}])
    """Claims that only one recipient can read, by recipient and name."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            claims: Mapping[str, object] | None = None,
            suppress: Sequence[str] | None = None,
            encrypted_for: Mapping[str, Mapping[str, object]] | None = None,
        ) -> None: ...

    @validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise wrong("no-effect", f"{self.noun} changes nothing; write `claims`, `suppress` or `encrypted_for`")
        return self


class AccessToken(Token):
    """The access token, which is for APIs."""

    noun: ClassVar[str] = "`access_token`"

    scopes: Scopes | None = Field(None, examples=[{"add": ["orders/write"]}])
    """Change the scopes; tests judge each scope."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            claims: Mapping[str, object] | None = None,
            suppress: Sequence[str] | None = None,
            encrypted_for: Mapping[str, Mapping[str, object]] | None = None,
            scopes: Scopes | None = None,
        ) -> None: ...


DenyText: TypeAlias = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]

EFFECTS = ("access_token", "id_token", "groups", "iam_roles", "deny")


class Rule(Model):
    """A rule: when it applies, and what it changes. Rules never read each other, and their order means nothing."""

    noun: ClassVar[str] = "a rule"

    why: Text | None = Field(None, examples=["APIs isolate their data by tenant."])
    """The reason, for reviewers and reports."""
    when: Condition | None = Field(None, examples=[{"client": "web"}])
    """When the rule applies; without it, always."""
    on_failure: Literal["restrict", "deny"] = Field("restrict", examples=["deny"])
    """`deny` refuses the sign-in if `when` can't be known, or if it holds and a value of this rule has failed."""
    overrides: OneOrMore[Text] = Field((), examples=[["default-tenant"]])
    """Rules that this one beats where both write a claim."""
    access_token: AccessToken | None = Field(None, examples=[{"claims": {"plan": "free"}}])
    """What changes in the access token, which is for APIs."""
    id_token: Token | None = Field(None, examples=[{"suppress": ["address"]}])
    """What changes in the ID token, which is for the client application."""
    groups: Groups | None = Field(None, examples=[{"remove": "staff"}])
    """What changes in the groups, in both tokens."""
    iam_roles: IamRoles | None = Field(None, examples=[{"keep": {"prefix": "arn:aws:iam::123456789012:role/app/"}}])
    """What changes in the IAM roles of the ID token."""
    deny: DenyText | None = Field(None, examples=["You are not a member of this workspace."])
    """Refuse the sign-in with this text, which the user sees."""
    accept: tuple[Acceptance, ...] = Field(
        (), examples=[[{"finding": "removal-can-be-evaded", "at": "deny", "why": "It is only a hint."}]]
    )
    """Findings about this rule that are accepted."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            why: str | None = None,
            when: When = None,
            on_failure: Literal["restrict", "deny"] = "restrict",
            overrides: Sequence[str] = (),
            access_token: AccessToken | None = None,
            id_token: Token | None = None,
            groups: Edit | None = None,
            iam_roles: Edit | None = None,
            deny: str | None = None,
            accept: Sequence[Acceptance | Mapping[str, str]] = (),
        ) -> None: ...

    @validator(mode="after")
    def _has_an_effect(self) -> Self:
        if isinstance(self.id_token, AccessToken):
            raise wrong("wrong-place", "this is an access token; write `id_token=Token(…)`", key="id_token")
        effects = [effect for effect in EFFECTS if getattr(self, effect) is not None]
        if not effects:
            raise wrong(
                "no-effect", "a rule changes something; add `access_token`, `id_token`, `groups`, `iam_roles` or `deny`"
            )
        if self.deny is not None:
            if len(effects) > 1:
                raise wrong(
                    "deny-with-effects",
                    f"a rule with `deny` has no other effect; move `{effects[0]}` to a rule of its own",
                    key=effects[0],
                )
            if not self.deny.isprintable():
                raise wrong(
                    "wrong-text", "`deny` is one line of printable characters; write `deny: Ask us.`", key="deny"
                )
        return self


class RuleFile(Model):
    """A rules file."""

    noun: ClassVar[str] = "a rules file"

    derived: dict[DerivedName, Value] = Field({}, examples=[{"tenant_id": {"from": "lookup.user.tenant"}}])
    """Values by name, to be read as `derived.NAME`."""
    tables: dict[Text, Entries] = Field({}, examples=[{"permissions": {"admins": ["orders:approve"]}}])
    """Tables by name, for the step `{table: NAME}`."""
    rules: dict[RuleName, Rule] = Field({}, examples=[{"no-address": {"id_token": {"suppress": ["address"]}}}])
    """Rules by name."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            derived: Mapping[str, object] | None = None,
            tables: Mapping[str, Mapping[str, object]] | None = None,
            rules: Mapping[str, Rule] | None = None,
        ) -> None: ...
