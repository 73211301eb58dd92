"""`pretoken preview`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import RULES, Run
from tests.simulator.folders import POOL, event, machine_event, write

NOW = "2026-01-01T00:00:00Z"
ATTRIBUTES = {
    "email": "anna@example.com",
    "name": "Anna Example",
    "phone_number": "+15555550100",
    "custom:tenant": "acme",
}


def preview(run: Run, raw: Any, *options: str, **more: Any) -> Result:
    Path("event.json").write_text(json.dumps(raw))
    return run("preview", "--event", "event.json", "--now", NOW, *options, **more)


GOLDEN = """\
a user signs in through the app client web (read as V3_0, as pool.yaml declares)
+ added  ~ changed  - removed  ? missing

access token, for APIs                                  1,001 bytes before, 2,021 after, limit 8,192

    claim                      before         after
  + encrypted_for_billing_api                 encrypted
      billing-api alone can read email, name (700 characters)
      by invoice, from attribute.email, attribute.name
  + plan                                      pro
      by plan, from lookup.user.plan
  ~ scope                      invoices/read  invoices/read
  -                            openid
  +                                           orders/read
      by plan
  + tenant                                    acme
      by tenant, from attribute.custom:tenant

    unchanged
    sub                        5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f
    iss                        https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34
    version                    2
    client_id                  WEB_ID
    origin_jti                 00000000-0000-4000-8000-000000000002
    event_id                   00000000-0000-4000-8000-000000000001
    token_use                  access
    auth_time                  1767225600
    exp                        1767229200
    iat                        1767225600
    jti                        00000000-0000-4000-8000-000000000004
    username                   anna

ID token, for the client application                                 1,077 bytes before, 1,037 after

    claim             before        after
  - phone_number      +15555550100
      suppressed by hide

    unchanged
    sub               5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f
    email             anna@example.com
    name              Anna Example
    custom:tenant     acme
    iss               https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34
    cognito:username  anna
    aud               WEB_ID
    origin_jti        00000000-0000-4000-8000-000000000002
    event_id          00000000-0000-4000-8000-000000000001
    token_use         id
    auth_time         1767225600
    exp               1767229200
    iat               1767225600
    jti               00000000-0000-4000-8000-000000000003

rules applied   hide, invoice, plan, tenant
lookup          user: answered
"""


def test_both_tokens_are_shown_before_and_after_with_rules_inputs_and_sizes(run: Run) -> None:
    Path("lookups.yaml").write_text("user: {plan: pro}")
    raw = event(attributes=ATTRIBUTES, scopes=["openid", "invoices/read"])
    result = preview(run, raw, "--lookups", "lookups.yaml")

    assert result.output == GOLDEN
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 100


def test_a_lookup_without_an_answer_and_a_claim_without_a_value_are_told(run: Run) -> None:
    output = preview(run, event()).output

    assert (
        "  ? tenant              no value\n"
        "      by tenant, from attribute.custom:tenant; nothing there: attribute.custom:tenant\n"
    ) in output
    assert output.endswith("lookup          user: no row; give an answer: `--lookups FILE`\n")


def test_a_failed_lookup_shows_what_is_left_out(run: Run) -> None:
    Path("lookups.yaml").write_text("user: failed")
    output = preview(run, event(), "--lookups", "lookups.yaml").output

    assert "? plan" in output
    assert "a value failed\n      by plan, from lookup.user.plan; can't be read: lookup.user.plan\n" in output
    assert "left out        access_token.claims.plan of plan: it can't be known\n" in output
    assert output.endswith("lookup          user: failed\n")


def test_rules_in_doubt_are_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "policies", "rules: {vip: {when: {lookup.user.vip: true}, access_token: {claims: {vip: true}}}}")
    Path("lookups.yaml").write_text("user: failed")

    output = preview(run, event(), "--lookups", "lookups.yaml").output
    assert "rules applied   none\nin doubt        vip: only what takes away is done\n" in output


def test_a_machine_is_told_from_a_user_and_has_one_token(run: Run) -> None:
    output = preview(run, machine_event(scopes=["orders/read"]) | {"version": "3"}).output

    assert output.startswith("a machine asks for a token through the app client worker (event V3_0)\n")
    assert "ID token" not in output


def test_a_denied_sign_in_shows_the_rule_and_its_text(run: Run) -> None:
    result = preview(run, event(attributes={"custom:tenant": "closed"}))

    assert result.exit_code == 1
    assert result.output == (
        "a user signs in through the app client web (read as V3_0, as pool.yaml declares)\n"
        "\n"
        "denied by rule closed (policies/rules/a.yaml:12)\n"
        "    its condition is true\n"
        "    the user reads: We are closed. (reference …)\n"
        "\n"
        "rules applied   closed, hide, plan, tenant\n"
        "lookup          user: no row; give an answer: `--lookups FILE`\n"
    )


def test_an_unknown_app_client_is_told_with_its_cure(run: Run) -> None:
    result = preview(run, event(client_id="another"))

    assert result.exit_code == 1
    assert result.output == (
        "a user signs in through an app client that pool.yaml doesn't name (read as V3_0, as pool.yaml declares)\n"
        "\n"
        "denied by `other_clients: deny` (policies/pool.yaml:3)\n"
        "    add the client's id to `clients`, or set its variable: `--variable NAME=ID`\n"
        "    the user reads: Signing in isn't possible at the moment. (reference …)\n"
        "\n"
    )
    assert preview(run, event(client_id="another"), "--variable", "WEB_ID=another").exit_code == 0


def test_an_over_long_token_is_told(run: Run) -> None:
    pool = Path("policies/pool.yaml")
    pool.write_text(pool.read_text().replace("max_length: 32", "max_length: 7000"))
    output = preview(run, event(attributes={"custom:tenant": "x" * 7000})).output

    assert "after, over the limit of 8,192\n" in output
    assert max(map(len, output.splitlines())) <= 100  # and long values are cut


def test_values_are_written_so_that_types_can_be_told(run: Run, tmp_path: Path) -> None:
    rules = """\
