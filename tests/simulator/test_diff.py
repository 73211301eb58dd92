"""Two policies on the same sign-ins: who gains and who loses what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pretoken.simulator.cases import load_cases
from pretoken.simulator.diff import Change, Diff, What, diff
from pretoken.simulator.running import Runner
from pretoken.simulator.shown import HIDDEN
from pretoken.simulator.sign_ins import SignIn, joined, of_cases
from tests.simulator.folders import NOW, POOL, event, load, machine_event, write

NONE = "{}"
ROLES = ["arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/writer"]


def sign_in(name: str = "one", raw: Any = None, variables: dict[str, str] | None = None, **lookups: Any) -> SignIn:
    return SignIn(name, event() if raw is None else raw, lookups, variables or {}, NOW)


def compare(folder: Path, old: str, new: str, *sign_ins: SignIn, old_pool: str = POOL, new_pool: str = POOL) -> Diff:
    runners = [
        Runner(load(folder / name, rules, pool).plan())
        for name, rules, pool in (("old", old, old_pool), ("new", new, new_pool))
    ]
    return diff(runners[0], runners[1], sign_ins or [sign_in()])


def whats(found: Diff) -> list[What]:
    return [change.what for change in found.changes]


def rule(effect: str, when: str = "{}") -> str:
    condition = "" if when == "{}" else f"when: {when}, "
    return f"rules: {{a: {{{condition}{effect}}}}}"


def claims(text: str) -> str:
    return rule(f"access_token: {{claims: {text}}}")


EMPTY = "rules: {hide: {id_token: {suppress: [phone_number]}}}"


def test_equal_policies_have_no_difference(tmp_path: Path) -> None:
    rules = claims("{plan: {from: lookup.user.plan, default: free}}")
    found = compare(tmp_path, rules, rules, sign_in(), sign_in("two", machine_event()))

    assert (found.changes, found.compared, found.differing, found.left_out) == ((), 2, 0, ())


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (rule("access_token: {scopes: {add: [orders/write]}}"), What("gained", "scope", "", "orders/write")),
        (rule("groups: {add: [admins]}"), What("gained", "group", "", "admins")),
        (claims("{plan: free}"), What("gained", "access_token", "", "plan", after="free")),
        (claims("{vip: {test: {groups: x}}}"), What("gained", "access_token", "", "vip", after="false")),
        (claims("{who: {from: attribute.email}}"), What("gained", "access_token", "", "who")),
        (claims("{level: 3}"), What("gained", "access_token", "", "level")),
        (
            claims("{permissions: {add: [change]}}"),
            What("gained", "access_token", "", "permissions", is_item=True, after="change"),
        ),
        (
            claims("{org: {object: {plan: {object: {name: pro}}}}}"),
            What("gained", "access_token", "", "org.plan.name", after="pro"),
        ),
        (
            rule("access_token: {encrypted_for: {billing-api: {mail: {from: attribute.email}}}}"),
            What("gained", "readable", "billing-api", "mail"),
        ),
        (rule("id_token: {claims: {display: me}}"), What("gained", "id_token", "", "display", after="me")),
    ],
)
def test_what_a_rule_gives_is_gained_and_without_it_lost(tmp_path: Path, new: str, what: What) -> None:
    one = sign_in(raw=event(attributes={"email": "anna@example.com"}))
    lost = what._replace(kind="lost", before=what.after, after=None)

    assert whats(compare(tmp_path, EMPTY, new, one)) == [what]
    assert whats(compare(tmp_path, new, EMPTY, one)) == [lost]
    assert not lost.is_gain
    assert what.is_gain is (what.part != "id_token")


def test_roles_are_compared_with_the_preferred_one(tmp_path: Path) -> None:
    add = f'iam_roles: {{add: ["{ROLES[0]}", "{ROLES[1]}"], preferred: "%s"}}'
    old, new = rule(add % ROLES[0]), rule(add % ROLES[1])

    assert whats(compare(tmp_path, EMPTY, old)) == [
        What("gained", "iam_role", "", ROLES[0]),
        What("gained", "iam_role", "", ROLES[1]),
        What("gained", "preferred_role", "", "", after=ROLES[0]),
    ]
    (changed,) = whats(compare(tmp_path, old, new))
    assert changed == What("changed", "preferred_role", "", "", before=ROLES[0], after=ROLES[1])
    assert changed.is_gain


def test_a_preferred_role_that_may_be_about_a_person_is_not_shown(tmp_path: Path) -> None:
    role = "arn:aws:iam::123456789012:role/anna@example.com"
    found = compare(tmp_path, EMPTY, rule(f'iam_roles: {{add: ["{role}"], preferred: "{role}"}}'))

    assert whats(found) == [What("gained", "iam_role", "", HIDDEN), What("gained", "preferred_role", "", "")]


def test_a_group_in_one_token_only_says_so(tmp_path: Path) -> None:
    raw = event(groups={"groupsToOverride": ["admins"]})
    found = compare(tmp_path, EMPTY, rule("id_token: {suppress: ['cognito:groups']}"), sign_in(raw=raw))

    assert whats(found) == [What("lost", "group", "id_token", "admins")]


def test_a_changed_claim_of_the_access_token_counts_as_a_gain(tmp_path: Path) -> None:
    one = sign_in(raw=event(), user={"plan": "pro"})
    found = compare(tmp_path, claims("{plan: free}"), claims("{plan: {from: lookup.user.plan}}"), one)

    assert whats(found) == [What("changed", "access_token", "", "plan", before="free")]
    assert found.gains == found.changes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rule("id_token: {claims: {plan: free}}"), rule("id_token: {claims: {plan: pro}}")),
        (
            rule("access_token: {encrypted_for: {billing-api: {plan: free}}}"),
            rule("access_token: {encrypted_for: {billing-api: {plan: pro}}}"),
        ),
    ],
)
def test_a_changed_member_or_claim_of_the_id_token_is_no_gain(tmp_path: Path, old: str, new: str) -> None:
    found = compare(tmp_path, old, new)

    assert [(what.kind, what.before, what.after, what.is_gain) for what in whats(found)] == [
        ("changed", "free", "pro", False)
    ]


def test_true_is_not_one(tmp_path: Path) -> None:
    found = compare(tmp_path, claims("{vip: 1}"), claims("{vip: true}"))

    assert whats(found) == [What("changed", "access_token", "", "vip", after="true")]


def test_lists_are_compared_item_by_item(tmp_path: Path) -> None:
    found = compare(tmp_path, claims("{tags: [a, b]}"), claims("{tags: [b, c]}"))

    assert whats(found) == [
        What("gained", "access_token", "", "tags", is_item=True, after="c"),
        What("lost", "access_token", "", "tags", is_item=True, before="a"),
    ]


def test_an_empty_list_is_no_change_beside_its_items(tmp_path: Path) -> None:
    rules = claims("{tags: {from: lookup.user.more}}")
    full: dict[str, Any] = {"more": {"x": ["a"]}}
    empty: dict[str, Any] = {"more": {"x": []}}
    old = claims("{tags: {choose: [{when: {lookup.user.vip: true}, value: {from: lookup.user.more}}]}}")

    assert whats(compare(tmp_path, EMPTY, rules, sign_in(user=empty))) == [What("gained", "access_token", "", "tags.*")]
    assert whats(compare(tmp_path, EMPTY, rules, sign_in(user=full))) == [
        What("gained", "access_token", "", "tags.*", is_item=True)
    ]
    assert compare(tmp_path, old, rules, sign_in(user={**empty, "vip": True})).changes == ()
    emptied = "{tags: {first_of: [{from: lookup.user.%s}, {from: lookup.user.%s}]}}"
    pool = POOL.replace("more: object", "more: object, less: object")
    row = {"more": {"x": {"y": "a"}}, "less": {"x": {}}}
    found = compare(
        tmp_path,
        claims(emptied % ("less", "more")),
        claims(emptied % ("more", "less")),
        sign_in(user=row),
        old_pool=pool,
        new_pool=pool,
    )
    assert whats(found) == [What("gained", "access_token", "", "tags.*.*")]


def test_a_denial_that_is_lifted_gains_all_that_the_rules_give(tmp_path: Path) -> None:
    new = claims("{plan: free}")
    old = new.replace("rules: {", "rules: {closed: {deny: No.}, ")
    found = compare(tmp_path, old, new, sign_in(raw=event(scopes=["openid"])))

    assert whats(found) == [
        What("gained", "sign_in", "", "closed"),
        What("gained", "scope", "", "openid"),
        What("gained", "access_token", "", "plan", after="free"),
    ]
    assert whats(compare(tmp_path, new, old)) == [What("lost", "sign_in", "", "closed")]
    assert compare(tmp_path, old, old).changes == ()


def test_a_denial_that_is_lifted_gains_readers_too(tmp_path: Path) -> None:
    new = rule("access_token: {encrypted_for: {billing-api: {plan: free}}}")
    old = new.replace("rules: {", "rules: {closed: {deny: No.}, ")

    assert whats(compare(tmp_path, old, new)) == [
        What("gained", "sign_in", "", "closed"),
        What("gained", "readable", "billing-api", "plan", after="free"),
    ]


def test_an_answer_that_cognito_would_refuse_is_a_refusal(tmp_path: Path) -> None:
    old = Runner(load(tmp_path, claims("{plan: free}")).plan())
    plan = load(tmp_path, claims("{plan: free}")).plan()
    plan["rules"]["a"]["access_token"]["claims"] = {"iss": "me"}  # which no policy that loads can write

    assert whats(diff(old, Runner(plan), [sign_in()])) == [What("lost", "sign_in", "", "")]
    assert whats(diff(Runner(plan), old, [sign_in()]))[0] == What("gained", "sign_in", "", "")


def test_changes_are_grouped_counted_and_ordered_by_authority(tmp_path: Path) -> None:
    new = """\
