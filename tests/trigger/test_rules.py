"""What rules do: claims, leaves, lists, denials; overrides, conflicts and what isn't applicable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from tests.trigger.plans import (
    NOW,
    SUB,
    Lookups,
    claim,
    claims,
    decide,
    given,
    items,
    members,
    pool,
    program,
    suppressed,
)

if TYPE_CHECKING:
    from pretoken.cognito.events import Event

TRUE = {"client": "web"}
FALSE = {"client": "other"}
UNKNOWN = {"lookup.down.string": "x"}
NONE = {"from": "attribute.name"}
DOWN = {"from": "lookup.down.string"}
ROLES = ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"]


def scopes(edit: dict[str, object], **rule: object) -> dict[str, Any]:
    """Make a rule that edits the scopes."""
    return {"access_token": {"scopes": edit}, **rule}


# claims


def test_a_rule_writes_claims_into_the_token_that_it_names() -> None:
    rules = {
        "r": {
            "access_token": {"claims": {"tenant": "acme", "sub_again": {"from": "attribute.sub"}}},
            "id_token": {"claims": {"level": 3, "tags": ["a", "b"]}},
        }
    }
    decision = decide(rules)
    assert claims(decision.access_token) == {"tenant": "acme", "sub_again": SUB}
    assert claims(decision.id_token) == {"level": 3, "tags": ["a", "b"]}
    assert decision.access_token.claims["tenant"] == ("acme", (((), "r"),))
    assert (decision.applied, decision.in_doubt) == (["r"], [])


@pytest.mark.parametrize(
    ("when", "applied", "in_doubt"), [(TRUE, ["r"], []), (FALSE, [], []), (UNKNOWN, [], ["r"])], ids=str
)
def test_a_rule_applies_when_its_condition_is_true_and_is_in_doubt_when_unknown(
    when: object, applied: list[str], in_doubt: list[str]
) -> None:
    decision = decide({"r": claim("x", when=when)})
    assert (decision.applied, decision.in_doubt) == (applied, in_doubt)
    assert claims(decision.access_token) == ({"c": "x"} if applied else {})


def test_a_rule_without_a_condition_always_applies() -> None:
    assert claims(decide({"r": claim("x")}).access_token) == {"c": "x"}


def test_a_rule_that_does_not_apply_leaves_cognitos_own_value() -> None:
    decision = decide({"r": {"when": FALSE, "id_token": {"claims": {"name": "x"}, "suppress": ["email"]}}})
    assert (claims(decision.id_token), suppressed(decision.id_token)) == ({}, [])


@pytest.mark.parametrize(
    ("value", "when", "left_out"),
    [
        (NONE, TRUE, []),
        (DOWN, TRUE, [("r", "id_token.claims.name")]),
        ("x", UNKNOWN, [("r", "id_token.claims.name")]),
    ],
    ids=["absent", "failed", "in doubt"],
)
def test_a_claim_for_which_there_is_no_value_is_suppressed(
    value: object, when: object, left_out: list[tuple[str, str]]
) -> None:
    """It is never left at Cognito's own value."""
    decision = decide({"r": {"when": when, "id_token": {"claims": {"name": value}}}})
    assert (claims(decision.id_token), suppressed(decision.id_token)) == ({}, ["name"])
    assert decision.left_out == left_out


def test_an_empty_list_is_a_value() -> None:
    assert claims(decide({"r": claim({"from": "groups"})}).access_token) == {"c": []}


def test_the_audience_is_never_suppressed() -> None:
    """Cognito lets a trigger set it, but not suppress it."""
    client = {"choose": [{"when": UNKNOWN, "value": {"from": "client.id"}}]}
    for rules in (
        {"r": {"access_token": {"claims": {"aud": client}}}},
        {"r": {"access_token": {"claims": {"aud": client}}}, "s": {"access_token": {"claims": {"aud": client}}}},
    ):
        decision = decide(rules)
        assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, [])


# objects


def test_an_object_is_opened_into_leaves_that_several_rules_may_write() -> None:
    rules = {
        "a": claim({"object": {"tenant": "acme", "plan": {"object": {"name": "gold"}}}}),
        "b": claim({"object": {"plan": {"object": {"seats": 5}}, "region": "eu"}}),
    }
    decision = decide(rules)
    value, source = decision.access_token.claims["c"]
    assert value == {"tenant": "acme", "plan": {"name": "gold", "seats": 5}, "region": "eu"}
    assert sorted(source) == [
        (("plan", "name"), "a"),
        (("plan", "seats"), "b"),
        (("region",), "b"),
        (("tenant",), "a"),
    ]


