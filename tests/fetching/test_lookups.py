"""All lookups of a policy: how long they may take, what is told of them, and when there are none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.errors import PlanError
from pretoken.trigger.fetching import FetchError, Lookups, lookups_of
from pretoken.trigger.fetching.aws import AWS
from pretoken.trigger.fetching.lookups import DEFAULT_TOTAL
from pretoken.trigger.plan import link
from tests.fetching.kinds import Environment, Slow, Table, answered_by, listed, patient
from tests.trigger.plans import claim, claims, given, lookup, make_plan, pool

if TYPE_CHECKING:
    from pretoken.trigger.fetching.kinds import Declared

A = {"from": "lookup.a.string"}
ROW = {"string": "x"}
RULES = {"r": {"access_token": {"claims": {name: {"from": f"lookup.{name}.string"} for name in "abc"}}}}
PERSONAL = {"attribute.email": {"domain": "example.com"}}


def all_lookups(declared: dict[str, Any], rules: dict[str, Any] | None = None, **parts: Any) -> Lookups:
    plan = make_plan(rules or {"r": claim(A)}, pool=pool(lookups=declared, **parts))
    return Lookups(plan, link(plan, {}), {}, answered_by(Table()))


# Time.


def test_lookups_may_take_two_seconds_unless_the_policy_says_otherwise() -> None:
    assert DEFAULT_TOTAL == "2s"
    assert all_lookups({"a": lookup()}).total == 2.0
    assert all_lookups({"a": lookup()}, limits={"access_token_bytes": 100}).total == 2.0
    assert all_lookups({"a": lookup()}, limits={"lookups_total": "750ms"}).total == 0.75


@pytest.mark.parametrize(("left", "seconds"), [(None, 2.0), (1.5, 1.5), (9.0, 2.0), (0, 0), (-3, -3)])
def test_an_event_has_that_long_or_what_is_left(left: float | None, seconds: float) -> None:
    before = time.monotonic()
    until = all_lookups({"a": lookup()}).of_event(left)._until
    assert before + seconds <= until <= time.monotonic() + seconds


# What is asked for.


def test_kinds_are_told_of_the_needed_lookups_with_the_values_of_variables() -> None:
    declared = {
        "a": {
            "dynamodb": {"table": "${TABLE}-$$", "key": {"pk": "${STAGE}#{client}"}, "consistent": True},
            "data": "none",
            "fields": {"string": {}},
        },
        "b": lookup(),
    }
    plan = make_plan({"r": claim(A)}, pool=pool(lookups=declared, variables={"TABLE": "any", "STAGE": "any"}))
    variables = {"TABLE": "t1", "STAGE": "prod"}
    seen: list[Declared] = []
    table = Table({"a": ROW})
    program = link(plan, variables)
    lookups = Lookups(plan, program, variables, listed(table, seen))
    assert [one.name for one in seen] == ["a"]
    assert seen[0].source == {"table": "t1-$", "key": {"pk": "${STAGE}#{client}"}, "consistent": True}
    assert claims(program.decide(given(), lookups.of_event(), now=0).access_token) == {"c": "x"}
    assert table.asked == [("a", {"pk": "prod#web"})]
    assert plan["pool"]["lookups"] == declared


def test_a_plan_may_lack_all_sections_but_the_pool() -> None:
    plan = {"pool": pool()}
    lookups = Lookups(plan, link(plan, {}), {}, answered_by(Table()))
    fetches = lookups.of_event()
    assert link(plan, {}).decide(given(), fetches, now=0).applied == []
    assert lookups.report(fetches, (), _no_line)["LookupsMade"] == 0


def _no_line(*_: object, **__: object) -> None:
    raise AssertionError


def test_each_event_asks_anew_unless_answers_are_kept_and_until_they_are_let_go_of() -> None:
    table = Table(dict.fromkeys("abc", ROW))
    environment = Environment(RULES, table, {"a": patient(cache="1h"), "b": patient(cache="1h"), "c": patient()})
    for _ in range(3):
        environment.decide()
    assert table.names == ["a", "b", "c", "c", "c"]
    environment.lookups.forget()
    environment.decide()
    assert table.names == ["a", "a", "b", "b", "c", "c", "c", "c"]


def test_whoever_changes_a_decision_changes_no_answer_that_is_kept() -> None:
    row = {"strings": ["a"], "object": {"k": ["a"]}}
    environment = Environment(
        {"r": claim({"from": "lookup.a.strings"}), "s": {"groups": {"add": {"from": "lookup.a.strings"}}}},
        Table({"a": row}),
        {"a": patient(cache="1h")},
    )
    for _ in range(2):
        decision = environment.decide()
        assert claims(decision.access_token) == {"c": ["a"]}
        assert decision.groups is not None
        assert decision.groups.items == ["a"]
        decision.access_token.claims["c"][0].append("b")
        decision.groups.items.append("b")
    assert row == {"strings": ["a"], "object": {"k": ["a"]}}


# What is told.


class Told:
    """An environment that decides an event, and what it tells of its lookups."""

    def __init__(self, rules: dict[str, Any], rows: dict[str, Any], lookups: dict[str, Any], **parts: Any) -> None:
        self.environment = Environment(rules, Table(rows), lookups, **parts)
        self.lines: list[tuple[str, str, dict[str, Any]]] = []
        self.metrics = self.decide()

    def decide(self, seconds: float | None = None) -> dict[str, float]:
        decision = self.environment.decide(given(attributes={"email": "anna@example.com"}), seconds)
        self.lines.clear()
        log = lambda level, message, **parts: self.lines.append((level, message, parts))  # noqa: E731 - short
        return self.environment.lookups.report(self.environment.fetches, decision.misread, log, now=5, reference="x")

    @property
    def causes(self) -> list[tuple[str, str]]:
        return [(parts["dimensions"]["Lookup"], parts["dimensions"]["Cause"]) for _, _, parts in self.lines]


THREE = {"a": patient(), "b": patient(cache="1h"), "c": patient()}


def test_each_lookup_that_failed_is_a_line_with_a_metric_by_its_name_and_cause() -> None:
    told = Told(RULES, {"a": ROW, "b": FetchError("throttled"), "c": FetchError("refused")}, THREE)
    assert told.lines == [
        (
            "WARN",
            "lookup failed",
            {
                "metrics": {"LookupFailures": 1},
                "dimensions": {"Lookup": name, "Cause": cause},
                "now": 5,
                "reference": "x",
            },
        )
        for name, cause in (("b", "throttled"), ("c", "refused"))
    ]


def test_lookups_are_counted_by_what_became_of_them() -> None:
    told = Told(RULES, {"a": ROW, "b": ROW, "c": FetchError("refused")}, THREE)
    assert told.metrics.pop("LookupMs") >= 0
    assert told.metrics == {"LookupsMade": 3, "LookupsCached": 0, "LookupsFailed": 1, "LookupsSkipped": 0}
    for _ in range(5):
        told.environment.breaker("a").failed(time.time())
    metrics = told.decide()
    del metrics["LookupMs"]
    assert metrics == {"LookupsMade": 1, "LookupsCached": 1, "LookupsFailed": 2, "LookupsSkipped": 1}
    assert told.causes == [("a", "breaker-open"), ("c", "refused")]
    metrics = told.decide(seconds=0)
    assert metrics == {"LookupsMade": 0, "LookupsCached": 0, "LookupsFailed": 3, "LookupsSkipped": 0, "LookupMs": 0.0}
    assert told.causes == [(name, "deadline") for name in "abc"]


def test_only_waiting_counts_as_time() -> None:
    """In milliseconds: two lookups at once that take 50 each."""
    with Slow(dict.fromkeys("abc", ROW), seconds={"a": 0.05, "c": 0.05}) as kind:
        environment = Environment(RULES, kind, THREE)
        environment.decide()
    milliseconds = environment.lookups.report(environment.fetches, (), _no_line)["LookupMs"]
    assert 20 < milliseconds < 10_000
    assert milliseconds == round(milliseconds, 3)


def test_a_field_that_is_not_of_its_type_is_a_failure_of_its_lookup() -> None:
    rules = {"r": claim({"object": {"k": A, "l": {"from": "lookup.a.number"}, "m": {"from": "lookup.c.string"}}})}
    told = Told(rules, {"a": {"string": 5, "number": "x"}, "c": ROW}, THREE)
    assert (told.causes, told.metrics["LookupsFailed"]) == ([("a", "wrong-type")], 1)


def test_a_lookup_that_must_match_and_cannot_be_compared_is_of_the_wrong_type() -> None:
    rules = {"r": claim({"from": "lookup.a.boolean"})}
    told = Told(rules, {"a": {"boolean": True, "string": 5}}, {"a": patient(must_match={"string": "client"})})
    assert told.causes == [("a", "wrong-type")]


def test_what_was_tried_before_answers_were_there_is_no_failure() -> None:
    """A fallback that isn't needed may fail, or be unreadable; nobody is alarmed."""
    rules = {"r": claim({"first_of": [A, {"from": "lookup.b.string"}, {"from": "lookup.c.string"}]})}
    told = Told(rules, {"a": ROW, "b": FetchError("refused"), "c": {"string": 5}}, THREE)
    assert (told.causes, told.metrics["LookupsMade"], told.metrics["LookupsFailed"]) == ([], 3, 0)


