"""`--live`: lookups are made in AWS itself, here a DynamoDB on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pretoken.local import LocalResources
from pretoken.local.items import parse_items
from pretoken.local.server import LocalAWS
from tests.cli.conftest import Run
from tests.local.serving import serving
from tests.simulator.folders import event, write

POOL = """\
language: 1
trigger: V3_0
other_clients: apply_rules
variables: {TABLE: any, STAGE: [test, live]}
lookups:
  user:
    dynamodb: {table: "${TABLE}", key: {pk: "${STAGE}#{attribute.sub}"}}
    data: none
    fields: {plan: string, tenants: strings}
  tenant:
    dynamodb: {table: "${TABLE}", key: {pk: "TENANT#{lookup.user.plan}"}}
    data: none
    fields: {plan: string}
"""
RULES = """\
rules:
  plan:
    access_token:
      claims:
        plan: {from: lookup.user.plan, default: free}
        tenants: {from: lookup.user.tenants}
        tenant_plan: {from: lookup.tenant.plan}
"""
ITEMS = b"""\
user:
  - {pk: "live#5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f", plan: pro, tenants: wrong}
"""
LIVE = ("--live", "--variable", "TABLE=users", "--variable", "STAGE=live")


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def aws(log: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve the table, and lead there."""
    assert callable(run), "its folder is the present one"
    write(tmp_path / "policies", RULES, POOL)
    pool = {"lookups": {"user": {"dynamodb": {"table": "users", "key": {"pk": "x"}}}}}
    items = parse_items(ITEMS, "items.yaml", pool, {})
    with serving(LocalAWS(LocalResources({}, {}, {"users": ["pk"]}, {}), "127.0.0.1", 0, log.append, items)) as port:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }.items():
            monkeypatch.setenv(name, value)
        yield


def shown(run: Run, *arguments: str, code: int = 0) -> dict[str, Any]:
    Path("event.json").write_text(json.dumps(event()))
    result = run("preview", "--event", "event.json", "--format", "json", *arguments)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def claims(preview: dict[str, Any]) -> dict[str, Any]:
    return {row["claim"]: row.get("after") for row in preview["access_token"]["claims"]}


def test_a_preview_has_the_rows_of_the_table(run: Run, log: list[str]) -> None:
    preview = shown(run, *LIVE)
    assert claims(preview)["plan"] == "pro"
    assert preview["lookups"] == {"user": "row", "tenant": "none"}
    assert log == ["dynamodb GetItem 200"] * 2


def test_a_preview_says_why_a_lookup_failed(run: Run) -> None:
    preview = shown(run, "--live", "--variable", "TABLE=others", "--variable", "STAGE=live")
    assert preview["lookups"] == {"user": "failed"}
    assert preview["causes"] == {"user": "not-found"}
    assert claims(preview)["plan"] is None
    text = run("preview", "--event", "event.json", "--live", "--variable", "TABLE=others", "--variable", "STAGE=live")
    assert "user: failed: not-found: there is no such table or function" in text.output
    assert "--lookups FILE" not in text.output


def test_a_field_of_another_type_is_told(run: Run) -> None:
    assert shown(run, *LIVE)["causes"] == {"user": "wrong-type"}