def test_a_leaf_without_a_value_is_left_out_of_the_object() -> None:
    decision = decide({"r": claim({"object": {"x": 1, "y": NONE, "z": DOWN, "o": {"object": {"p": DOWN}}}})})
    assert claims(decision.access_token) == {"c": {"x": 1}}
    assert decision.left_out == [("r", "access_token.claims.c.z"), ("r", "access_token.claims.c.o.p")]


def test_an_object_of_which_no_leaf_has_a_value_is_suppressed() -> None:
    decision = decide({"r": claim({"object": {"x": NONE, "y": DOWN}})})
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


def test_an_object_written_as_text_leaves_failed_members_out() -> None:
    text = {"object": {"x": 1, "y": DOWN, "o": {"object": {"p": DOWN, "q": 2}}}, "then": ["json"]}
    assert claims(decide({"r": claim(text)}).access_token) == {"c": '{"o":{"q":2},"x":1}'}
    decision = decide({"r": claim({"object": {"y": DOWN}, "then": ["json"]})})
    assert (suppressed(decision.access_token), decision.left_out) == (["c"], [("r", "access_token.claims.c")])


def test_an_object_inside_another_value_is_one_value() -> None:
    """There it isn't written leaf by leaf, so it fails with any of its members."""
    choice = {"choose": [{"when": TRUE, "value": {"object": {"x": 1, "y": DOWN}}}]}
    decision = decide({"r": claim(choice)})
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


# add


def test_rules_that_add_give_the_sorted_union() -> None:
    rules = {
        "a": claim({"add": ["orders:write", "orders:read"]}),
        "b": claim({"add": {"from": "groups"}}),
        "c": claim({"add": "billing"}),
        "d": claim({"add": NONE}),
        "e": claim({"add": ["never"]}, when=FALSE),
    }
    decision = decide(rules, given(groups=["staff", "billing"]))
    assert claims(decision.access_token) == {"c": ["billing", "orders:read", "orders:write", "staff"]}
    assert sorted(decision.access_token.claims["c"][1]) == [((), "a"), ((), "b"), ((), "c")]


def test_a_single_rule_that_adds_gives_a_sorted_list() -> None:
    assert claims(decide({"a": claim({"add": ["b", "a", "b"]})}).access_token) == {"c": ["a", "b"]}
    assert claims(decide({"a": claim({"add": "one"})}).access_token) == {"c": ["one"]}
    decision = decide({"a": claim({"add": NONE})})
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


def test_what_fails_adds_nothing_and_takes_nothing_from_the_others() -> None:
    rules = {"a": claim({"add": ["x"]}), "b": claim({"add": DOWN}), "c": claim({"add": ["y"]}, when=UNKNOWN)}
    decision = decide(rules)
    assert claims(decision.access_token) == {"c": ["x"]}
    assert decision.left_out == [("b", "access_token.claims.c"), ("c", "access_token.claims.c")]


def test_a_list_to_which_nothing_is_added_is_suppressed() -> None:
    decision = decide({"b": claim({"add": DOWN}), "c": claim({"add": ["y"]}, when=UNKNOWN)})
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


def test_leaves_of_an_object_are_added_to() -> None:
    rules = {"a": claim({"object": {"x": {"add": ["b"]}, "n": 1}}), "b": claim({"object": {"x": {"add": ["a"]}}})}
    assert claims(decide(rules).access_token) == {"c": {"x": ["a", "b"], "n": 1}}


# overrides


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (claim("new"), "new"),
        (claim("new", when=FALSE), "old"),
        (claim("new", when=UNKNOWN), None),
        (claim(NONE), None),
        (claim(DOWN), None),
    ],
    ids=["applies", "does not apply", "in doubt", "absent", "failed"],
)
def test_a_rule_that_overrides_beats_the_other_if_it_applies_or_is_in_doubt(
    override: dict[str, object], expected: str | None
) -> None:
    decision = decide({"old": claim("old"), "new": {**override, "overrides": ["old"]}})
    assert claims(decision.access_token) == ({"c": expected} if expected else {})
    assert suppressed(decision.access_token) == ([] if expected else ["c"])
    assert decision.conflicts == []


def test_a_beaten_rule_keeps_its_other_claims() -> None:
    rules = {
        "old": {"access_token": {"claims": {"c": "old", "d": "old"}}, "id_token": {"claims": {"c": "old"}}},
        "new": {"overrides": ["old"], "access_token": {"claims": {"c": "new"}}},
    }
    decision = decide(rules)
    assert claims(decision.access_token) == {"c": "new", "d": "old"}
    assert claims(decision.id_token) == {"c": "old"}