rules:
  a:
    access_token:
      claims:
        text_number: "1"
        number: 1
        yes: true
        text_yes: "true"
        blank: " x "
        object: {object: {a: [1, 2]}}
        numbers: [1, 2]
        commas: ["a,b", c]
        strings: [a, b]
        long: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c]
"""
    write(tmp_path / "policies", rules)
    lines = preview(run, event()).output.splitlines()
    shown = {line[4:].split("  ")[0]: line.split("  ")[-1].strip() for line in lines if line.startswith("  + ")}

    assert shown == {
        "text_number": '"1"',
        "number": "1",
        "yes": "true",
        "text_yes": '"true"',
        "blank": '" x "',
        "object": '{"a": [1, 2]}',
        "numbers": "[1, 2]",
        "commas": '["a,b", "c"]',
        "strings": "a, b",
        "long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "": "c",
    }


def test_control_characters_of_an_event_do_not_reach_the_terminal(run: Run) -> None:
    output = preview(run, event(attributes={"custom:tenant": "\x1b[2J\x07", "name": "a\nb", "dev:\x1b": "x"})).output

    assert "\x1b" not in output
    assert "\\x1b[2J\\x07" in output
    assert "a\\nb" in output


def test_messages_show_members_and_never_their_values(run: Run, tmp_path: Path) -> None:
    # The claims that Cognito makes of these attributes itself are suppressed here, so that only the message is left.
    rules = RULES.replace("[phone_number]", "[phone_number, email, name]")
    write(tmp_path / "policies", rules)
    raw = event(attributes=ATTRIBUTES, scopes=["invoices/read"])
    text, data = preview(run, raw).output, json.loads(preview(run, raw, "--format", "json").output)

    assert "billing-api alone can read email, name" in text
    access_token = text[: text.index("ID token")]
    assert "Anna Example" not in access_token
    assert "anna@example.com" not in json.dumps(data["access_token"])
    (encrypted,) = [claim for claim in data["access_token"]["claims"] if "encrypted" in claim]
    assert encrypted == {
        "claim": "encrypted_for_billing_api",
        "mark": "added",
        "encrypted": {"recipient": "billing-api", "members": ["email", "name"], "characters": 700},
        "rules": ["invoice"],
        "inputs": ["attribute.email", "attribute.name"],
    }


def test_a_message_that_could_not_be_encrypted_is_told(run: Run, tmp_path: Path) -> None:
    key = f"arn:aws:kms:eu-west-1:123456789012:key/{'1' * 200}"  # longer than any of KMS
    write(tmp_path / "policies", RULES, POOL.replace('"${KEY}"', key))
    output = preview(run, event(attributes=ATTRIBUTES, scopes=["invoices/read"])).output

    assert "? encrypted_for_billing_api" in output
    assert "not encrypted" in output
    assert "left out        the message for billing-api: kms-key-not-found\n" in output


def test_an_answer_that_cognito_would_refuse_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pretoken.cognito.response._WRITABLE", {"access_token": set(), "id_token": set()})
    monkeypatch.setattr("pretoken.cognito.response.claim_problem", lambda *_: "not allowed; leave it out")
    result = preview(run, event())

    assert result.exit_code == 1
    assert "denied, because Cognito would refuse the answer: access_token.claims.plan: reserved-claim:" in result.output


def test_rules_that_differ_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pretoken.policy.load.check", lambda *_: None)  # a finding before deploy
    rules = "rules: {a: {access_token: {claims: {x: 1}}}, b: {access_token: {claims: {x: 2}}}}"
    write(Path("policies"), rules)
    output = preview(run, event()).output

    assert "rules differ" in output
    assert "left out        access_token.claims.x: rules give different values\n" in output


def test_on_a_terminal_changes_are_coloured(run: Run) -> None:
    output = preview(run, event(attributes=ATTRIBUTES), color=True).output

    assert "\x1b[32m\x1b[1m+\x1b[0m" in output
    assert "\x1b[31m\x1b[1m-\x1b[0m" in output


def test_no_color_is_honoured(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in preview(run, event(attributes=ATTRIBUTES), color=True).output


def test_without_colour_the_text_is_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = preview(run, event(attributes=ATTRIBUTES)).output
    monkeypatch.setenv("NO_COLOR", "1")

    assert preview(run, event(attributes=ATTRIBUTES), color=True).output == plain


def test_the_json_form_is_the_previews(run: Run) -> None:
    data = json.loads(preview(run, event(), "--format", "json").output)

    assert data["event"] == {"version": "V3_0", "says": "V2_0", "principal": "user", "client": "web"}
    assert data["rules"] == {"applied": ["hide", "plan", "tenant"], "in_doubt": []}
    assert set(data) == {"event", "access_token", "id_token", "scopes", "rules", "lookups"}


def test_a_denied_sign_in_in_json_exits_with_1_too(run: Run) -> None:
    result = preview(run, event(client_id="another"), "--format", "json")

    assert result.exit_code == 1
    assert json.loads(result.output)["denied"] == {
        "rule": "other_clients",
        "why": "pool.yaml doesn't name this app client",
        "text": "Signing in isn't possible at the moment.",
        "file": "policies/pool.yaml",
        "line": 3,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_an_event_is_read_from_standard_input(run: Run, encoding: str) -> None:
    result = run("preview", "--event", "-", stdin=json.dumps(event()).encode(encoding))

    assert result.exit_code == 0
    assert result.output.startswith("a user signs in")


def test_without_an_instant_it_is_now(run: Run) -> None:
    result = run("preview", "--event", "-", "--format", "json", stdin=json.dumps(event()))
    claims = {claim["claim"]: claim for claim in json.loads(result.output)["id_token"]["claims"]}

    assert claims["iat"]["after"] > 1767225600


def test_an_instant_can_be_given_in_seconds(run: Run) -> None:
    result = run("preview", "--event", "-", "--now", "1234567890", stdin=json.dumps(event()))

    assert "1234567890" in result.output


STRICT = """\
rules:
  plan:
    on_failure: deny
    access_token: {claims: {org: {object: {plan: {from: lookup.user.plan}}}}}