rules:
  more: {id_token: {claims: {display: me}}, access_token: {claims: {plan: free}}}
  admins: {when: {groups: admins}, access_token: {scopes: {add: [orders/write]}}}
  worker: {when: {client: worker}, access_token: {scopes: {add: [orders/read]}}}
"""
    admin = event(groups={"groupsToOverride": ["admins"]})
    workers = [sign_in("worker", machine_event()), sign_in("worker 2", event(client_id="worker-id"))]
    pool = POOL.replace("other_clients: deny", "other_clients: apply_rules")
    stranger = sign_in("stranger", event(client_id="stranger"))
    found = compare(tmp_path, EMPTY, new, sign_in("admin", admin), *workers, stranger, old_pool=pool, new_pool=pool)

    assert (found.compared, found.differing) == (4, 4)
    assert found.changes == (
        Change(
            What("gained", "scope", "", "orders/read"),
            ("worker", "worker 2"),
            ("machines of worker", "users of worker"),
        ),
        Change(What("gained", "scope", "", "orders/write"), ("admin",), ("users of web",)),
        Change(
            What("gained", "access_token", "", "plan", after="free"),
            ("admin", "worker", "worker 2", "stranger"),
            ("machines of worker", "users of an undeclared client", "users of web", "users of worker"),
        ),
        Change(
            What("gained", "id_token", "", "display", after="me"),
            ("admin", "worker 2", "stranger"),
            ("users of an undeclared client", "users of web", "users of worker"),
        ),
    )
    assert found.gains == found.changes[:3]


def test_values_of_events_are_never_shown(tmp_path: Path) -> None:
    """Not those of claims, nor keys that come with a row, nor names that may be about a person."""
    old = """\
