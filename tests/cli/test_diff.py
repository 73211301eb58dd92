"""`pretoken diff`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pretoken.cli.formats.diff import diff_markdown, diff_text
from pretoken.simulator.diff import Change, Diff, What
from tests.cli.conftest import CASES, POOL, RULES, Run
from tests.simulator.folders import event, machine_event, write

Git = Callable[..., str]


@pytest.fixture
def git(run: Run, tmp_path: Path) -> Git:  # noqa: ARG001 - it writes the policy
    """Run git in the folder of `run`, which becomes a repository whose only commit has the policy."""

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - our own

    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "--message=policy")
    return git


def events(**raws: Any) -> None:
    Path("events").mkdir(exist_ok=True)
    for name, raw in raws.items():
        Path(f"events/{name}.json").write_text(json.dumps(raw))


def rules(old: str, new: str) -> None:
    path = Path("policies/rules/a.yaml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


ANNA = event(
    attributes={"email": "anna@example.com", "name": "Anna Example", "phone_number": "+15555550100"},
    scopes=["openid", "invoices/read"],
)


def change_everything() -> None:
    rules("add: [orders/read], remove: openid", "add: [orders/read, orders/write]")
    rules("name: {from: attribute.name}", "name: {from: attribute.name}, phone: {from: attribute.phone_number}")
    rules("suppress: [phone_number]", "suppress: [email]")
    rules("default: free", "default: none")


TEXT = """\
from main:policies to policies: 2 of 3 sign-ins differ, 4 gains of authority

gains of authority
  + scope orders/write
      2 of 3 sign-ins: users of web
      events/anna.json, a free plan for everyone
  + scope openid
      1 of 3 sign-ins: users of web
      events/anna.json
  ~ access token: plan: free → none
      2 of 3 sign-ins: users of web
      events/anna.json, a free plan for everyone
  + billing-api can read phone
      1 of 3 sign-ins: users of web
      events/anna.json

other gains
  + ID token: phone_number
      1 of 3 sign-ins: users of web
      events/anna.json

losses
  - ID token: email
      1 of 3 sign-ins: users of web
      events/anna.json
"""
MARKDOWN = """\
### Who gains and who loses

From `main:policies` to `policies`: 2 of 3 sign-ins differ, 4 gains of authority.

| gains of authority | sign-ins | who | for example |
|---|---|---|---|
| scope `orders/write` | 2 of 3 | `users of web` | `events/anna.json`, `a free plan` |
| scope `openid` | 1 of 3 | `users of web` | `events/anna.json` |
| access token: `plan`: `free` → `none` | 2 of 3 | `users of web` | `events/anna.json`, `a free plan` |
| `billing-api` can read `phone` | 1 of 3 | `users of web` | `events/anna.json` |

| other gains | sign-ins | who | for example |
|---|---|---|---|
| ID token: `phone_number` | 1 of 3 | `users of web` | `events/anna.json` |

