"""`pretoken check` as rules grow: the whole program, from its start to its report."""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL = Path(__file__).parents[1] / "policies" / "pool.yaml"
RULES = """\
  tenant-{n}:
    when: {{client: web, groups: [admins, editors], all: [{{scopes: orders/s{n}}}]}}
    access_token:
      claims: {{tenant{n}: {{from: derived.tenant_id}}, plan{n}: {{from: lookup.user.plan, default: free}}}}
  staff-{n}:
    when: {{client: web, attribute.email: {{domain: d{n}.example}}, attribute.email_verified: true}}
    access_token: {{claims: {{permissions: {{add: ["orders:{n}"]}}}}, scopes: {{add: [orders/x{n}]}}}}
  address-{n}:
    when: {{client: web, not: {{groups: auditors}}}}
    access_token:
      claims: {{adult{n}: {{test: {{attribute.birthdate: {{age_at_least: 18}}}}}}}}
      encrypted_for: {{billing-api: {{name{n}: {{from: attribute.name}}}}}}
  worker-{n}:
    when: {{client: worker, principal: machine}}
    access_token: {{claims: {{service{n}: {{object: {{client: {{from: client}}, kind: worker}}}}}}}}
"""
DERIVED = """\
derived:
  tenant_id:
    first_of:
      - {from: attribute.custom:active_tenant, one_of: lookup.user.tenants}
      - {from: lookup.user.default_tenant}
rules:
"""
PROGRAM = "from pretoken.cli import main; main()"
ROUNDS, MOST_SECONDS = 5, 2.0


def rows() -> Iterator[Row]:
    """Measure 1,000 rules against the time that they may take, and against 100."""
    few, many = seconds(100), seconds(1_000)
    yield Row("check of 1,000 rules", f"{many:.2f} s", f"{MOST_SECONDS:.0f} s", "the budget", many / MOST_SECONDS, 1)
    yield Row("check of 1,000 rules", f"{many:.2f} s", f"{few:.2f} s", "check of 100 rules", many / few, 15)


def seconds(rules: int) -> float:
    """Give the median CPU time that a check of so many rules takes."""
    with tempfile.TemporaryDirectory() as folder:
        policies = Path(folder) / "policies"
        (policies / "rules").mkdir(parents=True)
        (policies / "pool.yaml").write_text(
            re.sub("^scopes: .*$", "scopes: {prefix: orders/}", POOL.read_text(), flags=re.MULTILINE)
        )
        (policies / "rules" / "many.yaml").write_text(DERIVED + "".join(RULES.format(n=n) for n in range(rules // 4)))
        return statistics.median(_run(policies) for _ in range(ROUNDS))


def _run(policies: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", PROGRAM, "check", "--policies", str(policies)]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - ourselves
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
