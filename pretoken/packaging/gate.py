"""What stands between a policy and its package: nothing is found in it, and its cases pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.packaging.errors import RefusedError
from pretoken.policy.variables import complete_variables
from pretoken.simulator.examination import examine, told
from pretoken.simulator.running import Runner
from pretoken.trigger.errors import PlanError
from pretoken.trigger.fetching.kinds import check_kinds
from pretoken.trigger.plan import link

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def admit(folder: Path, *, python: bool, template: Path | None = None) -> dict[str, Any]:
    """Give the plan of a policy that may be deployed.

    Args:
        folder: the folder with `pool.yaml`, `rules/` and `cases/`.
        python: whether `rules/*.py` may be run.
        template: the template that the policy is deployed with; default: the one beside the folder, if there is one.

    Raises:
        RefusedError: `findings`, with all that `pretoken check` refuses; `no-cases`; `failed-cases`; `never-starts`.

    """
    examined = examine(folder, python=python, template=template)
    if not examined.passed or examined.loaded is None or examined.cases is None:
        raise _refused("findings", [told(one) for one in examined.found if one.severity != "notice"], "check")
    if not examined.cases:
        raise _refused("no-cases", [f"no cases in {folder / 'cases'}; `pretoken test` shows a first one"], "test")
    plan = examined.loaded.plan()
    runner = Runner(plan)
    if failed := [f"failed {result}" for result in map(runner.run, examined.cases) if not result.passed]:
        raise _refused("failed-cases", failed, "test")
    try:
        program = link(plan, complete_variables(plan["pool"].get("variables", {}), {}))  # as at a cold start
        check_kinds(plan, program.lookups)
    except PlanError as error:
        raise RefusedError("never-starts", f"{folder}: the function wouldn't start: {error}") from None
    return plan


def _refused(name: str, reasons: Iterable[str], command: str) -> RefusedError:
    last = f"nothing is built until `pretoken {command}` passes"
    return RefusedError(name, "\n".join([*reasons, "", last]))