def test_a_name_that_tells_of_personal_data_is_other() -> None:
    rules = {"r": claim(A, when=PERSONAL), "s": {"id_token": {"claims": {"x": {"from": "lookup.c.string"}}}}}
    apart = {name: {**one, "dynamodb": {**one["dynamodb"], "table": name}} for name, one in THREE.items()}
    told = Told(rules, {"a": FetchError("throttled"), "c": FetchError("throttled")}, apart)
    assert told.causes == [("other", "throttled"), ("c", "throttled")]
    told = Told(rules, {"a": {"string": 5}, "c": ROW}, apart)
    assert told.causes == [("other", "wrong-type")]


# In AWS.


def test_the_lookups_of_a_policy_are_answered_by_aws_and_no_request_is_sent_before_one_is_needed(aws: AWS) -> None:
    declared = {
        "a": patient(),
        "b": {"lambda": {"function": "f"}, "data": "none", "fields": {"string": {}}, "timeout": "20s"},
    }
    plan = make_plan(
        {"r": claim(A), "s": {"id_token": {"claims": {"x": {"from": "lookup.b.string"}}}}}, pool=pool(lookups=declared)
    )
    program = link(plan, {})
    lookups = lookups_of(plan, program, {}, aws)
    fetches = lookups.of_event(20.0)
    decision = program.decide(given(), fetches, now=0)
    assert fetches.failures == {"a": "unreachable", "b": "unreachable"}  # nobody is there
    assert len(decision.left_out) == 2


