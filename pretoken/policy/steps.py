"""Steps of `then`: what is done to a value, one after the other."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Discriminator, Field, StrictInt, Tag
from typing_extensions import TypeAliasType

from pretoken.policy.constants import Constant, ScalarConstant, Text
from pretoken.policy.lists import OneOrMore
from pretoken.policy.model import Model
from pretoken.policy.tests import Test

PlainStep: TypeAlias = Literal["lower", "upper", "trim", "email_domain", "only", "text", "json"]
PLAIN_STEPS: dict[str, str] = {
    "lower": "Make A to Z small.",
    "upper": "Make a to z capital.",
    "trim": "Take blanks off both ends.",
    "email_domain": "Take what follows the last `@`, in small letters.",
    "only": "Take the single item of a list; several fail.",
    "text": "Write a number or boolean as text.",
    "json": "Write a list or object as JSON text.",
}
"""The steps without an argument, each with what it does."""

Entries: TypeAlias = Annotated[dict[str, Constant], Field(min_length=1)]
"""A table: keys, and the constant that stands for each."""


class _Step(Model):
    noun: ClassVar[str] = "a step"


class StripPrefix(_Step):
    """Take a prefix off, if it is there."""

    strip_prefix: Text = Field(examples=["acme-"])
    """The prefix."""


class Keep(_Step):
    """Keep a value, or the items of a list, that pass a test."""

    keep: Test = Field(examples=[{"prefix": "app-"}])
    """The test."""


class Table(_Step):
    """Look up a value, or each item of a list, in a table; what has no entry is absent."""

    table: Annotated[Entries, Tag("<entries>")] | Annotated[Text, Tag("<name>")] = Field(
        examples=["permissions"],
        discriminator=Discriminator(lambda data: "<entries>" if isinstance(data, dict) else "<name>"),
    )
    """The name of a table, or its entries."""


class Prefer(_Step):
    """Take the first of these constants that is there."""

    prefer: OneOrMore[ScalarConstant] = Field(examples=[["admin", "member"]])
    """The constants, the preferred first."""


class AtMost(_Step):
    """Sort a list and take its first items."""

    at_most: Annotated[StrictInt, Field(ge=1)] = Field(examples=[20])
    """How many items."""


class Join(_Step):
    """Join a list into one text; an item that contains the separator fails."""

    join: Text = Field(examples=[","])
    """The separator."""


class Pseudonym(_Step):
    """Replace a text by its keyed hash under a secret of the pool."""

    pseudonym: Text = Field(examples=["analytics"])
    """The name of a pseudonym in pool.yaml."""


def _kind(data: object) -> str | None:
    if isinstance(data, _Step):
        return f"<{next(iter(type(data).model_fields))}>"
    if isinstance(data, dict):
        return next((f"<{key}>" for key in data if key in STEPS_WITH_ARGUMENT), None)
    return "<plain>" if isinstance(data, str) and data in PLAIN_STEPS else None


STEPS_WITH_ARGUMENT = tuple(next(iter(step.model_fields)) for step in _Step.__subclasses__())

Step = TypeAliasType(
    "Step",
    Annotated[
        Annotated[PlainStep, Tag("<plain>")]
        | Annotated[StripPrefix, Tag("<strip_prefix>")]
        | Annotated[Keep, Tag("<keep>")]
        | Annotated[Table, Tag("<table>")]
        | Annotated[Prefer, Tag("<prefer>")]
        | Annotated[AtMost, Tag("<at_most>")]
        | Annotated[Join, Tag("<join>")]
        | Annotated[Pseudonym, Tag("<pseudonym>")],
        Discriminator(_kind, custom_error_type="step", custom_error_message="step"),
    ],
)
"""A step by its name, or a mapping of its name and its argument."""
