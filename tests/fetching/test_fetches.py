"""The lookups of one event: which are made, when, and for how long they are waited for."""

from __future__ import annotations

import gc
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.fetching import FetchError
from pretoken.trigger.fetching import fetcher as fetcher_module
from pretoken.trigger.fetching.breaker import FAILURES
from pretoken.trigger.fetching.cache import MOST
from pretoken.trigger.fetching.call import MOST_UNDER_WAY, Call
from pretoken.trigger.fetching.fetches import Fetches
from pretoken.trigger.outcomes import FAILED, PENDING
from tests.fetching.kinds import (
    PATIENCE,
    Broken,
    Environment,
    Flaky,
    Slow,
    Table,
    eventually,
    patient,
    seeded,
)
from tests.trigger.plans import KEY, SUB, claim, claims, given, lookup, suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.cognito.events import Event
    from pretoken.trigger.decision import Decision

A, B, C = ({"from": f"lookup.{name}.string"} for name in "abc")
ASK_A, ASK_B, ASK_C = ({f"lookup.{name}.string": name} for name in "abc")
THREE = {name: patient() for name in "abc"}
CHAIN = {"a": patient(), "b": patient(), "c": patient("{lookup.a.string}")}
ROWS: dict[str, Any] = {name: {"string": name, "strings": [name], "boolean": True} for name in "abcdef"}
PROFILE = {"email": "anna@example.com", "custom:boolean": "true"}
ANNA = given(attributes=PROFILE)
CRM = {"recipients": {"crm": {"key": KEY}}}


def asked(
    rules: Mapping[str, Any],
    event: Event = ANNA,
    *,
    rows: Mapping[str, Any] = ROWS,
    lookups: Mapping[str, Any] = THREE,
    **parts: Any,
) -> list[str]:
    """Decide, and give the lookups that were asked for."""
    table = Table(rows)
    pool = {"trigger": [event.version], **parts.pop("pool", {})}
    Environment(rules, table, lookups, pool=pool, **parts).decide(event)
    return table.names


# Only what is needed.

UNNEEDED: dict[str, Mapping[str, Any]] = {
    "no rule reads it": {"r": claim("x")},
    "a value before it is there": {"r": claim({"first_of": [{"from": "attribute.email"}, A]})},
    "a derived value before it is there": {"r": claim({"first_of": [{"from": "derived.email"}, A]})},
    "a branch before it is taken": {
        "r": claim({"choose": [{"when": {"client": "web"}, "value": 1}, {"when": ASK_A, "value": 2}], "otherwise": 3})
    },
    "another branch is taken": {
        "r": claim({"choose": [{"when": {"client": "web"}, "value": "x"}], "otherwise": A}),
        "s": {"id_token": {"claims": {"x": {"choose": [{"when": {"client": "other"}, "value": A}]}}}},
    },
    "what it would check is absent": {"r": claim({"from": "attribute.name", "one_of": "lookup.a.strings"})},
    "what it would filter is absent": {
        "r": claim({"from": "attribute.custom:strings", "then": [{"keep": {"one_of": "lookup.a.strings"}}]})
    },
    "the client is another": {"r": claim(A, when={"client": "other"})},
    "the groups are others": {"r": claim(A, when={"groups": "admins"})},
    "the principal is another": {"r": claim(A, when={"principal": "machine"})},
    "an attribute says no": {"r": claim(A, when={"attribute.email": {"domain": "example.org"}})},
    "an attribute before it says no": {
        "r": claim(B, when={"attribute.email": {"domain": "example.org"}, "lookup.a.string": "a"})
    },
    "an attribute after it says no": {
        "r": claim(B, when={"lookup.a.string": "a", "attribute.email": {"domain": "example.org"}})
    },
    "the principal after it says no": {
        "r": {**claim(B, when={"lookup.a.string": "a", "principal": "machine"}), "groups": {"add": C}},
        "s": {"deny": "No.", "when": {"lookup.a.string": "a", "principal": "machine"}},
        "t": claim("x", when={"all": [{"not": ASK_B}, {"not": {"principal": "user"}}]}, on_failure="deny"),
    },
    "a derived value after it says no": {"r": claim(B, when={"lookup.a.string": "a", "derived.is_other": True})},
    "all that is written is settled": {"r": {"access_token": {"suppress": ["x"]}, "when": {"client": "other"}}},
}


