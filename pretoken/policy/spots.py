"""Where an error of the models is in the file, and what would be right there."""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pretoken.policy.errors import quoted
from pretoken.policy.model import Model, Recorder
from pretoken.policy.report import At
from pretoken.policy.yaml_scalars import plain_scalar

_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")


class Spot(NamedTuple):
    """Where an error is: its place, what stands there, the field of a model that it belongs to, and the last tag."""

    at: At
    data: object
    key: bool
    owner: type[Model] | None
    field: str | None
    tag: str

    @property
    def subject(self) -> str:
        """What messages call it: the last key on the way there."""
        name = next((step for step in reversed(self.at) if isinstance(step, str)), None)
        return "the file" if name is None else quoted(name, "this")

    @property
    def examples(self) -> list[Any]:
        """Examples of the field."""
        fields = self.owner.model_fields if self.owner else {}
        return next((field.examples or [] for name, field in fields.items() if (field.alias or name) == self.field), [])

    @property
    def example(self) -> str:
        """Something right that can be typed here."""
        if self.examples:
            return f"`{self.field}: {flow(self.examples[0])}`"
        for name, field in self.owner.model_fields.items() if self.owner and not self.at else ():
            if field.is_required() and field.examples:
                return f"`{name}: {flow(field.examples[0])}`"
        return "`rules: {example: {…}}`"


def flow(data: object) -> str:
    """Write data as YAML on one line."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ", ".join(map(flow, data)) + "]"
    if isinstance(data, str) and _PLAIN_TEXT.fullmatch(data) and plain_scalar(data) == (data, None):
        return data
    return json.dumps(data, ensure_ascii=False)


def locate(loc: Iterable[str | int], data: object, root: type[Model], recorder: Recorder) -> Spot:
    """Follow Pydantic's location through the data, leaving out what stands in it for the models alone."""
    at: list[str | int] = []
    owner: type[Model] | None = root
    field: str | None = None
    key, tag = False, ""
    for step in loc:
        if str(step).startswith("<"):
            tag = str(step)
        if isinstance(data, dict):
            if isinstance(step, int):
                continue  # the only item of a list, written without the list
            model = recorder.model_of(data)
            if step in data:
                data = data[step]
            elif str(step).startswith("<"):
                continue
            elif step == "[key]":
                key = True
                continue
            else:
                data = None
            if model is not None:
                owner, field = model, str(step)
            at.append(step)
            tag = ""
        elif isinstance(data, (list, tuple)) and isinstance(step, int):
            data = data[step]
            at.append(step)
            tag = ""
        elif step == "[key]":
            key = True
    return Spot(tuple(at), data, key, owner, field, tag)
