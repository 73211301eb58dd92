"""The ground the models stand on: strict, closed, immutable, and able to say where they were written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError


class Recorder:
    """Remember, while one file is read, which model stands for which mapping and which line built which model.

    Args:
        file: the Python file whose calls are recorded, or None where only mappings are.

    """

    def __init__(self, file: str | None = None) -> None:
        self.file = file
        self.failed: tuple[type[Model], dict[str, Any], ValidationError] | None = None
        self._models: dict[int, tuple[type[Model], Any]] = {}
        self._lines: dict[int, tuple[int, Model]] = {}

    def note_mapping(self, data: object, model: "type[Model]") -> None:
        """Remember the model that a mapping is read as; the mapping is kept, so that its id stays its own."""
        self._models[id(data)] = (model, data)

    def note_call(self, built: "Model") -> None:
        """Remember the line of the recorded file from which a model was built."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to a caller's line
        while frame is not None and frame.f_code.co_filename != self.file:
            frame = frame.f_back
        if frame is not None:
            self._lines[id(built)] = (frame.f_lineno, built)

    def model_of(self, data: object) -> "type[Model] | None":
        """Give the model that a mapping was read as."""
        return self._models.get(id(data), (None,))[0]

    def line_of(self, built: object) -> int | None:
        """Give the line that built a model."""
        return self._lines.get(id(built), (None,))[0]


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recording(file: str | None = None) -> Iterator[Recorder]:
    """Record mappings and calls for as long as the context lasts."""
    recorder = Recorder(file)
    token = _recorder.set(recorder)
    try:
        yield recorder
    finally:
        _recorder.reset(token)


class Model(BaseModel):
    """A mapping of the rule language."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    noun: ClassVar[str] = "a mapping"
    """What messages call it."""

    def __init__(self, **data: object) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            recorder = _recorder.get()
            if recorder is not None:
                recorder.failed = (type(self), data, error)
                recorder.note_mapping(data, type(self))
            raise
        recorder = _recorder.get()
        if recorder is not None:
            recorder.note_call(self)

    # Pydantic calls an `__init__` of our own for every mapping it reads, unless it is told that it is its own.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # a mark that only Pydantic knows

    @model_validator(mode="before")
    @classmethod
    def _note(cls, data: object) -> Any:
        recorder = _recorder.get()
        if recorder is not None and isinstance(data, dict):
            recorder.note_mapping(data, cls)
        return data


def wrong(name: str, message: str, *, key: str | None = None) -> PydanticCustomError:
    """Make an error in our own words.

    Args:
        name: its stable kebab-case name.
        message: what is wrong, and the cure.
        key: the key of the judged mapping to point at, instead of the mapping.

    """
    return PydanticCustomError(name, "{message}", {"message": message, "key": key})