@pytest.mark.parametrize("rules", UNNEEDED.values(), ids=UNNEEDED)
def test_a_lookup_is_not_made_where(rules: Mapping[str, Any]) -> None:
    derived = {
        "email": {"from": "attribute.email", "then": ["lower"]},
        "is_other": {"test": {"attribute.email": {"domain": "example.org"}}},
    }
    assert asked(rules, derived=derived) == []


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (given("V1_0"), claim(A, when=ASK_A)),
        (given("V1_0"), {"access_token": {"scopes": {"keep": {"one_of": "lookup.a.strings"}}}}),
        (given(machine=True), {"id_token": {"claims": {"x": A}}, "groups": {"add": B}, "iam_roles": {"add": C}}),
    ],
    ids=["access token of V1_0", "scopes of V1_0", "ID token, groups and roles of a machine"],
)
def test_a_lookup_is_not_made_for_what_the_event_cannot_change(event: Event, rule: dict[str, Any]) -> None:
    assert asked({"r": rule}, event) == []


@pytest.mark.parametrize(
    ("key", "attributes"),
    [
        ("{attribute.name}", {}),
        ("{client}#{attribute.name}", {}),
        ("{derived.nothing}", {}),
        ("{attribute.birthdate}", {"birthdate": "soon"}),
    ],
    ids=["absent", "partly absent", "derived value absent", "failed"],
)
def test_a_lookup_is_not_made_without_its_key(key: str, attributes: dict[str, str]) -> None:
    derived = {"nothing": {"from": "attribute.name", "then": ["lower"]}}
    event = given(attributes=attributes)
    rules = {"r": claim(A, when=ASK_A), "s": {"id_token": {"claims": {"x": A}}}}
    assert asked(rules, event, lookups={"a": patient(key)}, derived=derived) == []


def test_a_lookup_is_not_made_if_one_that_its_key_needs_has_no_row_or_failed() -> None:
    answers: tuple[Any, ...] = (None, {}, FetchError("refused"))
    for row in answers:
        assert asked({"r": claim(C)}, rows={"a": row}, lookups=CHAIN) == ["a"]


def test_a_lookup_is_not_made_if_the_answer_of_another_makes_it_needless() -> None:
    when = {"lookup.a.boolean": False}
    rules = {
        "r": claim(C, when=when),
        "s": {"deny": "No.", "when": {**when, **ASK_C}},
        "t": {"groups": {"keep": {"one_of": "lookup.c.strings"}}, "when": when},
    }
    assert asked(rules, lookups=CHAIN) == ["a"]


def test_a_rule_that_is_in_doubt_for_good_has_no_lookups_made_for_its_values() -> None:
    rules = {
        "r": claim(C, when=ASK_A),
        "s": {"id_token": {"claims": {"x": B}}, "when": {"attribute.birthdate": {"age_at_least": 18}}},
    }
    event = given(attributes={"birthdate": "soon"})
    assert asked(rules, event, rows={"a": FetchError("refused")}, lookups=CHAIN) == ["a"]


def test_a_rule_that_is_in_doubt_for_good_still_removes_and_so_needs_what_its_tests_need() -> None:
    rule = claim(A, when={"attribute.birthdate": {"age_at_least": 18}}, groups={"keep": {"one_of": "lookup.b.strings"}})
    assert asked({"r": rule}, given(attributes={"birthdate": "soon"}, groups=["b", "x"])) == ["b"]


def test_a_lookup_is_made_once_however_many_rules_read_it() -> None:
    rules = {
        "a": claim(A, when={"lookup.a.string": {"exists": True}, "lookup.a.boolean": True}),
        "b": {"id_token": {"claims": {"x": A, "y": {"from": "lookup.a.strings"}, "z": {"from": "derived.d"}}}},
        "c": {"groups": {"add": {"from": "lookup.a.strings"}, "remove": {"one_of": "lookup.c.strings"}}},
        "d": {"deny": "No.", "when": {"not": {"derived.d": "a"}}},
    }
    derived = {"d": {"first_of": [A, C]}}
    lookups = {**CHAIN, "c": patient("{lookup.a.string}", must_match={"string": "lookup.a.string"})}
    assert asked(rules, given(groups=["x"]), lookups=lookups, derived=derived) == ["a", "c"]


def test_lookups_may_be_asked_with_two_keys() -> None:
    """No policy does so, since a key is made of the event and of other answers; nobody gets another key's row."""
    table = Table({"a": lambda key: {"string": key["pk"]}})
    fetches = Environment({"r": claim(A)}, table, THREE).lookups.of_event()
    keys = [{"pk": pk} for pk in ("1", "2", "1")]
    assert [fetches("a", key) for key in keys] == [{"string": key["pk"]} for key in keys]
    assert fetches.made == 3


