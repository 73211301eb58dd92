"""Lookups: answers from elsewhere, declared in pool.yaml and used as inputs."""

from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, StrictBool
from pydantic import model_validator as validator

from pretoken.policy.constants import Duration, Path, Text
from pretoken.policy.fields import DataLabel, Field_, Type
from pretoken.policy.lists import Typed
from pretoken.policy.model import Model, wrong
from pretoken.trigger.fetching.kinds import DEFAULT_TIMEOUT

TemplateText: TypeAlias = Text
"""Text with `{PATH}` placeholders."""


class _Provider(Model):
    noun: ClassVar[str] = "a provider of a lookup"


class DynamoDB(_Provider):
    """One item of a DynamoDB table."""

    noun: ClassVar[str] = "`dynamodb`"

    table: Text = Field(examples=["${MEMBERSHIPS_TABLE}"])
    """The table's name."""
    key: Annotated[dict[Text, TemplateText], Field(min_length=1, max_length=2)] = Field(
        examples=[{"pk": "USER#{attribute.sub}"}]
    )
    """The key attributes, which are text, each with its template."""
    consistent: StrictBool = Field(False, examples=[True])
    """Read what was written last, at twice the price."""


class Parameter(_Provider):
    """One parameter of Systems Manager that holds a JSON object."""

    noun: ClassVar[str] = "`parameter`"

    name: TemplateText = Field(examples=["/tenants/{derived.tenant_id}"])
    """The parameter's name."""


class AppConfig(_Provider):
    """A JSON profile of AppConfig."""

    noun: ClassVar[str] = "`appconfig`"

    application: Text = Field(examples=["orders"])
    """The application."""
    environment: Text = Field(examples=["production"])
    """The environment."""
    profile: Text = Field(examples=["features"])
    """The configuration profile."""


class VerifiedPermissions(_Provider):
    """One batch of authorization questions to Amazon Verified Permissions."""

    noun: ClassVar[str] = "`verified_permissions`"

    policy_store: Text = Field(examples=["${POLICY_STORE}"])
    """The policy store's id."""
    principal: TemplateText = Field(examples=["User::{attribute.sub}"])
    """Who asks."""
    resource: TemplateText = Field(examples=["Tenant::{derived.tenant_id}"])
    """About what."""
    actions: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)] = Field(examples=[["approve-order"]])
    """The actions that are asked for; those allowed are the field `allowed`."""


class Function(_Provider):
    """A Lambda function that answers with a JSON object."""

    noun: ClassVar[str] = "`lambda`"

    function: Text = Field(examples=["${TENANTS_FUNCTION}"])
    """The function's name or ARN."""
    input: Annotated[dict[Text, TemplateText], Field(min_length=1)] = Field(examples=[{"sub": "{attribute.sub}"}])
    """The JSON object that it gets."""


class LookupField(Field_):
    """A field of a lookup."""

    noun: ClassVar[str] = "a field of a lookup"

    at: Text | None = Field(None, examples=["profile.plan"])
    """Where it is in the answer: keys joined by dots; the field's name, if left out."""
    data: DataLabel | None = Field(None, examples=["none"])
    """What data it holds, if not what the lookup says."""

    @validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.at is not None and "" in self.at.split("."):
            raise wrong(
                "wrong-path", "this leads nowhere: a key between dots is missing; write `at: profile.plan`", key="at"
            )
        return self


PROVIDERS = ("dynamodb", "parameter", "appconfig", "verified_permissions", "lambda")


class Lookup(Model):
    """A lookup: one provider, the fields of its answer, and how far it is believed."""

    noun: ClassVar[str] = "a lookup"

    dynamodb: DynamoDB | None = Field(None, examples=[{"table": "users", "key": {"pk": "{attribute.sub}"}}])
    """One item of a DynamoDB table."""
    parameter: Parameter | None = Field(None, examples=[{"name": "/features"}])
    """One parameter of Systems Manager that holds a JSON object."""
    appconfig: AppConfig | None = Field(
        None, examples=[{"application": "orders", "environment": "production", "profile": "features"}]
    )
    """A JSON profile of AppConfig."""
    verified_permissions: VerifiedPermissions | None = Field(
        None, examples=[{"policy_store": "ID", "principal": "U::{attribute.sub}", "resource": "R::r", "actions": ["a"]}]
    )
    """One batch of authorization questions to Amazon Verified Permissions."""
    lambda_: Function | None = Field(
        None, alias="lambda", examples=[{"function": "tenants", "input": {"sub": "{attribute.sub}"}}]
    )
    """A Lambda function that answers with a JSON object."""
    fields: Annotated[dict[Text, Typed[LookupField]], Field(min_length=1)] = Field(examples=[{"tenants": "strings"}])
    """The fields of the answer, each with its type."""
    data: DataLabel = Field(examples=["none"])
    """What data the fields hold: `none`, `secret`, or a Fideslang key such as `user.contact.email`."""
    writable_by: Literal["admin", "user"] = Field("admin", examples=["admin"])
    """`user`, if people write this data themselves."""
    must_match: dict[Text, Path] = Field({}, examples=[{"owner": "attribute.sub"}])
    """Fields that must equal an input; a row in which one differs is no row."""
    timeout: Duration = Field(DEFAULT_TIMEOUT, examples=["500ms"])
    """How long to wait; after that the fields are failed."""
    cache: Duration | None = Field(None, examples=["5m"])
    """How long to keep an answer."""

    @property
    def provider(self) -> str:
        """The name of the one provider."""
        return next(name for name in PROVIDERS if getattr(self, _attribute(name)) is not None)

    def templates(self) -> dict[tuple[str, ...], str]:
        """Give the templates by their place in the lookup."""
        if self.dynamodb is not None:
            return {("dynamodb", "key", name): text for name, text in self.dynamodb.key.items()}
        if self.parameter is not None:
            return {("parameter", "name"): self.parameter.name}
        if self.verified_permissions is not None:
            asked = self.verified_permissions
            return {
                ("verified_permissions", "principal"): asked.principal,
                ("verified_permissions", "resource"): asked.resource,
            }
        if self.lambda_ is not None:
            return {("lambda", "input", name): text for name, text in self.lambda_.input.items()}
        return {}

    @validator(mode="after")
    def _has_one_provider(self) -> Self:
        given = [name for name in PROVIDERS if getattr(self, _attribute(name)) is not None]
        if not given:
            raise wrong(
                "no-provider",
                f"a lookup needs one of {', '.join(f'`{name}`' for name in PROVIDERS)}; "
                "write `dynamodb: {table: …, key: {pk: …}}`",
            )
        if len(given) > 1:
            raise wrong(
                "two-providers",
                f"`{given[0]}` and `{given[1]}` are two providers; move `{given[1]}` to a lookup of its own",
                key=given[1],
            )
        if self.verified_permissions is not None and _types(self.fields) != {"allowed": "strings"}:
            raise wrong(
                "wrong-fields",
                "`verified_permissions` has one field, the actions allowed; write `fields: {allowed: strings}`",
                key="fields",
            )
        return self


def _attribute(provider: str) -> str:
    return "lambda_" if provider == "lambda" else provider


def _types(fields: dict[str, LookupField]) -> dict[str, Type]:
    return {name: field.type for name, field in fields.items()}
