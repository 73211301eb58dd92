"""Conditions: what must hold."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import ConfigDict, Field
from pydantic import model_validator as validator

from pretoken.policy.model import Model, wrong
from pretoken.policy.tests import Test

_ELSEWHERE = {
    "or": "there is no `{key}`; write `any: […]`",
    "and": "there is no `{key}`, since everything in one mapping must hold; write one mapping, or `all: […]`",
}


class Condition(Model):
    """Everything in it must hold: each key is a path of an input with a test, or `all`, `any`, `not`."""

    model_config = ConfigDict(extra="allow")
    noun: ClassVar[str] = "a condition"
    __pydantic_extra__: dict[str, Test]

    all: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(None, examples=[[{"groups": "a"}]])
    """Conditions that must all hold; it serves to put two tests on one list."""
    any: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(None, examples=[[{"groups": "a"}]])
    """Conditions of which one must hold."""
    not_: "Condition | None" = Field(None, alias="not", examples=[{"groups": "staff"}])
    """A condition that must not hold."""

    @validator(mode="before")
    @classmethod
    def _has_our_words(cls, data: object) -> Any:
        for key in data if isinstance(data, dict) else ():
            if str(key).lower() in _ELSEWHERE:
                raise wrong("unknown-key", _ELSEWHERE[key.lower()].format(key=key), key=key)
        return data

    @validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.tests and self.all is None and self.any is None and self.not_ is None:
            raise wrong(
                "empty-condition", "a condition isn't empty; write a path and a test, for example `client: web`"
            )
        return self

    @property
    def tests(self) -> Mapping[str, Any]:
        """The tests by path."""
        return self.__pydantic_extra__
