"""Compile a package, by the Python that runs it in Lambda; this file is a program of its own: FOLDER."""

import os
import py_compile
import sys
from importlib.util import cache_from_source

TASK_ROOT = "/var/task"  # where Lambda unpacks a package: what tracebacks show


def compile_all(folder: str) -> None:
    """Write the bytecode of all files, in the order of their names.

    Unchecked hashes, because Lambda's file system is read-only and its modification times mean nothing. The library's
    own goes without docstrings; others' code may want its docstrings and assertions. A file that isn't Python raises
    `py_compile.PyCompileError`.

    Source: PEP 552.
    """
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                path = f"{root}/{name}"
                inside = os.path.relpath(path, folder)
                py_compile.compile(
                    path,
                    cache_from_source(path),
                    f"{TASK_ROOT}/{inside}",
                    doraise=True,
                    optimize=2 if inside.startswith("pretoken/") else 0,
                    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                )


if __name__ == "__main__":
    try:
        compile_all(sys.argv[1])
    except py_compile.PyCompileError as error:
        line = getattr(error.exc_value, "lineno", 1)
        sys.exit(f"`{repr(os.path.relpath(error.file, TASK_ROOT))[1:-1]}`, line {line}: {error.exc_type_name}")