# At the same time.

TOGETHER: dict[str, dict[str, Any]] = {
    "claims": {"r": {"access_token": {"claims": {"x": A, "y": B}}, "id_token": {"claims": {"z": C}}}},
    "claims of several rules": {"r": claim(A), "s": {"id_token": {"claims": {"y": B}}}, "t": {"groups": {"add": C}}},
    "a condition": {"r": claim("x", when={**ASK_A, **ASK_B, **ASK_C})},
    "conditions of several rules": {
        name: {"id_token": {"claims": {name: 1}}, "when": {f"lookup.{name}.string": name}} for name in "abc"
    },
    "parts of a condition": {"r": claim("x", when={"all": [ASK_A, {"any": [ASK_B]}, {"not": {"not": ASK_C}}]})},
    "a condition and values": {"r": claim(A, when=ASK_B, id_token={"claims": {"z": C}})},
    "a union": {"r": claim({"union": [A, {"from": "lookup.b.strings"}, C]})},
    "a template": {"r": claim({"template": "{lookup.a.string}-{lookup.b.string}-{lookup.c.string}"})},
    "first_of": {"r": claim({"first_of": [A, B, C]})},
    "choose": {"r": claim({"choose": [{"when": ASK_A, "value": B}], "otherwise": C})},
    "test": {"r": claim({"test": {**ASK_A, "any": [ASK_B, ASK_C]}})},
    "one_of": {
        "r": claim({**A, "one_of": "lookup.b.strings"}),
        "s": {"id_token": {"claims": {"z": {"from": "attribute.email", "one_of": "lookup.c.strings"}}}},
    },
    "tests of steps": {
        "r": claim({"from": "lookup.a.strings", "then": [{"keep": [{"one_of": "lookup.b.strings"}]}]}),
        "s": {"id_token": {"claims": {"z": {**A, "then": [{"keep": {"not": {"one_of": "lookup.c.strings"}}}]}}}},
    },
    "tests of conditions": {
        "r": claim("x", when={"lookup.a.strings": {"count": {"at_least": 1}, "one_of": "lookup.b.strings"}, **ASK_C})
    },
    "edits": {
        "r": {
            "groups": {"add": A, "keep": {"one_of": "lookup.b.strings"}},
            "access_token": {"scopes": {"remove": {"one_of": "lookup.c.strings"}}},
        }
    },
    "edits of several rules": {
        "r": {"groups": {"keep": {"one_of": "lookup.a.strings"}}},
        "s": {"iam_roles": {"remove": {"one_of": "lookup.b.strings"}}},
        "t": {"access_token": {"scopes": {"add": C}}},
    },
    "an edit whose condition waits": {
        "r": {"groups": {"keep": {"one_of": "lookup.a.strings"}, "add": B}, "when": ASK_C}
    },
    "encrypted members": {
        "r": {
            "access_token": {"encrypted_for": {"crm": {"x": A, "y": B}}},
            "id_token": {"encrypted_for": {"crm": {"z": C}}},
        }
    },
    "denials": {name: {"deny": "No.", "when": {f"lookup.{name}.string": "x"}} for name in "abc"},
    "a denial and a claim": {"r": {"deny": "No.", "when": {"not": {**ASK_A, **ASK_B}}}, "s": claim(C)},
    "derived values": {"r": claim({"from": "derived.d"}), "s": claim(C, when={"derived.is_a": True}, overrides=["r"])},
    "objects": {
        "r": claim({"object": {"k": A, "l": {"object": {"m": B}}, "n": {"add": {"from": "lookup.c.strings"}}}})
    },
    "objects as text": {"r": claim({"object": {"k": A, "l": B, "m": {"object": {"n": C}}}, "then": ["json"]})},
    "additions to a claim": {
        "r": claim({"add": {"from": "lookup.a.strings"}}),
        "s": claim({"add": {"union": [B, C]}}),
    },
    "claims of rules that override": {
        "r": claim(A),
        "s": claim(B, overrides=["r"]),
        "t": claim(C, overrides=["r", "s"]),
    },
}
DERIVED = {"d": {"union": [A, B]}, "is_a": {"test": ASK_A}}
EVERYTHING = given(attributes=PROFILE, groups=["b", "x"], iam_roles=["b", "x"], scopes=["b", "c"])


