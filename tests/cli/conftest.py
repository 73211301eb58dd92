"""The program, run in a folder with a small policy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pretoken.cli.program import program
from tests.simulator.folders import write

POOL = """\
language: 1
trigger: V3_0
other_clients: deny
variables: {WEB_ID: any, KEY: any}
clients: {web: "${WEB_ID}", worker: worker-id}
groups: [admins]
scopes: [orders/read, orders/write, invoices/read, openid]
attributes:
  custom:tenant: {writable_by: admin, data: none, max_length: 32}
  email: {max_length: 128}
  name: {max_length: 128}
lookups:
  user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {plan: {max_length: 16}}}
recipients: {billing-api: {key: "${KEY}"}}
limits: {access_token_bytes: 8192}
"""
RULES = """\
rules:
  plan:
    when: {client: web}
    access_token:
      claims: {plan: {from: lookup.user.plan, default: free}}
      scopes: {add: [orders/read], remove: openid}
  tenant: {access_token: {claims: {tenant: {from: attribute.custom:tenant}}}}
  invoice:
    when: {scopes: invoices/read}
    access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}, name: {from: attribute.name}}}}
  hide: {id_token: {suppress: [phone_number]}}
  closed: {when: {attribute.custom:tenant: closed}, deny: We are closed.}
"""
CASES = """\
cases:
  - name: a free plan for everyone
    given: {client: web}
    expect: {access_token: {claims: {plan: free}}}
"""

PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores Ctrl-C
from pretoken.cli import main
main()
"""
"""The program in a process of its own, for `python -c`."""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program in a folder whose `policies` have the rules and case above."""
    write(tmp_path / "policies", RULES, POOL, **{"cases/a.yaml": CASES})
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str, stdin: str | bytes | None = None, color: bool = False) -> Result:
        return CliRunner().invoke(program, arguments, input=stdin, color=color, catch_exceptions=False)

    return run