rules:
  same: {access_token: {claims: {kind: user}}}
  when: {when: {attribute.name: Anna}, access_token: {claims: {known: {from: attribute.name}}}}
"""
    new = """\
rules:
  same: {access_token: {claims: {kind: {from: attribute.nickname}}}}
  group: {groups: {add: {from: attribute.email}}}
  row: {access_token: {claims: {row: {from: lookup.user.more}}}}
  name: {id_token: {claims: {hello: {template: "Hello {attribute.name}"}}}}
"""
    attributes = {"name": "Anna", "email": "anna@example.com", "nickname": "annie"}
    found = compare(tmp_path, old, new, sign_in(raw=event(attributes=attributes), user={"more": {"Anna": "x"}}))

    assert whats(found) == [
        What("gained", "group", "", HIDDEN),
        What("gained", "access_token", "", "row.*"),
        What("changed", "access_token", "", "kind", before="user"),
        What("gained", "id_token", "", "hello"),
        What("lost", "access_token", "", "known"),
    ]


def test_times_ids_and_ciphertexts_are_no_changes(tmp_path: Path) -> None:
    old = rule("access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}")
    new = rule("id_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}")
    one = sign_in(raw=event(attributes={"email": "anna@example.com"}))

    assert compare(tmp_path, old, old, one).changes == ()
    assert compare(tmp_path, old, new, one).changes == ()  # the same recipient can read the same


def test_what_is_no_event_for_a_policy_is_left_out_with_the_reason(tmp_path: Path) -> None:
    first = event()
    first["version"], first["response"] = "1", {"claimsOverrideDetails": None}
    del first["request"]["scopes"]
    both = POOL.replace("trigger: V3_0", "trigger: [V1_0, V2_0]")
    live = sign_in("live", variables={"STAGE": "live"})
    sign_ins = [sign_in("env", {"Parameters": {}}), sign_in("first", first), live]
    no_live = POOL.replace("[test, live]", "[test, lab]")
    found = compare(tmp_path, EMPTY, EMPTY, *sign_ins, old_pool=both, new_pool=no_live)
    back = compare(tmp_path, EMPTY, EMPTY, *sign_ins, old_pool=no_live, new_pool=both)

    assert (found.compared, found.differing) == (0, 0)
    names, reasons = zip(*found.left_out, strict=True)
    assert names == ("env", "first", "live")
    assert reasons[0].startswith("event-pool: `userPoolId` isn't text")
    assert reasons[1:] == (
        "under NEW: event-version: this is no V3_0 event",
        "under NEW: the variable `STAGE` isn't one of the values that pool.yaml allows",
    )
    assert back.left_out[1] == ("first", "under OLD: event-version: this is no V3_0 event")


def test_variables_that_a_policy_does_not_declare_mean_nothing_to_it(tmp_path: Path) -> None:
    old_pool = POOL.replace("STAGE: [test, live], ", "")
    one = sign_in(variables={"STAGE": "live", "WEB_ID": "web-1"}, raw=event(client_id="web-1"))
    found = compare(tmp_path, EMPTY, claims("{stage: '${STAGE}'}"), one, old_pool=old_pool)

    assert whats(found) == [What("gained", "access_token", "", "stage")]


CASES = """\
cases:
  - name: a web user
    given: {client: web, lookups: {user: {plan: pro}}}
    expect: {denied: false}
  - name: anna@example.com signs in
    given: {client: web, variables: {STAGE: live}}
    expect: {denied: false}
