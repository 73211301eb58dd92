"""Why there is no package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.checks import Finding
    from pretoken.policy.errors import RuleError
    from pretoken.simulator.running import Result


class BuildError(Exception):
    """Say why nothing was built.

    `name` is stable and in kebab case; `refused` tells that what was given isn't safe to deploy, rather than that the
    build could not run.
    """

    def __init__(self, name: str, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.name = name
        self.refused = refused


class RefusedError(BuildError):
    """Refuse a policy: it has errors or findings, or its cases fail."""

    def __init__(self, findings: Sequence[RuleError | Finding], failed: Sequence[Result] = ()) -> None:
        super().__init__("refused", "\n".join(map(str, [*findings, *failed])), refused=True)
        self.findings = tuple(findings)
        self.failed = tuple(failed)