"""


def test_a_denial_for_a_failure_shows_what_could_not_be_read_and_where_the_rule_stands(run: Run) -> None:
    write(Path("policies"), STRICT)
    Path("lookups.yaml").write_text("user: failed")
    result = preview(run, event(), "--lookups", "lookups.yaml")
    data = json.loads(preview(run, event(), "--lookups", "lookups.yaml", "--format", "json").output)
    why = "`on_failure: deny`, and access_token.claims.org.plan can't be known (can't be read: lookup.user.plan)"

    assert result.exit_code == 1
    assert (
        "denied by rule plan (policies/rules/a.yaml:2)\n"
        "    `on_failure: deny`, and access_token.claims.org.plan can't be known (can't be read:\n"
        "    lookup.user.plan)\n"
        "    the user reads: Signing in isn't possible at the moment. (reference …)\n"
    ) in result.output
    assert (data["denied"]["why"], data["denied"]["line"]) == (why, 2)


def test_a_user_who_counts_as_a_machine_is_told(run: Run) -> None:
    raw = event()
    del raw["request"]["userAttributes"]["sub"]

    assert "counted as a machine: userAttributes has no `sub`\n" in preview(run, raw).output
    data = json.loads(preview(run, raw, "--format", "json").output)
    assert (data["event"]["principal"], data["event"]["because"]) == ("machine", "userAttributes has no `sub`")
    assert "counted as" not in preview(run, machine_event()).output


def test_long_names_of_claims_are_never_cut(run: Run) -> None:
    rules = """\
rules:
  urls:
    access_token:
      claims: {"https://example.com/tenant_id": a, "https://example.com/tenant_kind": b, short: c}
"""
    write(Path("policies"), rules)
    lines = preview(run, event()).output.splitlines()
    column = lines[5].index("after")

    assert f"{'  + https://example.com/tenant_id':<{column}}a" in lines
    assert lines[lines.index("  + https://example.com/tenant_kind") + 1] == f"{'':<{column}}b"


def test_each_item_of_a_list_has_its_own_mark_and_what_is_kept_comes_first(run: Run) -> None:
    output = preview(run, event(scopes=["openid"])).output

    column = output.splitlines()[5].index("before")
    removed, added = f"  -{'':<{column - 3}}openid", f"  +{'':<{column - 3}}{'':<8}orders/read"
    assert f"  ~ scope\n{removed}\n{added}\n      by plan\n" in output


def test_an_answer_that_nobody_asks_for_is_told_with_the_reason(run: Run) -> None:
    Path("lookups.yaml").write_text("user: {plan: pro}")
    options = ("--lookups", "lookups.yaml")
    absent = "its key is absent (nothing there: attribute.sub)"

    assert f"lookup          user: not asked: {absent}\n" in preview(run, machine_event(), *options).output
    data = json.loads(preview(run, machine_event(), *options, "--format", "json").output)
    assert (data["not_asked"], "lookups" in data) == ({"user": absent}, False)
    write(Path("policies"), "rules: {}")
    assert "lookup          user: not asked: no rule needed it\n" in preview(run, event(), *options).output