@pytest.mark.parametrize("rules", TOGETHER.values(), ids=TOGETHER)
def test_lookups_that_do_not_need_one_another_are_all_under_way_before_any_is_answered(rules: dict[str, Any]) -> None:
    with Slow(ROWS, at_once=3) as kind:
        environment = Environment(rules, kind, THREE, derived=DERIVED, pool=CRM)
        decision = environment.decide(EVERYTHING)
    assert kind.names == ["a", "b", "c"]
    assert environment.fetches.made == 3
    assert environment.fetches.failures == {}
    plain = environment.program.decide(EVERYTHING, lambda name, _key: ROWS[name], now=0)
    assert _shown(decision) == _shown(plain)


def _shown(decision: Decision) -> Any:
    lists = [edited and edited.items for edited in (decision.scopes, decision.groups, decision.iam_roles)]
    tokens = [(token.claims, token.encrypted, token.suppressed) for token in (decision.access_token, decision.id_token)]
    return decision.denied_by, decision.applied, decision.in_doubt, decision.left_out, lists, tokens


def test_companions_of_one_event_are_one_request() -> None:
    table = Table(ROWS, together="abc")
    Environment(TOGETHER["claims of several rules"], table, THREE).decide()
    (request,) = table.requests
    assert request.keys == {name: {"pk": SUB} for name in "abc"}


def test_a_lookup_is_started_as_soon_as_its_key_is_there_although_others_hang() -> None:
    """The rules wait for `b` first."""
    rules = {"a": {"id_token": {"claims": {"x": B}}}, "b": claim(C)}
    with Slow(ROWS, hanging="b") as kind:
        environment = Environment(rules, kind, CHAIN)
        decided = _in_a_thread(environment.decide)
        kind.await_requests(3)
        assert kind.names == ["a", "b", "c"]
        assert dict(kind.asked)["c"] == {"pk": "a"}
        kind.release("b")
        assert claims(decided().access_token) == {"c": "c"}


def test_what_an_answer_makes_needless_is_not_started_although_others_hang() -> None:
    rules = {"a": {"id_token": {"claims": {"x": B}}}, "b": claim(C, when={"lookup.a.boolean": False}), "d": claim("x")}
    with Slow(ROWS, hanging="b") as kind:
        environment = Environment(rules, kind, CHAIN)
        decided = _in_a_thread(environment.decide)
        assert eventually(lambda: kind.stuck and len(kind.requests) >= 2)
        time.sleep(0.02)  # time enough to start what isn't needed
        kind.release("b")
        decided()
    assert kind.names == ["a", "b"]


def test_what_is_kept_leads_at_once_to_what_needs_it() -> None:
    lookups = {"a": patient(cache="1h"), "b": patient(), "c": patient("{lookup.a.string}")}
    with Slow(ROWS) as kind:
        environment = Environment({"a": {"id_token": {"claims": {"x": B}}}, "b": claim(C)}, kind, lookups)
        environment.decide()
        kind.barrier = threading.Barrier(2, timeout=PATIENCE)  # of `b` and `c`, while the rules wait for `b`
        environment.decide()
        assert (environment.fetches.made, environment.fetches.cached) == (2, 1)
        assert environment.fetches.failures == {}
    assert kind.names == ["a", "b", "b", "c", "c"]


def test_a_long_chain_beside_others_takes_its_own_time_and_not_that_of_all() -> None:
    """Seven lookups of 0.1 s each, of which three make a chain."""
    lookups = {
        **{name: patient() for name in "abcde"},
        "f": patient("{lookup.a.string}"),
        "g": patient("{lookup.f.string}"),
    }
    rules = {name: {"id_token": {"claims": {name: {"from": f"lookup.{name}.string"}}}} for name in "gfedcba"}
    seconds = dict.fromkeys(lookups, 0.1)
    with Slow({**ROWS, "g": {"string": "g"}}, seconds=seconds) as kind:
        environment = Environment(rules, kind, lookups)
        began = time.monotonic()
        decision = environment.decide()
        took = time.monotonic() - began
    assert claims(decision.id_token) == {name: name for name in "abcdefg"}
    assert kind.most >= 5
    assert 0.29 < took < 0.6, "one after the other they take 0.7 s"
    assert 0.2 < environment.fetches.waited <= took


def test_a_fallback_behind_what_is_not_known_yet_is_started_early_and_decides_nothing() -> None:
    rules = {"r": claim({"first_of": [A, B]}), "s": {"id_token": {"claims": {"x": {"first_of": [C, B]}}}}}
    for b in (ROWS["b"], None, FetchError("refused")):
        environment = Environment(rules, Table({**ROWS, "b": b}), THREE)
        decision = environment.decide()
        assert (claims(decision.access_token), claims(decision.id_token)) == ({"c": "a"}, {"x": "c"})
        assert environment.fetches.failures == {}
        assert environment.fetches.made == 3
    failed = Environment(rules, Table({**ROWS, "a": FetchError("refused")}), THREE).decide()
    assert (claims(failed.access_token), suppressed(failed.access_token)) == ({}, ["c"])


