"""Rule files in Python: run in isolation, at check and build time only."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from itertools import chain, islice
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from pretoken.policy.errors import Place, RuleError
from pretoken.policy.model import Model, Recorder, recording
from pretoken.policy.report import At
from pretoken.policy.rules import RuleFile
from pretoken.policy.translation import translate
from pretoken.policy.yaml import MAX_DEPTH

MAX_PARTS = 1_000_000

_MODULE = "__pretoken_rules__"


class PythonSource(NamedTuple):
    """A Python rules file that was run: its name, its rules, and which lines built them."""

    file: str
    model: RuleFile
    recorder: Recorder

    def place(self, at: At) -> Place:
        """Give the line of the innermost call that built what stands at a place."""
        built: object = self.model
        line = self.recorder.line_of(built)
        for step in at:
            built = _part(built, step)
            line = self.recorder.line_of(built) or line
        return Place(self.file, line or 1)

    def key_place(self, at: At) -> Place:
        """Give the same: a call has no keys of its own."""
        return self.place(at)


def _part(built: object, step: str | int) -> object:
    if isinstance(built, Model):
        names = {field.alias or name: name for name, field in type(built).model_fields.items()}
        return getattr(built, names.get(str(step), str(step)), None)
    if isinstance(built, dict):
        return built.get(step)
    return built[step] if isinstance(built, tuple) and isinstance(step, int) and step < len(built) else None


@contextmanager
def _isolated(folder: Path, module: ModuleType) -> Iterator[None]:
    """Let a module import what stands beside it, and forget all of it."""
    search_path, bytecode = list(sys.path), sys.dont_write_bytecode
    sys.path.insert(0, str(folder))
    sys.modules[_MODULE] = module
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = search_path, bytecode
        for name, imported in list(sys.modules.items()):
            if imported is module or folder in Path(getattr(imported, "__file__", None) or "/").parents:
                del sys.modules[name]


def run_python(path: Path, content: bytes) -> PythonSource | list[RuleError]:
    """Run a Python rules file in a module of its own, and take its variable `file`.

    It can import the files beside it whose names begin with `_`, which are no rules files; nothing of it stays behind.

    Args:
        path: where it is, as messages call it.
        content: what it says.

    Returns:
        What it says, or what is wrong with it; never an exception of its own.

    """
    file = name = str(path)
    module = ModuleType(_MODULE)
    module.__file__ = name
    try:
        # Standard output is for reports, which a rules file that prints must not disturb.
        with _isolated(path.parent.resolve(), module), redirect_stdout(sys.stderr), recording(name) as recorder:
            exec(compile(content, name, "exec"), module.__dict__)  # noqa: S102 - it is made to be run
    except SyntaxError as error:
        at = (error.lineno or 1, error.offset or 1) if error.filename == name else (_line_in(error, name), 1)
        place = Place(file, max(1, at[0]), max(1, at[1]))  # those of a wrong encoding are 0 and -1
        return [RuleError("python-error", place, "this isn't Python; try `python -m py_compile` on it")]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a rules file does wrong is an error at its line
        return _failed(error, recorder, Place(file, _line_in(error, name)))
    model = vars(module).get("file")
    if not isinstance(model, RuleFile):
        message = "the module has no variable `file` with its rules; write `file = RuleFile(rules={…})`"
        return [RuleError("no-rule-file", Place(file), message)]
    problem = _beyond_bounds(model)
    return PythonSource(file, model, recorder) if problem is None else [RuleError("too-deep", Place(file), problem)]


def _beyond_bounds(model: RuleFile) -> str | None:
    """Say what is too much: YAML's reader bounds depth and size, and here one part can stand in many places."""
    level: list[object] = [model]
    left = MAX_PARTS
    for _ in range(2 * MAX_DEPTH):  # what YAML can leave out is a level here, such as the list around an only item
        level = list(islice(chain.from_iterable(map(_parts_of, level)), left + 1))
        left -= len(level)
        if not level:
            return None
        if left < 0:
            return f"more than {MAX_PARTS} parts; write rules instead of repeating them, or split the file"
    return f"more than {2 * MAX_DEPTH} levels; move a part under `derived`"


def _parts_of(whole: object) -> Iterable[object]:
    if isinstance(whole, Model):
        return (getattr(whole, name) for name in type(whole).model_fields)
    if isinstance(whole, dict):
        return whole.values()
    return whole if isinstance(whole, tuple) else ()


def _failed(error: BaseException, recorder: Recorder, place: Place) -> list[RuleError]:
    if recorder.failed is not None and error is recorder.failed[2]:
        model, data, error = recorder.failed
        return [RuleError(problem.name, place, problem.message) for problem in translate(error, data, model, recorder)]
    # The text of an exception may hold anything, a person's data too: its name says enough.
    message = f"this line raises {type(error).__name__}; run the file with `python` to see why"
    return [RuleError("python-error", place, message)]


def _line_in(error: BaseException, name: str) -> int:
    """Give the last line of the file that the exception passed through."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