def test_a_rule_is_beaten_by_one_that_is_beaten_itself() -> None:
    rules = {"a": claim(1), "b": claim(2, overrides=["a"]), "c": claim(3, overrides=["b"])}
    assert claims(decide(rules).access_token) == {"c": 3}


def test_a_leaf_is_overridden_alone_and_with_the_part_above_it() -> None:
    old = claim({"object": {"x": "old", "y": "old"}})
    leaf = claim({"object": {"x": "new"}}, overrides=["old"])
    whole = claim({"from": "lookup.row.object"}, overrides=["old"])
    row = {"row": {"object": {"z": "new"}}}
    assert claims(decide({"old": old, "new": leaf}).access_token) == {"c": {"x": "new", "y": "old"}}
    assert claims(decide({"old": old, "new": whole}, lookups=row).access_token) == {"c": {"z": "new"}}


def test_added_items_are_overridden_too() -> None:
    rules = {"old": claim({"add": ["a"]}), "new": claim({"add": ["b"]}, overrides=["old"])}
    assert claims(decide(rules).access_token) == {"c": ["b"]}


# conflicts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x", "y"),
        (1, True),
        (["a", "b"], ["b", "a"]),
        ({"object": {"x": True}}, {"object": {"x": 1}}),
        ({"object": {"x": 1}}, "x"),
        ({"object": {"x": {"object": {"y": 1}}}}, {"object": {"x": 1}}),
        ({"object": {"x": {"object": {"y": {"object": {"z": 1}}}}}}, {"object": {"x": 1}}),
        ({"object": {"x": 1}}, {"from": "lookup.row.object"}),
        ({"add": ["x"]}, ["x"]),
        ({"object": {"x": {"add": ["x"]}}}, {"object": {"x": ["x"]}}),
    ],
    ids=str,
)
def test_two_values_for_one_leaf_suppress_the_claim_and_are_counted(one: object, other: object) -> None:
    """Whichever rule comes first by name."""
    for first, second in ((one, other), (other, one)):
        decision = decide({"a": claim(first), "b": claim(second)}, lookups={"row": {"object": {"k": "v"}}})
        assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])
        assert decision.conflicts == ["access_token.claims.c"]


@pytest.mark.parametrize(
    "value", ["x", 5, True, ["a", "b"], {"object": {"k": "v"}}, {"from": "attribute.sub"}], ids=str
)
def test_rules_that_write_the_same_value_agree(value: object) -> None:
    decision = decide({"a": claim(value), "b": claim(value)})
    assert list(claims(decision.access_token)) == ["c"]
    assert decision.conflicts == []
    assert {rule for _, rule in decision.access_token.claims["c"][1]} == {"a", "b"}


def test_a_rule_without_a_value_does_not_contradict_another() -> None:
    assert claims(decide({"a": claim(NONE), "b": claim("x")}).access_token) == {"c": "x"}


def test_a_rule_that_does_not_apply_does_not_contradict_another() -> None:
    assert claims(decide({"a": claim("x"), "b": claim("y", when=FALSE)}).access_token) == {"c": "x"}


@pytest.mark.parametrize(
    ("failing", "written"),
    [
        (claim(DOWN), False),
        (claim("y", when=UNKNOWN), False),
        (claim({"object": {"k": "v"}}, when=UNKNOWN), False),
        (claim("x", when=UNKNOWN), True),
        (claim(NONE, when=UNKNOWN), True),
        (claim({"object": {"k": NONE}}, when=UNKNOWN), True),
    ],
    ids=["failed", "in doubt", "a part in doubt", "the same in doubt", "absent in doubt", "an absent part in doubt"],
)
def test_a_failure_does_not_let_the_other_of_two_rules_through(failing: dict[str, object], *, written: bool) -> None:
    """Without the failure the two might have contradicted each other, and the claim been suppressed."""
    decision = decide({"a": claim("x"), "b": failing})
    assert claims(decision.access_token) == ({"c": "x"} if written else {})
    assert suppressed(decision.access_token) == ([] if written else ["c"])
    assert decision.conflicts == []


def test_a_failed_leaf_does_not_let_the_part_above_it_through() -> None:
    whole = claim({"from": "lookup.row.object"})
    decision = decide({"a": whole, "b": claim({"object": {"x": DOWN}})}, lookups={"row": {"object": {"k": "v"}}})
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


def test_a_failed_leaf_leaves_its_neighbours_in_peace() -> None:
    decision = decide({"a": claim({"object": {"x": 1}}), "b": claim({"object": {"y": DOWN, "z": 2}})})
    assert claims(decision.access_token) == {"c": {"x": 1, "z": 2}}


