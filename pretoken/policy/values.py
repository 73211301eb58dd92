"""Values: what can be computed from the inputs."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag
from pydantic import model_validator as validator
from typing_extensions import TypeAliasType

from pretoken.policy.conditions import Condition
from pretoken.policy.constants import Constant, Path, Text
from pretoken.policy.lists import OneOrMore
from pretoken.policy.model import Model, wrong
from pretoken.policy.steps import Step


class Form(Model):
    """A value that is written as a mapping."""

    noun: ClassVar[str] = "a value"


class Tailed(Form):
    """A value with a tail, which is always applied in this order: `then`, `one_of`, `default`."""

    then: OneOrMore[Step] = Field((), examples=["lower"])
    """What is done to the value: one step or a list of steps."""
    one_of: Path | None = Field(None, examples=["lookup.user.tenants"])
    """Believe the value only if it is in this list; otherwise it is absent."""
    default: Constant | None = Field(None, examples=["none"])
    """What stands in place of an absent value, never of a failed one."""


class From(Tailed):
    """An input."""

    from_: Path = Field(alias="from", examples=["attribute.email"])
    """The path of the input."""


class Template(Tailed):
    """Text with `{PATH}` placeholders; `{{` and `}}` are braces."""

    template: Text = Field(examples=["tenant/{derived.tenant_id}"])
    """The text; any absent part makes it absent."""


class Tested(Form):
    """Whether a condition holds: true or false, never absent."""

    test: Condition = Field(examples=[{"groups": "admins"}])
    """The condition."""


class FirstOf(Tailed):
    """The first of these values that isn't absent; a failed one is the result."""

    first_of: Annotated[tuple["Value", ...], Field(min_length=2)] = Field(
        examples=[[{"from": "attribute.nickname"}, {"from": "attribute.name"}]]
    )
    """At least two values of one type."""


class UnionOf(Tailed):
    """All items of all these values, sorted, once each."""

    union: Annotated[tuple["Value", ...], Field(min_length=1)] = Field(examples=[[{"from": "groups"}, ["member"]]])
    """Lists, or texts as single items; an absent one is empty."""


class Branch(Model):
    """A value, and when to choose it."""

    noun: ClassVar[str] = "a branch of `choose`"

    when: Condition = Field(examples=[{"groups": "admins"}])
    """The condition under which this value is chosen."""
    value: "Value" = Field(examples=["admin"])
    """The value."""

    @validator(mode="before")
    @classmethod
    def _is_no_otherwise(cls, data: object) -> Any:
        if isinstance(data, dict) and "otherwise" in data:
            raise wrong("wrong-place", "`otherwise` is no branch; move `otherwise` beside `choose`", key="otherwise")
        return data


class Choose(Tailed):
    """The value of the first branch whose condition is true."""

    choose: Annotated[tuple[Branch, ...], Field(min_length=1)] = Field(
        examples=[[{"when": {"groups": "admins"}, "value": "admin"}]]
    )
    """The branches, tried from top to bottom."""
    otherwise: "Value | None" = Field(None, examples=["member"])
    """The value if no condition is true; without it the value is absent."""


class Object(Form):
    """A nested claim; a member that is absent or failed is left out."""

    object: Annotated[dict[Text, "Leaf"], Field(min_length=1)] = Field(examples=[{"id": {"from": "derived.tenant_id"}}])
    """The members by key."""
    then: OneOrMore[Literal["json"]] = Field((), max_length=1, examples=["json"])
    """`json` writes the object as one text."""


class Add(Model):
    """Items that are added to those of other rules."""

    noun: ClassVar[str] = "`add`"

    add: "Value" = Field(examples=[["orders:approve"]])
    """The items: a list, or one text."""


def _kind(data: object) -> str | None:
    if isinstance(data, (Form, Add)):
        return f"<{head_of(data)}>"
    if isinstance(data, dict):
        return next((f"<{key}>" for key in data if key in _CLASSES), None)
    return "<constant>"


Value = TypeAliasType(
    "Value",
    Annotated[
        Annotated[Constant, Tag("<constant>")]
        | Annotated[From, Tag("<from>")]
        | Annotated[Template, Tag("<template>")]
        | Annotated[Tested, Tag("<test>")]
        | Annotated[FirstOf, Tag("<first_of>")]
        | Annotated[UnionOf, Tag("<union>")]
        | Annotated[Choose, Tag("<choose>")]
        | Annotated[Object, Tag("<object>")],
        Discriminator(_kind, custom_error_type="value", custom_error_message="value"),
    ],
)
"""A constant, or a mapping with one of `from`, `template`, `test`, `first_of`, `union`, `choose`, `object`."""

Leaf = TypeAliasType(
    "Leaf",
    Annotated[
        Annotated[Value, Tag("<value>")] | Annotated[Add, Tag("<add>")],
        Discriminator(lambda data: "<add>" if _kind(data) == "<add>" else "<value>"),
    ],
)
"""A value, or `{add: VALUE}`, which adds items to those of other rules."""

_CLASSES: dict[str, type[Form] | type[Add]] = {
    "from": From,
    "template": Template,
    "test": Tested,
    "first_of": FirstOf,
    "union": UnionOf,
    "choose": Choose,
    "object": Object,
    "add": Add,
}
FORMS = tuple(form for form in _CLASSES if form != "add")
TAIL = ("then", "one_of", "default")
_HEADS: dict[type, str] = {model: head for head, model in _CLASSES.items()}


def head_of(value: object) -> str | None:
    """Give the head key of a value or leaf; None for a constant."""
    return _HEADS.get(type(value))


for _model in (FirstOf, UnionOf, Branch, Choose, Object, Add):
    _model.model_rebuild()