| losses | sign-ins | who | for example |
|---|---|---|---|
| ID token: `email` | 1 of 3 | `users of web` | `events/anna.json` |
"""


def test_a_revision_is_held_against_the_folder_gains_of_authority_first(run: Run, git: Git) -> None:
    events(anna=ANNA, worker=machine_event())
    change_everything()
    result = run("diff", "main", "policies")

    assert result.exit_code == 0
    assert result.output == TEXT
    assert git("status", "--porcelain", "--untracked-files=no") == "M policies/rules/a.yaml"


@pytest.mark.usefixtures("git")
def test_the_markdown_form_is_tables(run: Run) -> None:
    events(anna=ANNA, worker=machine_event())
    change_everything()

    Path("policies/cases/a.yaml").write_text(CASES.replace("a free plan for everyone", "a free plan"))

    assert run("diff", "main", "policies", "--format", "markdown").output == MARKDOWN


@pytest.mark.usefixtures("git")
def test_no_report_holds_a_value_of_an_event(run: Run) -> None:
    events(anna=ANNA)
    change_everything()
    rules(
        "tenant: {access_token", "name: {id_token: {claims: {hello: {from: attribute.name}}}}\n  tenant: {access_token"
    )
    for form in ("text", "markdown", "json"):
        output = run("diff", "main", "policies", "--format", form).output
        assert "hello" in output
        assert not any(value in output for value in ("example.com", "Anna", "5555550100"))


@pytest.mark.usefixtures("git")
def test_the_json_form_has_all_sign_ins_of_each_change(run: Run) -> None:
    events(**{f"anna{number}": ANNA for number in range(5)}, env={"Parameters": {}})
    rules("remove: openid", "remove: orders/write")
    data = json.loads(run("diff", "main", "policies", "--format", "json").output)

    assert data == {
        "old": "main:policies",
        "new": "policies",
        "compared": 6,
        "differing": 5,
        "gains_of_authority": 1,
        "changes": [
            {
                "kind": "gained",
                "part": "scope",
                "of": "",
                "name": "openid",
                "is_item": False,
                "before": None,
                "after": None,
                "is_gain_of_authority": True,
                "sign_ins": [f"events/anna{number}.json" for number in range(5)],
                "who": ["users of web"],
            }
        ],
        "left_out": [
            {
                "name": "events/env.json",
                "reason": "event-pool: `userPoolId` isn't text; give the id of the user pool, "
                "for example `eu-west-1_Ab12Cd34`",
            }
        ],
        "refused": 0,
        "unreached": [],
    }


@pytest.mark.usefixtures("git")
def test_a_gain_of_authority_fails_if_that_is_asked_for(run: Run) -> None:
    events(anna=ANNA)
    assert run("diff", "main", "policies", "--fail-on-gain").exit_code == 0
    rules("hide: {id_token: {suppress: [phone_number]}}", "hide: {id_token: {claims: {display: me}}}")
    assert run("diff", "main", "policies", "--fail-on-gain").exit_code == 0
    rules("remove: openid", "remove: orders/write")

    assert run("diff", "main", "policies").exit_code == 0
    assert run("diff", "main", "policies", "--fail-on-gain").exit_code == 1
    assert run("diff", "policies", "main", "--fail-on-gain").exit_code == 0


def test_a_denial_is_a_loss_and_lifted_a_gain(run: Run, git: Git) -> None:
    events(anna=event(attributes={"custom:tenant": "shut"}))
    rules("closed: {when: {attribute.custom:tenant: closed}", "shut: {when: {attribute.custom:tenant: shut}")
    git("commit", "--quiet", "--all", "--message=shut")

    assert "losses\n  - sign-in refused by shut\n      1 of 2 sign-ins" in run("diff", "HEAD^", "HEAD").output
    back = run("diff", "HEAD", "HEAD~1", "--fail-on-gain")
    assert "gains of authority\n  + sign-in no longer refused by shut\n" in back.output
    assert back.exit_code == 1


def test_two_folders_need_no_git(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    write(Path("proposed"), RULES, POOL)

    assert run("diff", "policies", "proposed").output == ("from policies to proposed: no difference in 1 sign-in\n")


def test_cases_of_both_are_run(run: Run) -> None:
    changed = CASES.replace("client: web", "client: web, groups: [admins]")
    write(Path("proposed"), RULES, POOL, **{"cases/a.yaml": changed + CASES[7:].replace("a free", "the free")})
    write(Path("more"), "rules: {all: {access_token: {claims: {more: x}}}}", POOL)
    output = run("diff", "policies", "proposed", "--format", "json").output

    assert json.loads(output)["compared"] == 2  # the old case has the event of the new second one
    text = run("diff", "proposed", "more").output
    assert "a free plan for everyone, the free plan for everyone" in text


def test_lookups_and_variables_are_those_that_either_policy_declares(run: Run) -> None:
    fields = (
        "fields: {level: string}}\n  team: {dynamodb: {table: teams, key: {pk: x}}, data: none, fields: {name: string}}"
    )
    pool = POOL.replace("fields: {plan: {max_length: 16}}}", fields).replace(
        "KEY: any", "KEY: any, STAGE: [test, live]"
    )
    new = "rules: {a: {access_token: {claims: {level: {from: lookup.user.level}, stage: '${STAGE}'}}}}"
    write(Path("proposed"), new, pool)
    Path("lookups.yaml").write_text("user: {plan: free, level: high}\nteam: {name: none}\n")
    events(anna=event(client_id="web-1"))
    options = ("--lookups", "lookups.yaml", "--variable", "STAGE=live", "--variable", "WEB_ID=web-1")
    output = run("diff", "policies", "proposed", *options).output

    assert "+ access token: level\n      2 of 2 sign-ins: users of web\n" in output
    assert "- access token: plan = free\n      2 of 2 sign-ins: users of web\n" in output
    wrong = run("diff", "policies", "proposed", "--variable", "STAGE=lab")
    assert (wrong.exit_code, wrong.stderr.partition(":")[0]) == (2, "--variable")
    wrong = run("diff", "proposed", "policies", "--variable", "STAGE=lab")
    assert (wrong.exit_code, wrong.stderr.partition(":")[0]) == (2, "--variable")


def test_the_instant_decides_ages(run: Run) -> None:
    new = "rules: {a: {access_token: {claims: {adult: {test: {attribute.birthdate: {age_at_least: 18}}}}}}}"
    pool = POOL.replace("attributes:\n", "attributes:\n  birthdate: {writable_by: admin}\n")
    old = new.replace("age_at_least: 18", "age_at_least: 21")
    write(Path("old"), old, pool)
    write(Path("proposed"), new, pool)
    events(anna=event(attributes={"birthdate": "2000-01-01"}))

    assert "no difference" in run("diff", "old", "proposed", "--now", "2017-01-01T00:00:00Z").output
    assert "plan: false → true" not in run("diff", "old", "proposed").output
    assert "access token: adult: false → true" in run("diff", "old", "proposed", "--now", "2019-01-01T00:00:00Z").output


def test_errors_of_both_policies_are_told_with_their_places(run: Run, git: Git) -> None:
    rules("client: web", "cleint: web")
    git("commit", "--quiet", "--all", "--message=wrong")
    write(Path("policies"), RULES, POOL, **{"cases/a.yaml": CASES.replace("client: web", "client: wep")})
    result = run("diff", "HEAD", "policies")

    assert (result.exit_code, result.stdout) == (2, "")
    first, second = result.stderr.splitlines()
    assert first.startswith("HEAD:policies/rules/a.yaml:3:12: unknown-input: ")
    assert second.startswith("policies/cases/a.yaml:3:21: unknown-name: ")
    twice = run("diff", "HEAD", "HEAD")
    assert twice.stderr.splitlines() == [first]


def test_a_case_whose_name_may_be_personal_is_called_by_its_place_in_the_revision(run: Run, git: Git) -> None:
    write(Path("policies"), RULES, POOL, **{"cases/a.yaml": CASES.replace("a free plan", "anna@example.com")})
    git("commit", "--quiet", "--all", "--message=case")
    write(Path("proposed"), "rules: {all: {access_token: {claims: {more: x}}}}", POOL)

    assert "\n      main:policies/cases/a.yaml:2\n" in run("diff", "main", "proposed").output


def test_rule_files_in_python_run_only_if_they_may(run: Run, git: Git) -> None:
    Path("policies/rules/b.py").write_text(
        "from _name import NAME\n"
        "from pretoken.policy.rules import RuleFile\n"
        "file = RuleFile(rules={'b': {'access_token': {'claims': {NAME: 'x'}}}})\n"
    )
    Path("policies/rules/_name.py").write_text("NAME = 'first'\n")
    git("add", ".")
    git("commit", "--quiet", "--message=python")
    Path("policies/rules/_name.py").write_text("NAME = 'second'\n")

    output = run("diff", "main", "policies").output
    assert "+ access token: second = x" in output
    assert "- access token: first = x" in output
    refused = run("diff", "main", "policies", "--no-python")
    assert refused.exit_code == 2
    assert [line.partition(": ")[0] for line in refused.stderr.splitlines()] == [
        "main:policies/rules/b.py:1:1",
        "policies/rules/b.py:1:1",
    ]


def test_what_is_left_out_plays_no_tricks_on_a_terminal() -> None:
    """Neither its name nor the reason, which may repeat a text of rule files."""
    shown = diff_text(Diff((), 1, 0, (("a\x1b[31m.json", "no \x1b[2J pool"),), 0, ()), "old", "new")
    assert shown.splitlines()[-1] == "    a [31m.json: no  [2J pool"


def test_without_anything_to_compare_nothing_is_said_to_be_equal(run: Run) -> None:
    Path("policies/cases/a.yaml").unlink()
    result = run("diff", "policies", "policies")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "no event and no case can be compared; name events: `--events DIR`\n"

    events(env={})
    assert "\n    events/env.json: event-pool: " in run("diff", "policies", "policies").stderr


def test_what_is_no_event_is_told(run: Run) -> None:
    events(env={"Parameters": {}})
    Path("events/folder.json").mkdir()
    Path("events/notes.txt").write_text("none")
    output = run("diff", "policies", "policies").output

    assert "\nnot compared\n    events/env.json: event-pool: `userPoolId` isn't text; " in output
    assert "\nNot compared: `events/env.json`.\n" in run("diff", "policies", "policies", "--format", "markdown").output
    Path("events/broken.json").write_text("{")
    broken = run("diff", "policies", "policies")
    assert (broken.exit_code, broken.stderr.partition(": ")[0]) == (2, "events/broken.json:1:2")


def test_another_folder_of_events_can_be_named(run: Run) -> None:
    events(anna=ANNA)
    Path("events").rename("recorded")

    assert "no difference in 1 sign-in\n" in run("diff", "policies", "policies").output
    assert "no difference in 2 sign-ins\n" in run("diff", "policies", "policies", "--events", "recorded").output


def test_a_folder_of_events_that_is_not_there_is_told(run: Run) -> None:
    result = run("diff", "policies", "policies", "--events", "evnts")

    assert (result.exit_code, result.stderr) == (
        2,
        "evnts: there is no such folder; name the one with events: `--events DIR`\n",
    )


def change(what: What, *names: str) -> Change:
    return Change(what, names or ("one",), ("users of web",))


EVIL = "a|b`c\\d <img src=x> @team [x](https://evil.example) #1\n\n# www.evil.example"


def test_no_name_can_break_a_table() -> None:
    """Names stand in code, where GitHub renders nothing; what could end it is spelt as entities."""
    diff = Diff((change(What("gained", "scope", "", EVIL), EVIL),), 1, 1, ((EVIL, "why"),), 0, (EVIL,))
    output = diff_markdown(diff, EVIL, "@team <b>")

    escaped = "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in EVIL.replace("\n", " "))
    assert output.splitlines() == [
        "### Who gains and who loses",
        "",
        f"From <code>{escaped}</code> to `@team <b>`: 1 of 1 sign-in differs, 1 gain of authority.",
        "",
        "| gains of authority | sign-ins | who | for example |",
        "|---|---|---|---|",
        f"| scope <code>{escaped}</code> | 1 of 1 | `users of web` | <code>{escaped}</code> |",
        "",
        f"Differ, and applied in no sign-in: <code>{escaped}</code>.",
        "",
        f"Not compared: <code>{escaped}</code>.",
    ]


def test_a_table_is_never_longer_than_a_comment_may_be() -> None:
    changes = tuple(change(What("lost", "scope", "", f"{number}" * 300)) for number in range(60))
    left_out = tuple((f"{number}.json", "why") for number in range(60))
    output = diff_markdown(Diff(changes, 1, 1, left_out, 0, ()), "old", "new")

    assert output.count("\n| scope ") == 50
    assert "\n… and 10 more: see `pretoken diff`.\n" in output
    assert output.endswith("`49.json` and 10 more.")
    assert len(max(output.splitlines(), key=len)) < 1000


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (What("gained", "sign_in", "", ""), "sign-in no longer refused because Cognito would refuse the answer"),
        (What("lost", "readable", "api", "email"), "`api` can't read `email`"),
        (What("changed", "readable", "api", "email"), "`api` can read `email`: another value → another value"),
        (What("gained", "group", "id_token", "admins"), "group `admins` (in the ID token only)"),
        (What("gained", "iam_role", "", "arn:x"), "IAM role `arn:x`"),
        (What("changed", "preferred_role", "", "", before="a", after="b"), "preferred IAM role: `a` → `b`"),
        (What("gained", "access_token", "", "tags", is_item=True), "access token: `tags`, an item"),
        (What("lost", "access_token", "", "tags", is_item=True, before="a"), "access token: `tags`, the item `a`"),
    ],
)
def test_every_change_is_told(what: What, told: str) -> None:
    output = diff_markdown(Diff((change(what),), 1, 1, (), 0, ()), "old", "new")

    assert f"\n| {told} | 1 of 1 |" in output


def test_rules_that_no_sign_in_reaches_and_sign_ins_that_both_refuse_are_told(run: Run) -> None:
    events(anna=event(client_id="nobody's"))
    rare = "rare: {when: {client: worker, principal: user}, groups: {add: [admins]}}"
    write(Path("proposed"), RULES.replace("rules:\n", f"rules:\n  {rare}\n", 1), POOL)
    result = run("diff", "policies", "proposed", "--fail-on-gain")

    assert result.exit_code == 0
    assert result.output == (
        "from policies to proposed: no difference in 2 sign-ins; both refuse 1 of them\n\n"
        "not reached\n    rare: this rule differs, and applied in no sign-in\n"
    )
    told = json.loads(run("diff", "policies", "proposed", "--format", "json").output)
    assert (told["refused"], told["unreached"]) == (1, ["rare"])
    assert run("diff", "policies", "proposed", "--format", "markdown").output.endswith(
        "\n\nDiffer, and applied in no sign-in: `rare`.\n"
    )