def test_a_rule_beaten_only_in_doubt_still_contradicts() -> None:
    """If the rule in doubt didn't apply, the one that it overrides would clash with the third."""
    rules = {"a": claim("x"), "b": claim("y"), "c": claim("x", when=UNKNOWN, overrides=["b"])}
    decision = decide(rules)
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])


def test_a_rule_that_is_overridden_for_certain_contradicts_nobody() -> None:
    rules = {"a": claim("x", overrides=["b"]), "b": claim(DOWN), "c": claim("x")}
    assert claims(decide(rules).access_token) == {"c": "x"}


# suppress


@pytest.mark.parametrize(("when", "gone"), [(TRUE, True), (UNKNOWN, True), (FALSE, False)], ids=str)
def test_a_claim_that_a_rule_suppresses_is_suppressed_whoever_writes_it(when: object, *, gone: bool) -> None:
    rules = {"w": {"id_token": {"claims": {"email": "x"}}}, "s": {"when": when, "id_token": {"suppress": ["email"]}}}
    decision = decide(rules)
    assert claims(decision.id_token) == ({} if gone else {"email": "x"})
    assert decision.id_token.suppressed == ({"email": ["s"]} if gone else {})
    assert decision.access_token.suppressed == {}


def test_all_rules_that_suppress_a_claim_are_named() -> None:
    rule = {"id_token": {"suppress": ["email", "cognito:groups"]}}
    assert decide({"a": rule, "b": rule}).id_token.suppressed == {"email": ["a", "b"], "cognito:groups": ["a", "b"]}


# encrypted_for

RECIPIENTS = pool(recipients={"billing-api": {"key": "k"}, "crm": {"key": "k"}})


def sealed(message: dict[str, object], **rule: object) -> dict[str, Any]:
    """Make a rule that encrypts these members for the billing API."""
    return {"access_token": {"encrypted_for": {"billing-api": message}}, **rule}


def test_members_are_collected_for_each_recipient_and_token() -> None:
    rules = {
        "r": {
            "access_token": {"encrypted_for": {"billing-api": {"email": "e", "age": 3}, "crm": {"email": "e"}}},
            "id_token": {"encrypted_for": {"crm": {"phone": "p"}}},
        }
    }
    decision = decide(rules, pool=RECIPIENTS)
    assert members(decision.access_token, "billing-api") == {"email": "e", "age": 3}
    assert members(decision.access_token, "crm") == {"email": "e"}
    assert members(decision.id_token, "crm") == {"phone": "p"}
    assert decision.access_token.encrypted["crm"]["email"] == ("e", ((("email",), "r"),))


def test_members_without_a_value_are_left_out() -> None:
    message = {"x": 1, "y": NONE, "z": DOWN, "o": {"object": {"p": DOWN, "q": 2}}, "t": {"object": {"p": DOWN}}}
    decision = decide({"r": sealed(message)}, pool=RECIPIENTS)
    assert members(decision.access_token, "billing-api") == {"x": 1, "o": {"q": 2}}
    assert [place for _, place in decision.left_out] == [
        "access_token.encrypted_for.billing-api.z",
        "access_token.encrypted_for.billing-api.t",
    ]


def test_two_rules_write_one_message() -> None:
    rules = {"a": sealed({"x": 1, "y": 2}), "b": sealed({"z": 3}), "c": sealed({"w": 4}, when=UNKNOWN)}
    decision = decide(rules, pool=RECIPIENTS)
    assert members(decision.access_token, "billing-api") == {"x": 1, "y": 2, "z": 3}
    assert decision.access_token.encrypted["billing-api"]["z"] == (3, ((("z",), "b"),))


def test_a_message_of_a_rule_in_doubt_is_empty() -> None:
    decision = decide({"a": sealed({"x": 1}, when=UNKNOWN)}, pool=RECIPIENTS)
    assert members(decision.access_token, "billing-api") == {}


def test_two_values_for_one_member_leave_the_message_empty() -> None:
    decision = decide({"a": sealed({"x": 1, "y": 1}), "b": sealed({"x": 2})}, pool=RECIPIENTS)
    assert members(decision.access_token, "billing-api") == {}
    assert decision.conflicts == ["access_token.encrypted_for.billing-api"]


def test_a_member_is_overridden() -> None:
    rules = {"a": sealed({"x": 1, "y": 1}), "b": sealed({"x": 2}, overrides=["a"])}
    assert members(decide(rules, pool=RECIPIENTS).access_token, "billing-api") == {"x": 2, "y": 1}


# scopes, groups, IAM roles