def test_an_answer_in_a_file_goes_before_the_table(run: Run, log: list[str]) -> None:
    Path("lookups.yaml").write_text("user: {plan: team}")
    preview = shown(run, *LIVE, "--lookups", "lookups.yaml")
    assert claims(preview)["plan"] == "team"
    assert preview["lookups"] == {"user": "row", "tenant": "none"}
    assert log == ["dynamodb GetItem 200"], "of the tenant alone"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "--variable STAGE=VALUE --variable TABLE=VALUE"),
        (("--variable", "TABLE=users"), "--variable STAGE=VALUE"),
    ],
    ids=["nothing", "a table"],
)
def test_no_table_and_no_key_is_a_stand_in(run: Run, given: tuple[str, ...], missing: str, log: list[str]) -> None:
    Path("event.json").write_text(json.dumps(event()))
    result = run("preview", "--event", "event.json", "--live", *given)
    assert result.exit_code == 2
    assert result.output.startswith("--live: lookup ")
    assert result.output.endswith(f"needs the values of variables; write `{missing}`\n")
    assert log == []


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("{variable.STAGE}", "--variable STAGE=VALUE"),
        ("{derived.written}", "--variable STAGE=VALUE"),
        ("{derived.told}", "--variable STAGE=VALUE"),
        ("{derived.looked_up}", "--variable STAGE=VALUE"),
        ("{derived.pseudonym}", "rests on a pseudonym"),
        ("{lookup.other.plan}", "`other` needs the values of variables"),
    ],
    ids=str,
)
def test_nor_is_what_a_key_rests_on(run: Run, tmp_path: Path, key: str, problem: str, log: list[str]) -> None:
    pool = f"""\
language: 1
trigger: V3_0
other_clients: apply_rules
variables: {{STAGE: [test, live]}}
pseudonyms: {{crm: {{secret: arn}}}}
lookups:
  user: {{dynamodb: {{table: users, key: {{pk: "{key}"}}}}, data: none, fields: {{plan: string}}}}
  other: {{dynamodb: {{table: "${{STAGE}}", key: {{pk: "{{attribute.sub}}"}}}}, data: none, fields: {{plan: string}}}}
"""
    rules = """\
tables: {stages: {a: "${STAGE}"}}
derived:
  written: {template: "${STAGE}#{attribute.sub}"}
  told: {first_of: [{from: derived.written}, {from: variable.STAGE}]}
  looked_up: {from: attribute.sub, then: {table: stages}, default: none}
  pseudonym: {from: attribute.sub, then: {pseudonym: crm}}
rules: {plan: {access_token: {claims: {plan: {from: lookup.user.plan}}}}}
"""
    write(tmp_path / "policies", rules, pool)
    Path("event.json").write_text(json.dumps(event()))
    result = run("preview", "--event", "event.json", "--live")
    assert result.exit_code == 2
    assert problem in result.output
    assert log == []


def test_what_a_file_answers_needs_no_variables_and_nothing_is_asked_only_to_explain(run: Run, log: list[str]) -> None:
    Path("lookups.yaml").write_text("user: {plan: team}\ntenant: {plan: gold}")
    preview = shown(run, "--live", "--lookups", "lookups.yaml")
    assert claims(preview)["tenant_plan"] == "gold"
    Path("lookups.yaml").write_text("user: none\ntenant: {plan: gold}")
    preview = shown(run, "--live", "--lookups", "lookups.yaml")
    assert preview["not_asked"] == {"tenant": "its key is absent (nothing there: lookup.user.plan)"}
    assert log == []


def test_without_a_region_nothing_is_asked(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    Path("event.json").write_text(json.dumps(event()))
    result = run("preview", "--event", "event.json", *LIVE)
    assert result.exit_code == 2
    assert result.output == "--live: lookups can't be made: no AWS region is set; set `AWS_REGION`\n"


CASES = """\
cases:
  - name: what the table says
    given: {client_id: any, variables: {STAGE: live}, attributes: {sub: 5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f}}
    expect: {access_token: {claims: {plan: pro}}}
  - name: what the case says
    given: {client_id: any, lookups: {user: {plan: team}, tenant: none}}
    expect: {access_token: {claims: {plan: team}}}
"""


def test_cases_get_from_the_table_what_they_do_not_say(run: Run, tmp_path: Path, log: list[str]) -> None:
    write(tmp_path / "policies", RULES, POOL, **{"cases/a.yaml": CASES})
    result = run("test", "--live", "--variable", "TABLE=users")
    assert "\n2 passed, 0 failed\n" in result.output
    assert "note: lookup `user` failed: wrong-type: a field isn't of the type or length" in result.output
    assert log == ["dynamodb GetItem 200"] * 2


def test_cases_get_from_a_file_what_they_do_not_say(run: Run, tmp_path: Path, log: list[str]) -> None:
    write(tmp_path / "policies", RULES, POOL, **{"cases/a.yaml": CASES})
    Path("lookups.yaml").write_text("user: {plan: pro}")
    result = run("test", "--lookups", "lookups.yaml")
    assert result.output.startswith("2 passed, 0 failed\n")
    assert log == []
