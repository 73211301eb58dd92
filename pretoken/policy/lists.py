"""Lists that may be written as their only item, and mappings that may be written as one of their members."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field
from pydantic_core import core_schema

Item = TypeVar("Item")


def as_list(data: object) -> Any:
    """Make `x` into `[x]`."""
    return data if isinstance(data, (list, tuple)) or data is None else [data]


def as_typed(data: object) -> Any:
    """Make `strings` into `{type: strings}`."""
    return {"type": data} if isinstance(data, str) else data


class _ShortForm:
    """Say in the JSON Schema that the short form may be written too."""

    def __init__(self, pick: str) -> None:
        self.pick = pick

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        long = handler(schema)
        short = long["items"] if self.pick == "items" else {"type": "string", "x-is": "Type"}
        return {"anyOf": [short, long]}


if TYPE_CHECKING:
    OneOrMore = tuple[Item, ...]
    Typed = Annotated[Item, ...]
else:

    class OneOrMore:
        """A list that isn't empty, or its only item."""

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[tuple[item, ...], Field(min_length=1), BeforeValidator(as_list), _ShortForm("items")]

    class Typed:
        """A mapping with `type`, or the type alone."""

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, BeforeValidator(as_typed), _ShortForm("type")]