def edited(list_: str, edits: dict[str, Any], original: list[str], **parts: Any) -> list[str]:
    """Edit a list by these edits, and give what becomes of it."""
    rules = {}
    for name, whole in edits.items():
        edit = {key: part for key, part in whole.items() if key != "rule"}
        rules[name] = {**whole.get("rule", {}), **(scopes(edit) if list_ == "scopes" else {list_: edit})}
    event: dict[str, Any] = {list_: original, "preferred_role": "arn:x" if list_ == "iam_roles" else None}
    return items(getattr(decide(rules, given(**event), **parts), list_))


DOUBT = {"rule": {"when": UNKNOWN}}
NEVER = {"rule": {"when": FALSE}}


@pytest.mark.parametrize("list_", ["scopes", "groups", "iam_roles"])
@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"r": {"add": ["d", "c"]}}, ["a", "b", "c", "d"]),
        ({"r": {"add": "c"}}, ["a", "b", "c"]),
        ({"r": {"add": ["a"]}}, ["a", "b"]),
        ({"r": {"add": ["d"]}, "s": {"add": ["c"]}}, ["a", "b", "c", "d"]),
        ({"r": {"add": NONE}}, ["a", "b"]),
        ({"r": {"add": DOWN}}, ["a", "b"]),
        ({"r": {"add": ["c"], **DOUBT}}, ["a", "b"]),
        ({"r": {"keep": "a"}}, ["a"]),
        ({"r": {"keep": ["a", "b"]}, "s": {"keep": ["b", "c"]}}, ["b"]),
        ({"r": {"keep": "a", **DOUBT}}, ["a"]),
        ({"r": {"keep": "a", **NEVER}, "s": {"add": "c"}}, ["a", "b", "c"]),
        ({"r": {"keep": {"one_of": "lookup.down.strings"}}}, []),
        ({"r": {"keep": ["a", {"one_of": "lookup.down.strings"}]}}, ["a"]),
        ({"r": {"remove": "a"}}, ["b"]),
        ({"r": {"remove": {"not": "a"}}}, ["a"]),
        ({"r": {"remove": "a", **DOUBT}}, ["b"]),
        ({"r": {"remove": "a", **NEVER}, "s": {"add": "c"}}, ["a", "b", "c"]),
        ({"r": {"remove": {"one_of": "lookup.down.strings"}}}, []),
        ({"r": {"remove": {"prefix": "b", "one_of": "lookup.down.strings"}}}, ["a"]),
        ({"r": {"remove": "q"}}, ["a", "b"]),
        ({"r": {"add": ["c"], "remove": "c"}}, ["a", "b"]),
        ({"r": {"add": ["c"]}, "s": {"remove": ["c", "a"]}}, ["b"]),
        ({"r": {"add": ["c"]}, "s": {"keep": ["a", "b"]}}, ["a", "b"]),
        ({"r": {"add": ["c"], "keep": ["b", "c"], "remove": "b"}}, ["c"]),
        ({"r": {"add": ["a"], "remove": "a"}}, ["b"]),
        ({"r": {"keep": "a", "remove": "a"}}, []),
    ],
    ids=str,
)
def test_a_list_is_added_to_then_what_every_keep_passes_remains_without_what_is_removed(
    list_: str, edits: dict[str, dict[str, Any]], expected: list[str]
) -> None:
    assert edited(list_, edits, ["a", "b"]) == expected


def test_the_decision_tells_what_was_added_and_removed_by_whom() -> None:
    rules = {
        "r": scopes({"add": ["new", "old"], "remove": "gone"}),
        "s": scopes({"add": ["new", "never"], "remove": ["gone", "never"]}),
    }
    decision = decide(rules, given(scopes=["old", "gone"]))
    assert decision.scopes is not None
    assert decision.scopes.items == ["old", "new"]
    assert decision.scopes.added == {"new": ["r", "s"]}
    assert decision.scopes.removed == {"gone": ["r", "s"]}
    assert decision.scopes.changed


def test_an_edit_that_changes_nothing_is_no_change() -> None:
    decision = decide({"r": scopes({"add": ["a"], "remove": "z"})}, given(scopes=["a"]))
    assert decision.scopes is not None
    assert not decision.scopes.changed


def test_a_list_that_no_rule_edits_is_left_alone() -> None:
    decision = decide({"r": claim("x")}, given(scopes=["a"], groups=["b"]))
    assert (decision.scopes, decision.groups, decision.iam_roles, decision.preferred_role) == (None, None, None, None)