def test_a_fallback_that_hangs_holds_nothing_up() -> None:
    with Slow(ROWS, hanging="b") as kind:
        environment = Environment({"r": claim({"first_of": [A, B]})}, kind, THREE)
        assert claims(environment.decide().access_token) == {"c": "a"}
        assert kind.names == ["a", "b"]


def test_what_is_tried_before_its_answers_are_there_leaves_no_trace() -> None:
    """Derived values and rows are remembered within a decision: not those of a try."""
    derived = {"d": {"first_of": [{"from": "derived.e"}, B]}, "e": {"from": "lookup.c.string", "then": ["upper"]}}
    rules = {
        "r": claim({"from": "derived.d"}, when={"derived.d": {"exists": True}, "lookup.a.boolean": True}),
        "s": {"id_token": {"claims": {"x": {"from": "derived.e"}, "y": A}}},
    }
    with Slow(ROWS, seconds={"c": 0.005}) as kind:
        decision = Environment(rules, kind, CHAIN, derived=derived).decide()
    assert (claims(decision.access_token), claims(decision.id_token)) == ({"c": "C"}, {"x": "C", "y": "a"})
    assert (decision.in_doubt, decision.left_out) == ([], [])


def test_lookups_without_rules_to_try_are_made_one_after_the_other() -> None:
    """As where every condition is observed."""
    environment = Environment(TOGETHER["claims"], Table(ROWS), THREE)
    fetches = environment.lookups.of_event()
    decision = environment.program.decide(ANNA, partial(fetches), now=0)
    assert claims(decision.access_token) == {"x": "a", "y": "b"}
    assert (fetches.made, fetches.failures) == (3, {})


# Failures.


def test_each_failure_has_its_cause() -> None:
    kind = Broken({**ROWS, "b": FetchError("too-large")}, errors={"a": FetchError("access-denied")})
    environment = Environment({"r": claim({"object": {"k": A, "l": B, "m": C}})}, kind, THREE)
    decision = environment.decide()
    assert claims(decision.access_token) == {"c": {"m": "c"}}
    assert decision.left_out == [("r", "access_token.claims.c.k"), ("r", "access_token.claims.c.l")]
    assert environment.fetches.failures == {"a": "access-denied", "b": "too-large"}


def test_no_row_is_no_failure() -> None:
    environment = Environment({"r": claim({**A, "default": "x"})}, Table(), THREE)
    assert claims(environment.decide().access_token) == {"c": "x"}
    assert (environment.fetches.failures, environment.fetches.made) == ({}, 1)


def test_an_answer_that_is_pending_for_ever_is_a_timeout() -> None:
    """Whatever a kind answers, the mark of a missing answer is no value of a decision."""
    environment = Environment({"r": claim({**A, "default": "x"})}, Table({"a": PENDING}), {"a": lookup(timeout="20ms")})
    decision = environment.decide()
    assert (claims(decision.access_token), decision.left_out) == ({}, [("r", "access_token.claims.c")])
    assert environment.fetches.failures == {"a": "timeout"}


def test_a_kind_may_answer_that_it_failed() -> None:
    environment = Environment({"r": claim({**A, "default": "x"})}, Table({"a": FAILED}), THREE)
    assert environment.decide().left_out == [("r", "access_token.claims.c")]


# Time.

HANGING = {"r": claim({**A, "default": "x"}), "s": {"id_token": {"claims": {"x": B}}}}


def _await_breaker(environment: Environment, name: str) -> int:
    return environment.breaker(name)._failures


def test_a_lookup_that_hangs_is_cut_off_at_its_timeout_and_its_breaker_counts_that() -> None:
    lookups = {"a": lookup(timeout="30ms"), "b": patient()}
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment(HANGING, kind, lookups)
        began = time.monotonic()
        decision = environment.decide()
        assert 0.03 <= time.monotonic() - began < PATIENCE
        assert (claims(decision.access_token), claims(decision.id_token)) == ({}, {"x": "b"})
        assert suppressed(decision.access_token) == ["c"]
        assert environment.fetches.failures == {"a": "timeout"}
        assert environment.breaker("a")._failures == 1
        for _ in range(FAILURES):
            environment.decide()
        assert environment.fetches.failures == {"a": "breaker-open"}
        assert (environment.fetches.made, environment.fetches.skipped) == (1, 1)


