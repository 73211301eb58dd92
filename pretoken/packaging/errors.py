"""Why there is no package; `name` is stable and in kebab case."""

from __future__ import annotations


class BuildError(Exception):
    """Say why the build could not run."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class RefusedError(BuildError):
    """Say why what was given isn't fit to be deployed."""