@pytest.mark.parametrize(
    ("list_", "bad"),
    [("scopes", "two words"), ("scopes", 'a"b'), ("scopes", "s" * 257), ("groups", "two words"), ("groups", "g" * 129)],
)
def test_an_added_item_that_cognito_would_refuse_fails_the_whole_addition(list_: str, bad: str) -> None:
    add = {"from": "lookup.row.strings"}
    rules = {"r": {"add": add}, "s": {"add": ["fine"]}}
    assert edited(list_, rules, ["a"], lookups={"row": {"strings": ["good", bad]}}) == ["a", "fine"]
    assert edited(list_, rules, ["a"], lookups={"row": {"strings": ["good"]}}) == ["a", "fine", "good"]


def test_an_addition_that_cognito_would_refuse_is_a_failure() -> None:
    rule = scopes({"add": {"from": "lookup.row.string"}})
    bad = {"row": {"string": "two words"}}
    assert decide({"r": rule}, lookups=bad).left_out == [("r", "scopes.add")]
    assert decide({"r": {**rule, "on_failure": "deny"}}, lookups=bad).denied_by == "r"


def test_an_addition_is_held_against_the_contract_however_many_went_before() -> None:
    linked = program({"r": scopes({"add": {"from": "lookup.row.strings"}})})
    many = [f"s/{number}" for number in range(1500)]
    for added, expected in (
        (["a"], ["a"]),
        (["a"], ["a"]),
        (["a", "b c"], []),
        (["b c"], []),
        (many, sorted(many)),
        (["a", "new"], ["a", "new"]),
        (["new", "b c"], []),
    ):
        decision = linked.decide(given(), Lookups({"row": {"strings": added}}), now=NOW)
        assert items(decision.scopes) == expected


def test_an_added_role_is_text_that_is_not_empty() -> None:
    assert edited("iam_roles", {"r": {"add": {"template": "${R}"}}}, ["a"], variables={"R": "b"}) == ["a", "b"]
    empty = {"first_of": ["x", "x"], "then": [{"table": {"x": ""}}]}
    assert edited("iam_roles", {"r": {"add": empty}}, ["a"]) == ["a"]


def test_a_constant_with_a_variable_is_held_against_the_contract_too() -> None:
    rules = {"r": {"add": ["${S}/read"]}}
    assert edited("scopes", rules, [], variables={"S": "orders"}) == ["orders/read"]
    with pytest.raises(PlanError, match="Cognito refuses what a rule adds to `scopes`"):
        edited("scopes", rules, [], variables={"S": "my orders"})


@pytest.mark.parametrize(
    ("rules", "preferred"),
    [
        ({"r": {"iam_roles": {"preferred": ROLES[0]}}}, (ROLES[0], (((), "r"),))),
        ({"r": {"iam_roles": {"preferred": "${ROLE}"}}}, (ROLES[1], (((), "r"),))),
        ({"r": {"iam_roles": {"preferred": ROLES[0]}, "when": FALSE}}, None),
        ({"r": {"iam_roles": {"preferred": ROLES[0]}, "when": UNKNOWN}}, ABSENT),
        ({"r": {"iam_roles": {"preferred": ROLES[0]}}, "s": {"iam_roles": {"preferred": ROLES[1]}}}, ABSENT),
        (
            {"r": {"iam_roles": {"preferred": ROLES[0]}}, "s": {"iam_roles": {"preferred": ROLES[1]}, "when": UNKNOWN}},
            ABSENT,
        ),
        (
            {
                "r": {"iam_roles": {"preferred": ROLES[0]}},
                "s": {"iam_roles": {"preferred": ROLES[1]}, "overrides": ["r"]},
            },
            (ROLES[1], (((), "s"),)),
        ),
    ],
    ids=["applies", "variable", "does not apply", "in doubt", "conflict", "doubtful conflict", "override"],
)
def test_one_rule_chooses_the_preferred_role(rules: dict[str, dict[str, object]], preferred: object) -> None:
    decision = decide(rules, given(iam_roles=ROLES, preferred_role=ROLES[0]), variables={"ROLE": ROLES[1]})
    assert decision.preferred_role == preferred


# deny


@pytest.mark.parametrize(("when", "denied"), [(TRUE, "r"), (UNKNOWN, "r"), (FALSE, None)], ids=str)
def test_a_rule_denies_if_it_applies_or_is_in_doubt(when: object, denied: str | None) -> None:
    decision = decide({"r": {"when": when, "deny": "No."}})
    assert (decision.denied_by, decision.denial) == (denied, "No." if denied else None)


