"""Tests: what is asked of one value or item, in conditions, `keep` and `remove`."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, StrictBool, StrictInt, Tag
from pydantic import model_validator as validator
from typing_extensions import TypeAliasType

from pretoken.policy.constants import Duration, Number, Path, ScalarConstant, Text
from pretoken.policy.lists import OneOrMore
from pretoken.policy.model import Model, wrong

Alphabet: TypeAlias = Literal["identifier", "principal_tag", "scope"]


class Operators(Model):
    """Operators that must all hold; those that judge items must hold for the same item."""

    noun: ClassVar[str] = "a test"

    prefix: Text | None = Field(None, examples=["acme-"])
    """The text starts with this, in the same case."""
    one_of: Path | None = Field(None, examples=["lookup.user.tenants"])
    """The text is in this list, or equals this text."""
    above: Number | None = Field(None, examples=[0])
    """The number is greater."""
    at_least: Number | None = Field(None, examples=[1])
    """The number is this or greater."""
    below: Number | None = Field(None, examples=[10])
    """The number is smaller."""
    at_most: Number | None = Field(None, examples=[10])
    """The number is this or smaller."""
    domain: OneOrMore[Text] | None = Field(None, examples=["example.com"])
    """The text is an e-mail address with exactly this domain, or one of these, in any case."""
    age_at_least: Annotated[StrictInt, Field(ge=0, le=200)] | None = Field(None, examples=[18])
    """The date is at least so many full years ago, on today's UTC day."""
    after: Literal["now"] | None = Field(None, examples=["now"])
    """The instant is later than now."""
    within_last: Duration | None = Field(None, examples=["30d"])
    """The instant is between now minus this duration and now."""
    safe_as: Alphabet | None = Field(None, examples=["identifier"])
    """The text has only characters that are safe there."""
    from_identity_provider: Literal[True] | None = Field(None, examples=[True])
    """The group is one that Cognito makes for an identity provider of this pool."""
    exists: StrictBool | None = Field(None, examples=[True])
    """The subject is present and neither an empty text nor an empty list; or, with `false`, it isn't."""
    count: "Test | None" = Field(None, examples=[0])
    """The number of items passes this test; an absent list has none."""
    not_: "Test | None" = Field(None, alias="not", examples=["staff"])
    """The test isn't true of the whole subject."""

    @validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.items():
            raise wrong(
                "empty-test", "a test asks something; write a constant or an operator, for example `exists: true`"
            )
        if self.within_last is not None and self.within_last.endswith("ms"):
            raise wrong("wrong-duration", "`within_last` counts whole seconds; write `30d`", key="within_last")
        return self

    def items(self) -> dict[str, object]:
        """Give the operators that are written, by the name they are written with."""
        given = {_written(name): getattr(self, name) for name in type(self).model_fields}
        return {name: argument for name, argument in given.items() if argument is not None}


def _written(field: str) -> str:
    return field.rstrip("_")


def _kind(data: object) -> str:
    if isinstance(data, (list, tuple)):
        return "<list>"
    return "<operators>" if isinstance(data, (dict, Operators)) else "<scalar>"


if TYPE_CHECKING:
    Test: TypeAlias = "ScalarConstant | tuple[Test, ...] | Operators"
else:
    Test = TypeAliasType(
        "Test",
        Annotated[
            Annotated[ScalarConstant, Tag("<scalar>")]
            | Annotated[tuple["Test", ...], Field(min_length=1), Tag("<list>")]
            | Annotated[Operators, Tag("<operators>")],
            Discriminator(_kind),
        ],
    )
"""A constant that the subject equals, a list of which some test holds, or operators that all hold."""

Operators.model_rebuild()

OPERATORS = tuple(_written(name) for name in Operators.model_fields)