@pytest.mark.parametrize("how", ["lookups_total", "what the function has left"])
def test_all_lookups_are_cut_off_at_the_deadline_and_breakers_do_not_count_that(how: str) -> None:
    with Slow(ROWS, hanging="ab") as kind:
        environment = Environment(HANGING, kind, THREE, total="30ms" if how == "lookups_total" else "1h")
        began = time.monotonic()
        decision = environment.decide(seconds=None if how == "lookups_total" else 0.03)
        assert 0.03 <= time.monotonic() - began < PATIENCE
        assert decision.left_out == [("r", "access_token.claims.c"), ("s", "id_token.claims.x")]
        assert environment.fetches.failures == {"a": "deadline", "b": "deadline"}
    for name in "ab":
        assert environment.breaker(name)._failures == 0


def test_the_function_never_has_more_than_lookups_total() -> None:
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment(HANGING, kind, THREE, total="20ms")
        environment.decide(seconds=3600)
        assert environment.fetches.failures["a"] == "deadline"


@pytest.mark.parametrize("seconds", [0, -5])
def test_after_the_deadline_nothing_is_started_and_what_is_kept_does_not_count_either(seconds: float) -> None:
    table = Table(ROWS)
    environment = Environment(HANGING, table, {name: patient(cache="1h") for name in "ab"})
    environment.decide()
    assert table.names == ["a", "b"]
    decision = environment.decide(seconds=seconds)
    assert decision.left_out == [("r", "access_token.claims.c"), ("s", "id_token.claims.x")]
    assert table.names == ["a", "b"]
    fetches = environment.fetches
    assert fetches.failures == {"a": "deadline", "b": "deadline"}
    assert (fetches.made, fetches.cached, fetches.skipped) == (0, 0, 0)


def test_a_chain_whose_first_link_takes_all_the_time_ends_there() -> None:
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment({"r": claim(C), "s": {"id_token": {"claims": {"x": B}}}}, kind, CHAIN)
        decision = environment.decide(seconds=0.15)
        assert decision.left_out == [("r", "access_token.claims.c")]
        assert claims(decision.id_token) == {"x": "b"}
        assert environment.fetches.failures == {"a": "deadline"}
        kind.release()
        assert eventually(lambda: not any(source.number for source in environment.fetcher._sources.values()))
        assert kind.names == ["a", "b"]


def test_the_second_link_of_a_chain_has_only_the_time_that_the_first_left() -> None:
    lookups = {**CHAIN, "c": patient("{lookup.a.string}", timeout="1s")}
    with Slow(ROWS, hanging="c", seconds={"a": 0.01}) as kind:
        environment = Environment({"r": claim(C)}, kind, lookups)
        environment.decide(seconds=0.2)
        assert kind.names == ["a", "c"]
        assert environment.fetches.failures == {"c": "deadline"}
        assert environment.fetches.waited < 0.9


def test_what_is_not_waited_for_is_not_started_after_the_deadline() -> None:
    """`a` is answered in time, but nobody looks before the time is up; then `c` isn't asked for."""
    with Slow(ROWS, hanging="b", seconds={"a": 0.005}) as kind:
        fetches = Environment({"r": claim(C), "s": claim(B)}, kind, CHAIN).lookups.of_event(0.15)
        assert fetches("a", {"pk": SUB}) == ROWS["a"]
        assert fetches("b", {"pk": SUB}) is FAILED
        assert fetches("c", {"pk": "a"}) is FAILED
        assert fetches("a", {"pk": SUB}) == ROWS["a"]
        assert fetches.failures == {"b": "deadline", "c": "deadline"}
    assert kind.names == ["a", "b"]


def test_an_answer_that_comes_after_the_decision_changes_nothing_but_what_is_kept() -> None:
    lookups = {"a": patient(cache="1h"), "b": lookup(timeout="20ms", cache="1h")}
    with Slow(ROWS, hanging="ab") as kind:
        environment = Environment(HANGING, kind, lookups)
        decision = environment.decide(seconds=0.1)
        first = environment.fetches
        assert first.failures == {"a": "deadline", "b": "timeout"}
        shown = _shown(decision)
        kind.release()
        assert eventually(lambda: not any(source.number for source in environment.fetcher._sources.values()))
        assert eventually(lambda: not any(source.under_way for source in environment.fetcher._sources.values()))
        assert _shown(decision) == shown
        assert first.failures == {"a": "deadline", "b": "timeout"}
        assert claims(environment.decide().access_token) == {"c": "a"}
        assert environment.fetches.cached == 2