def test_without_a_region_the_function_does_not_start(aws: AWS, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AWS_REGION")
    plan = make_plan({"r": claim(A)}, pool=pool(lookups={"a": lookup()}))
    with pytest.raises(PlanError, match="no AWS region is set; set `AWS_REGION`") as raised:
        lookups_of(plan, link(plan, {}), {}, aws)
    assert raised.value.__cause__ is None


def test_with_a_profile_that_is_none_the_function_does_not_start(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_PROFILE", "nobody")
    plan = make_plan({"r": claim(A)}, pool=pool(lookups={"a": lookup()}))
    with pytest.raises(PlanError, match="there is no such profile; correct `AWS_PROFILE`") as raised:
        lookups_of(plan, link(plan, {}), {}, AWS())
    assert raised.value.__cause__ is None


def test_with_an_endpoint_that_is_none_the_function_does_not_start(aws: AWS, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "nowhere")
    plan = make_plan({"r": claim(A)}, pool=pool(lookups={"a": lookup()}))
    with pytest.raises(PlanError, match="check `AWS_ENDPOINT_URL`"):
        lookups_of(plan, link(plan, {}), {}, aws)


@pytest.mark.parametrize(
    "source",
    [
        {"parameter": {"name": "/{client}"}},
        {"appconfig": {"application": "a", "environment": "e", "profile": "p"}},
        {"verified_permissions": {"policy_store": "s", "principal": "p", "resource": "r", "actions": ["x"]}},
    ],
    ids=lambda source: next(iter(source)),
)
def test_a_policy_that_needs_a_lookup_that_is_not_made_yet_does_not_start(source: dict[str, Any], aws: AWS) -> None:
    declared = {"a": lookup(), "p": {**source, "data": "none", "fields": {"string": {}}}}
    needs = {"r": claim(A), "s": {"id_token": {"claims": {"x": {"from": "lookup.p.string"}}}}}
    plan = make_plan(needs, pool=pool(lookups=declared))
    with pytest.raises(PlanError, match=f"the lookup `p` is a `{next(iter(source))}`, which isn't supported yet"):
        lookups_of(plan, link(plan, {}), {}, aws)
    plan = make_plan({"r": claim(A)}, pool=pool(lookups=declared))
    assert lookups_of(plan, link(plan, {}), {}, aws).total == 2.0
