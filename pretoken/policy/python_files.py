"""Rule files in Python: run in isolation, at check and build time only."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from pretoken.policy.errors import Place, RuleError
from pretoken.policy.model import Model, Recorder, recording
from pretoken.policy.report import At
from pretoken.policy.rules import RuleFile
from pretoken.policy.translation import translate

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


def run_python(path: Path, file: str) -> PythonSource | list[RuleError]:
    """Run a Python rules file in a module of its own, and take its variable `file`.

    It can import the files beside it whose names begin with `_`, which are no rules files; nothing of it stays behind.

    Args:
        path: where it is.
        file: what messages call it.

    Returns:
        What it says, or what is wrong with it; never an exception of its own.

    """
    name = str(path)
    module = ModuleType(_MODULE)
    module.__file__ = name
    try:
        # Standard output is for reports, which a rules file that prints must not disturb.
        with _isolated(path.parent.resolve(), module), redirect_stdout(sys.stderr), recording(name) as recorder:
            exec(compile(path.read_bytes(), name, "exec"), module.__dict__)  # noqa: S102 - it is made to be run
    except SyntaxError as error:
        at = (error.lineno or 1, error.offset or 1) if error.filename == name else (_line_in(error, name), 1)
        return [RuleError("python-error", Place(file, *at), "this isn't Python; try `python -m py_compile` on it")]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a rules file does wrong is an error at its line
        return _failed(error, recorder, Place(file, _line_in(error, name)))
    model = getattr(module, "file", None)
    if not isinstance(model, RuleFile):
        message = "the module has no variable `file` with its rules; write `file = RuleFile(rules={…})`"
        return [RuleError("no-rule-file", Place(file), message)]
    return PythonSource(file, model, recorder)


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
