"""Fields: the types of what comes in from outside, and what data it holds."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, StrictInt, StrictStr, WithJsonSchema
from pydantic import model_validator as validator

from pretoken.policy.constants import matching
from pretoken.policy.errors import quoted
from pretoken.policy.model import Model, wrong
from pretoken.trigger.reading import LONGEST

Type: TypeAlias = Literal["string", "number", "boolean", "date", "time", "strings", "object"]
Encoding: TypeAlias = Literal["comma_list", "space_list", "provider_list", "json"]
Count: TypeAlias = Annotated[StrictInt, Field(ge=1)]

DATA_LABEL = r"none|secret|user(\.[a-z][a-z0-9_]*)*"

if TYPE_CHECKING:
    DataLabel: TypeAlias = str
else:
    DataLabel = Annotated[
        StrictStr,
        matching(
            DATA_LABEL,
            lambda text: (
                f"{quoted(text)} is no label; write `none`, `secret` or a Fideslang key such as `user.contact.email`"
            ),
            "wrong-label",
        ),
        WithJsonSchema({"type": "string", "pattern": f"^({DATA_LABEL})$"}),
    ]


class Field_(Model):  # noqa: N801 - `Field` is Pydantic's
    """A typed text or value from outside."""

    type: Type = Field("string", examples=["strings"])
    """Its type; text, if left out."""
    max_length: Count = Field(LONGEST, examples=[64])
    """The longest text, or item of a list, that is possible."""
    max_items: Count | None = Field(None, examples=[20])
    """The most items that are possible."""


class MetadataField(Field_):
    """A text that callers may send."""

    noun: ClassVar[str] = "a field of `metadata`"

    encoded_as: Encoding = Field("comma_list", examples=["space_list"])
    """How a list is written in the text."""
    data: DataLabel | None = Field(None, examples=["none"])
    """What data it holds: `none`, `secret`, or a Fideslang key; personal, if left out."""

    @validator(mode="after")
    def _encodes_a_list(self) -> Self:
        if "encoded_as" in self.model_fields_set and self.type != "strings":
            raise wrong("wrong-type", "only lists are encoded; add `type: strings`", key="encoded_as")
        return self


class Attribute(MetadataField):
    """An attribute of users."""

    noun: ClassVar[str] = "an attribute"

    writable_by: Literal["admin", "provider", "user"] = Field("user", examples=["admin"])
    """Who can write it: `admin` if no app client can, `provider` if only an identity provider does."""