@pytest.mark.parametrize(
    ("rules", "by", "text"),
    [
        ({"b": {"deny": "B."}, "a": {"deny": "A."}}, "a", "A."),
        ({"b": {"deny": "B."}, "a": {"deny": "A.", "when": UNKNOWN}}, "a", "A."),
        ({"b": {"deny": "B."}, "a": {"deny": "A.", "when": FALSE}}, "b", "B."),
        ({"b": {"deny": "B."}, "a": claim(DOWN, on_failure="deny")}, "a", None),
        ({"b": {"deny": "B."}, "c": claim(DOWN, on_failure="deny")}, "b", "B."),
        ({"B": {"deny": "B."}, "a": {"deny": "A.", "when": TRUE}}, "B", "B."),
    ],
)
def test_the_first_denial_by_name_gives_the_text(rules: dict[str, dict[str, Any]], by: str, text: str | None) -> None:
    """Its own, else the neutral one; the order in which rules are evaluated doesn't matter."""
    for order in (rules, dict(reversed(rules.items()))):
        decision = decide(order)
        assert (decision.denied_by, decision.denial) == (by, text)


FAILING_EFFECTS: dict[str, dict[str, object]] = {
    "access-token claim": {"access_token": {"claims": {"c": DOWN}}},
    "ID-token claim": {"id_token": {"claims": {"c": DOWN}}},
    "leaf of an object": {"access_token": {"claims": {"c": {"object": {"x": 1, "y": DOWN}}}}},
    "member of a text": {"access_token": {"claims": {"c": {"object": {"x": 1, "y": DOWN}, "then": ["json"]}}}},
    "added claim": {"access_token": {"claims": {"c": {"add": DOWN}}}},
    "encrypted member": {"access_token": {"encrypted_for": {"crm": {"x": 1, "y": DOWN}}}},
    "member of an encrypted object": {
        "access_token": {"encrypted_for": {"crm": {"o": {"object": {"x": 1, "y": DOWN}}}}}
    },
    "added scope": {"access_token": {"scopes": {"add": DOWN}}},
    "kept scope": {"access_token": {"scopes": {"keep": {"one_of": "lookup.down.strings"}}}},
    "removed scope": {"access_token": {"scopes": {"remove": {"one_of": "lookup.down.strings"}}}},
    "added group": {"groups": {"add": DOWN}},
    "kept group": {"groups": {"keep": {"one_of": "lookup.down.strings"}}},
    "removed role": {"iam_roles": {"remove": {"one_of": "lookup.down.strings"}}},
}


@pytest.mark.parametrize("effect", FAILING_EFFECTS)
@pytest.mark.parametrize(
    ("rule", "denied"),
    [
        ({"on_failure": "deny"}, True),
        ({"on_failure": "deny", "when": FALSE}, False),
        ({"on_failure": "restrict"}, False),
        ({}, False),
    ],
    ids=["deny", "deny but not applying", "restrict", "default"],
)
def test_on_failure_deny_refuses_if_a_value_failed(effect: str, rule: dict[str, object], *, denied: bool) -> None:
    event = given(scopes=["a"], groups=["a"], iam_roles=["a"])
    decision = decide({"r": {**FAILING_EFFECTS[effect], **rule}}, event, pool=RECIPIENTS)
    assert (decision.denied_by == "r") is denied
    assert decision.denial is None


def test_a_failed_claim_of_a_contested_kind_refuses_too() -> None:
    rules = {"a": claim(DOWN, on_failure="deny"), "b": claim("x", when=FALSE)}
    assert decide(rules).denied_by == "a"


@pytest.mark.parametrize(
    ("when", "denied"), [(UNKNOWN, True), (TRUE, False), (FALSE, False)], ids=["unknown", "true", "false"]
)
def test_on_failure_deny_refuses_if_the_condition_is_unknown(when: object, *, denied: bool) -> None:
    decision = decide({"r": claim("x", when=when, on_failure="deny")})
    assert (decision.denied_by == "r") is denied


def test_an_absent_value_is_no_failure() -> None:
    assert decide({"r": claim(NONE, on_failure="deny")}).denied_by is None


# what is applicable

EVERYTHING: dict[str, object] = {
    "access_token": {
        "claims": {"c": "x"},
        "suppress": ["s"],
        "scopes": {"add": ["added"]},
        "encrypted_for": {"crm": {"m": "x"}},
    },
    "id_token": {"claims": {"c": "x"}, "suppress": ["s"], "encrypted_for": {"crm": {"m": "x"}}},
    "groups": {"add": ["added"]},
    "iam_roles": {"add": ["added"], "preferred": "added"},
}