def test_an_answer_that_comes_during_the_decision_is_not_seen_by_half_of_it() -> None:
    """What has failed for one rule has failed for all."""
    rules = {"r": claim(A), "s": {"id_token": {"claims": {"x": B, "y": A}}}}
    lookups = {"a": lookup(timeout="10ms"), "b": patient()}
    with Slow(ROWS, hanging="ab") as kind:
        environment = Environment(rules, kind, lookups)
        decided = _in_a_thread(environment.decide)
        assert eventually(lambda: environment.breaker("a")._failures == 1)
        kind.release("a")
        time.sleep(0.01)
        kind.release("b")
        decision = decided()
    assert (claims(decision.access_token), claims(decision.id_token)) == ({}, {"x": "b"})


def test_an_event_joins_the_request_of_another_and_each_has_its_own_deadline() -> None:
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment({"r": claim(A)}, kind, {"a": patient(cache="1h")})
        first = _in_a_thread(environment.decide)
        kind.await_requests(1)
        hasty = environment.lookups.of_event(0.15)
        assert environment.program.decide(ANNA, hasty, now=0).left_out == [("r", "access_token.claims.c")]
        assert (hasty.cached, hasty.made, hasty.failures) == (1, 0, {"a": "deadline"})
        kind.release()
        assert claims(first().access_token) == {"c": "a"}
    assert len(kind.requests) == 1


def test_an_event_that_joins_a_request_has_the_whole_time_of_the_lookup() -> None:
    """The first gives up after a second; the other came half a second later, and has the answer that comes then."""
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment({"r": claim(A)}, kind, {"a": lookup(timeout="1s", cache="1h")})
        first = _in_a_thread(environment.decide)
        kind.await_requests(1)
        time.sleep(0.5)
        late = environment.lookups.of_event()
        second = _in_a_thread(lambda: environment.program.decide(ANNA, late, now=0))
        assert eventually(lambda: environment.breaker("a")._failures == 1)
        kind.release()
        assert claims(first().access_token) == {}
        assert environment.fetches.failures == {"a": "timeout"}
        assert claims(second().access_token) == {"c": "a"}
        assert (late.failures, late.cached) == ({}, 1)
    assert len(kind.requests) == 1


def test_what_failed_for_an_event_has_failed_for_good_even_if_the_answer_comes_later() -> None:
    with Slow(ROWS, hanging="a") as kind:
        environment = Environment({"r": claim(A)}, kind, {"a": lookup(timeout="10ms")})
        fetches = environment.lookups.of_event()
        assert fetches("a", {"pk": SUB}) is FAILED
        kind.release()
        assert eventually(lambda: not any(source.number for source in environment.fetcher._sources.values()))
        assert eventually(lambda: fetches._calls["a"].answer is not PENDING)
        assert fetches("a", {"pk": SUB}) is FAILED
        assert fetches.failures == {"a": "timeout"}


# Answers that are given.


def test_nobody_is_asked_for_an_answer_that_is_given() -> None:
    """As in previews and cases; what rests on it is made at once, and its failures are none of the lookup's."""
    table = Table(ROWS)
    environment = Environment({"r": claim(C), "s": {"id_token": {"claims": {"x": B}}}}, table, CHAIN)
    for answer, asked_for in (({"string": "given"}, ["b", "c"]), (None, ["b"]), (FAILED, ["b"])):
        table.requests.clear()
        fetches = environment.lookups.of_event(given={"a": answer})
        decision = environment.program.decide(ANNA, fetches, now=0)
        assert table.names == asked_for
        assert claims(decision.access_token) == ({"c": "c"} if isinstance(answer, dict) else {})
        assert decision.left_out == ([("r", "access_token.claims.c")] if answer is FAILED else [])
        assert (fetches.failures, fetches.made) == ({}, len(asked_for))
    assert dict(table.asked)["b"] == {"pk": SUB}


def test_an_answer_that_is_given_needs_no_time() -> None:
    environment = Environment({"r": claim(A)}, Table(), THREE)
    fetches = environment.lookups.of_event(0, {"a": ROWS["a"]})
    assert claims(environment.program.decide(ANNA, fetches, now=0).access_token) == {"c": "a"}


# Breakers and bounds.