"""


def cases_of(folder: Path, cases: str) -> list[SignIn]:
    write(folder, EMPTY, **{"cases/a.yaml": cases})
    runner = Runner(load(folder, EMPTY).plan())
    lookups = {"user": "failed", "more": "none"}
    return [*of_cases(load_cases(folder, runner.plan), runner, lookups, {"WEB_ID": "web-1", "X": "y"})]


def test_a_case_gives_its_event_and_what_it_does_not_say_comes_from_outside(tmp_path: Path) -> None:
    first, second = cases_of(tmp_path, CASES)

    assert first.name == "a web user"
    assert second.name == f"{tmp_path}/cases/a.yaml:5"  # its own name may be about a person
    assert first.lookups == {"user": {"plan": "pro"}, "more": "none"}
    assert second.variables == {"WEB_ID": "web-1", "X": "y", "STAGE": "live"}
    assert first.event["callerContext"]["clientId"] == "web-1"


def test_a_case_that_both_policies_have_counts_once(tmp_path: Path) -> None:
    new = cases_of(tmp_path, CASES.replace("anna@example.com signs", "she signs"))
    old = cases_of(tmp_path, CASES.replace("anna@example.com signs", "he signs").replace("pro", "team"))
    more = cases_of(tmp_path, CASES.replace("anna@example.com signs", "they sign").replace("live", "test"))

    assert joined(new, new) == new
    names = ["a web user", "she signs in", "a web user (as it was)", "they sign in"]
    assert [one.name for one in joined(new, [*old, more[1]])] == names