@pytest.mark.parametrize(
    ("event", "effects"),
    [
        (given(), {"access_token", "scopes", "id_token", "groups", "iam_roles", "preferred_role"}),
        (given("V2_0"), {"access_token", "scopes", "id_token", "groups", "iam_roles", "preferred_role"}),
        (given("V1_0"), {"id_token", "groups", "iam_roles", "preferred_role"}),
        (given(machine=True), {"access_token", "scopes"}),
        (given("V1_0", machine=True), set()),
    ],
    ids=["V3_0 user", "V2_0 user", "V1_0 user", "V3_0 machine", "V1_0 machine"],
)
@pytest.mark.parametrize("when", [TRUE, UNKNOWN], ids=["applies", "in doubt"])
def test_effects_that_an_event_cannot_have_are_not_applicable(event: Event, effects: set[str], when: object) -> None:
    """Not even in doubt: access token on V1_0; ID token, groups and roles of a machine."""
    rules = {"r": {**EVERYTHING, "when": when}}
    decision = decide(rules, event, pool=pool(trigger=[event.version], recipients={"crm": {"key": "k"}}))
    found = {list_ for list_ in ("scopes", "groups", "iam_roles") if getattr(decision, list_) is not None}
    for token in ("access_token", "id_token"):
        part = getattr(decision, token)
        assert bool(part.encrypted) == bool(part.suppressed) == (token in effects)
        found |= {token} if part.suppressed else set()
    found |= {"preferred_role"} if decision.preferred_role is not None else set()
    assert found == effects
    places = {place.partition(".")[0] for _, place in decision.left_out}
    assert places == (effects - {"preferred_role"} if when is UNKNOWN else set())


def test_a_rule_without_an_applicable_effect_has_no_say() -> None:
    """Nor does it ask for a refusal."""
    rule = claim(DOWN, on_failure="deny", when=UNKNOWN)
    decision = decide({"r": rule}, given("V1_0"))
    assert (decision.denied_by, decision.applied, decision.in_doubt) == (None, [], [])


@pytest.mark.parametrize("event", [given(), given("V1_0"), given(machine=True), given("V1_0", machine=True)])
def test_a_denial_is_applicable_to_every_event(event: Event) -> None:
    assert decide({"r": {"deny": "No."}}, event).denied_by == "r"


def test_a_rule_on_scopes_of_a_v1_event_is_in_doubt() -> None:
    """Such an event doesn't tell the scopes."""
    rule = {"when": {"scopes": "openid"}, "id_token": {"claims": {"name": "x"}}}
    decision = decide({"r": rule}, given("V1_0"))
    assert (decision.in_doubt, suppressed(decision.id_token)) == (["r"], ["name"])


# app clients


def test_another_client_is_refused_where_pool_yaml_says_so() -> None:
    strict = pool(other_clients="deny")
    decision = decide({"r": claim("x")}, given(client="other"), pool=strict)
    assert (decision.denied_by, decision.denial, decision.applied) == ("", None, [])
    assert decide({"r": claim("x")}, pool=strict).denied_by is None


def test_another_client_gets_the_rules_with_client_absent() -> None:
    rules = {"r": claim("x", when={"client": {"exists": False}}), "s": {"when": {"client": "web"}, "deny": "No."}}
    decision = decide(rules, given(client="other"))
    assert (claims(decision.access_token), decision.denied_by) == ({"c": "x"}, None)


def test_a_client_has_several_ids_and_ids_may_be_variables() -> None:
    declared = pool(clients={"web": ["one", "${SECOND}"]}, other_clients="deny")
    for client in ("one", "two"):
        event = given(client=client)
        assert decide({"r": claim("x")}, event, pool=declared, variables={"SECOND": "two"}).applied == ["r"]


def test_conditions_of_rules_and_branches_are_observed_with_their_places() -> None:
    seen: list[tuple[tuple[str | int, ...], bool | None]] = []
    choice = {
        "choose": [{"when": FALSE, "value": {"test": UNKNOWN}}, {"when": TRUE, "value": {"from": "derived.d"}}],
        "otherwise": {"test": TRUE},
    }
    rules = {"r": {**claim({"object": {"x": choice}}), "when": TRUE}, "s": {"when": FALSE, "deny": "No."}}
    derived = {"d": {"first_of": [{"union": [NONE, {"from": "groups"}], "then": ["only"]}, {"test": TRUE}]}}
    decide(rules, derived=derived, observe=lambda place, truth: seen.append((place, truth)))
    leaf = ("rules", "r", "access_token", "claims", "c", "object", "x")
    assert seen == [
        (("rules", "r", "when"), True),
        (("rules", "s", "when"), False),
        ((*leaf, "choose", 0, "when"), False),
        ((*leaf, "choose", 1, "when"), True),
        (("derived", "d", "first_of", 1, "test"), True),
    ]


def test_a_failed_row_is_the_same_as_a_failed_field() -> None:
    decision = decide({"r": claim({"from": "lookup.row.string", "default": "x"})}, lookups={"row": FAILED})
    assert suppressed(decision.access_token) == ["c"]