def test_a_lookup_whose_breaker_is_open_fails_at_once_and_is_counted_as_skipped() -> None:
    kind = Table({"a": FetchError("unreachable"), "b": ROWS["b"]})
    environment = Environment(HANGING, kind, THREE)
    for _ in range(FAILURES):
        environment.decide()
        assert environment.fetches.failures == {"a": "unreachable"}
    number = len(kind.asked)
    environment.decide()
    fetches = environment.fetches
    assert fetches.failures == {"a": "breaker-open"}
    assert (fetches.made, fetches.cached, fetches.skipped) == (1, 0, 1)
    assert [name for name, _ in kind.asked[number:]] == ["b"]


def test_beyond_the_bound_of_requests_lookups_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher_module, "MOST_UNDER_WAY", 0)
    environment = Environment(HANGING, Table(ROWS), THREE)
    decision = environment.decide()
    fetches = environment.fetches
    assert set(fetches.failures.values()) == {"busy"}
    assert (fetches.made, fetches.skipped) == (0, 0), "no breaker is open"
    assert len(decision.left_out) == len(fetches.failures) == 2


# Many events.


def test_events_in_many_threads_get_their_own_rows() -> None:
    lookups = {"a": patient(cache="1h"), "b": patient(), "c": patient("{lookup.a.string}#{lookup.b.string}")}
    rows = {name: lambda key, name=name: {"string": f"{name}({key['pk']})"} for name in "abc"}
    kind = Flaky(rows, plan=seeded("threads", failing=0))
    environment = Environment({"r": claim(C), "s": {"id_token": {"claims": {"x": A, "y": B}}}}, kind, lookups)
    wrong: list[Any] = []

    def sign_in(number: int) -> None:
        for at in range(6):
            sub = f"{(number + at) % 5}"
            event = given(attributes={"sub": sub})
            decision = environment.program.decide(event, environment.lookups.of_event(), now=0)
            expected = {"c": f"c(a({sub})#b({sub}))"}
            if claims(decision.access_token) != expected or decision.left_out:
                wrong.append((sub, claims(decision.access_token)))

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert wrong == []
    asked = [key["pk"] for name, key in kind.asked if name == "a"]
    assert sorted(asked) == [*"01234"]
    assert len([name for name in kind.names if name == "b"]) == 32 * 6


def test_after_thousands_of_events_whose_lookups_hang_nothing_is_kept_beyond_bounds() -> None:
    """`a` hangs and is given up at the deadline, `b` hangs and is cut off, `c` is kept, `d` fails."""
    lookups = {
        "a": patient(cache="1h"),
        "b": lookup("{attribute.sub}", timeout="1ms"),
        "c": patient(cache="1h"),
        "d": patient(),
    }
    rules = {"r": {"id_token": {"claims": {name: {"from": f"lookup.{name}.string"} for name in "cbda"}}}}
    gc.collect()
    threads, calls, fetches = threading.active_count(), _count(Call), _count(Fetches)
    with Slow({**ROWS, "d": FetchError("refused")}, hanging="ab") as kind:
        environment = Environment(rules, kind, lookups)
        for number in range(2_000):
            environment.decide(given(attributes={"sub": f"{number}"}), seconds=0.002)
        environment.fetches = environment.lookups.of_event()
        gc.collect()
        fetcher = environment.fetcher
        assert all(source.number <= MOST_UNDER_WAY for source in fetcher._sources.values())
        assert kind.under_way <= MOST_UNDER_WAY * len(lookups)
        assert threading.active_count() - threads <= MOST_UNDER_WAY * len(lookups)
        for source in fetcher._sources.values():
            assert len(source.under_way) <= MOST_UNDER_WAY
            assert all(len(call.listeners) <= 1 for call in source.under_way.values())
        assert _count(Call) - calls <= MOST_UNDER_WAY * len(lookups)  # of the events to which those that hang belong
        assert _count(Fetches) - fetches <= 1
        assert kind.stuck > MOST_UNDER_WAY // 2, "this should have filled up"
        kind.release()
        assert eventually(lambda: not any(source.number for source in fetcher._sources.values()))
        assert eventually(lambda: threading.active_count() <= threads)
    gc.collect()
    for source in fetcher._sources.values():
        assert source.under_way == {}
        assert source.cache is None or len(source.cache._kept) <= MOST
    assert _count(Call) == calls


def _count(kind: type) -> int:
    return sum(type(thing) is kind for thing in gc.get_objects())


def _in_a_thread(decide: Callable[[], Decision]) -> Callable[[], Decision]:
    """Decide in a thread; give what waits for the decision."""
    decisions: list[Decision] = []
    thread = threading.Thread(target=lambda: decisions.append(decide()))
    thread.start()

    def wait() -> Decision:
        thread.join(PATIENCE)
        (decision,) = decisions
        return decision

    return wait
