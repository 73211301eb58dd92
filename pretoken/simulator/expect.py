"""What a case expects; what it doesn't mention isn't checked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema
from pydantic import model_validator as validator

from pretoken.policy.constants import Text
from pretoken.policy.model import Model, wrong
from pretoken.policy.report import Problem
from pretoken.simulator.given import Given
from pretoken.simulator.simulation import OTHER_CLIENTS
from pretoken.simulator.unknown import unknown


def _denied(data: Any) -> bool | str:
    if isinstance(data, bool) or (isinstance(data, str) and data):
        return data
    raise wrong("wrong-type", "`denied` must be `true`, `false` or the name of a rule; write `denied: true`")


if TYPE_CHECKING:
    Denied: TypeAlias = bool | str
else:
    Denied = Annotated[Any, BeforeValidator(_denied), WithJsonSchema({"type": ["boolean", "string"]})]


class ExpectedScopes(Model):
    """Scopes that must be there, and scopes that must not."""

    noun: ClassVar[str] = "`scopes`"

    has: tuple[Text, ...] = Field((), examples=[["orders/read"]])
    """Scopes that the access token has in the end."""
    has_not: tuple[Text, ...] = Field((), examples=[["aws.cognito.signin.user.admin"]])
    """Scopes that it hasn't."""


class ExpectedToken(Model):
    """What the rules make of a token."""

    noun: ClassVar[str] = "`id_token`"

    claims: dict[Text, Any] = Field({}, examples=[{"tenant_id": "acme"}])
    """Claims that the rules write, each with its value."""
    without: tuple[Text, ...] = Field((), examples=[["email"]])
    """Claims that the rules don't write."""
    suppressed: tuple[Text, ...] = Field((), examples=[["address"]])
    """Claims that Cognito is told to leave out."""
    encrypted_for: dict[Text, dict[Text, Any]] = Field({}, examples=[{"billing-api": {"email": "anna@example.com"}}])
    """All members of a recipient's message, in plain text; `{}` if there is no message."""
    exactly: StrictBool = Field(False, examples=[True])
    """Whether the rules write nothing but these claims and messages."""


class ExpectedAccessToken(ExpectedToken):
    """What the rules make of the access token."""

    noun: ClassVar[str] = "`access_token`"

    scopes: ExpectedScopes | None = Field(None, examples=[{"has": ["orders/read"]}])
    """The scopes in the end."""


class Expect(Model):
    """What a sign-in must come to."""

    noun: ClassVar[str] = "`expect`"

    denied: Denied = Field(False, examples=[True])
    """Whether the sign-in is refused, or which rule refuses it; `other_clients` if the app client isn't declared."""
    access_token: ExpectedAccessToken | None = Field(None, examples=[{"claims": {"tenant_id": "acme"}}])
    """The access token."""
    id_token: ExpectedToken | None = Field(None, examples=[{"suppressed": ["address"]}])
    """The ID token."""
    groups: tuple[Text, ...] | None = Field(None, examples=[["admins"]])
    """All groups in the end, in any order."""
    iam_roles: tuple[Text, ...] | None = Field(None, examples=[["arn:aws:iam::123456789012:role/admins"]])
    """All IAM roles in the end, in any order."""

    @validator(mode="after")
    def _expects_one_thing(self) -> Self:
        if not self.model_fields_set:
            raise wrong("no-expectation", "`expect` is empty; write `denied: false` if nothing else is expected")
        beside = next((name for name in _ISSUED if name in self.model_fields_set), None)
        if self.denied is not False and beside is not None:
            raise wrong("wrong-place", f"a sign-in that is denied has no `{beside}`; leave it out", key=beside)
        return self


_ISSUED = ("access_token", "id_token", "groups", "iam_roles")
_OF_USERS = ("id_token", "groups", "iam_roles")


def check_expect(expect: Expect, given: Given, plan: dict[str, Any]) -> Iterator[Problem]:
    """Check what only the policy can tell: that rules and recipients exist, and that what is expected can be there."""
    rules = {*plan.get("rules", {}), OTHER_CLIENTS}
    if isinstance(expect.denied, str) and expect.denied not in rules:
        yield unknown(("denied",), "a rule", expect.denied, rules, "write `denied: true`")
    if given.principal == "machine":
        for name in _OF_USERS:
            if name in expect.model_fields_set:
                yield Problem("wrong-place", (name,), f"a machine has no `{name}`; leave it out", key=True)
    recipients = plan["pool"].get("recipients", {})
    for token in ("access_token", "id_token"):
        expected: ExpectedToken | None = getattr(expect, token)
        for recipient in expected.encrypted_for if expected else ():
            if recipient not in recipients:
                at = (token, "encrypted_for", recipient)
                yield unknown(at, "a recipient", recipient, recipients, "declare it under `recipients` in pool.yaml")
