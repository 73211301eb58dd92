"""Faults to plant into the evaluator: plausible slips in what failures, orders and answers may do, a few lines each.

`python -m tests.properties.faults` shows which check finds each, and after how many examples.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pytest

import tests.properties.outcome as outcome_module
from pretoken.cognito.response import GroupOverride
from pretoken.trigger import (
    answer,
    claims,
    conditions,
    decision,
    handler,
    index,
    inputs,
    lists,
    lookups,
    outcomes,
    plan,
    reading,
    report,
    rules,
    settled,
    steps,
    tests,
    values,
)
from pretoken.trigger.errors import SignInRefused
from pretoken.trigger.fetching import FetchError, breaker, cache, fetcher, fetches, told
from pretoken.trigger.fetching import lookups as fetching_lookups
from pretoken.trigger.fetching.causes import OUTAGES
from pretoken.trigger.outcomes import ABSENT, FAILED, PENDING
from pretoken.trigger.text import link_template
from tests.properties.checks import (
    answers_keep_the_contract,
    decisions_repeat,
    failures_only_take_away,
    rules_commute,
)
from tests.properties.fetching import (
    lookup_lines_tell_nothing,
    lookups_decide_alike,
    lookups_fail_safely,
    lookups_spare_what_is_down,
    lookups_stay_in_time,
)
from tests.properties.handling import Outage, generated_event_is_handled
from tests.properties.marks import MARKS
from tests.properties.search import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from pretoken.cognito.events import Event
    from tests.properties.checks import Check

    Plant = Callable[[pytest.MonkeyPatch], None]


class Fault(NamedTuple):
    """A fault: what it does wrong, which check must find it, and how it is planted."""

    name: str
    check: Check
    plant: Plant

    def found_after(self, examples: int = 4_000) -> int | None:
        """Give the number of the first example that shows the planted fault; None if none of so many does."""
        with pytest.MonkeyPatch.context() as patch:
            self.plant(patch)
            broken = search(self.check, examples)
        return broken and broken[0]


FAULTS: list[Fault] = []


def _fault(name: str, check: Check = failures_only_take_away) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        FAULTS.append(Fault(name, check, plant))
        return plant

    return register


def _absent_if_failed(read: Callable[..., Any]) -> Callable[..., Any]:
    def faulty(*arguments: Any) -> Any:
        value = read(*arguments)
        return ABSENT if value is FAILED else value

    return faulty


def _if_unknown(judge: Callable[..., Any], truth: bool) -> Callable[..., Any]:
    def faulty(*arguments: Any) -> Any:
        outcome = judge(*arguments)
        return truth if outcome is None else outcome

    return faulty


class _Forgiving:
    """A linker for which an input that failed has another value."""

    def __init__(self, linker: Any, instead: Any) -> None:
        self.variables = linker.variables
        self._linker = linker
        self._instead = instead

    def input(self, path: str) -> Any:
        read = self._linker.input(path)

        def faulty(context: Any) -> Any:
            value = read(context)
            return self._instead if value is FAILED else value

        return faulty


# Values.


@_fault("`default` replaces what failed")
def _default(patch: pytest.MonkeyPatch) -> None:
    or_default = values._or_default
    patch.setattr(values, "_or_default", lambda read, constant: or_default(_absent_if_failed(read), constant))


@_fault("`first_of` skips what failed")
def _first_of(patch: pytest.MonkeyPatch) -> None:
    def link(value: Any, linker: Any, at: Any) -> Any:
        members = [linker.value(member, at) for member in value["first_of"]]
        return lambda context: next(
            (found for member in members if (found := member(context)) is not ABSENT and found is not FAILED), ABSENT
        )

    patch.setitem(values.FORMS, "first_of", link)


@_fault("`union` drops the parts that failed")
def _union(patch: pytest.MonkeyPatch) -> None:
    def link(value: Any, linker: Any, at: Any) -> Any:
        members = [_absent_if_failed(linker.value(member, at)) for member in value["union"]]

        def union(context: Any) -> Any:
            found = [items for member in members if (items := member(context)) is not ABSENT]
            return sorted({item for items in found for item in (items if isinstance(items, list) else [items])})

        return union

    patch.setitem(values.FORMS, "union", link)


@_fault("`choose` skips a branch that can't be judged")
def _choose(patch: pytest.MonkeyPatch) -> None:
    class Linker:
        def __init__(self, linker: Any) -> None:
            self.value = linker.value
            self._linker = linker

        def condition(self, condition: Any, at: Any) -> Any:
            return _if_unknown(self._linker.condition(condition, at), truth=False)

    choose = values.FORMS["choose"]
    patch.setitem(values.FORMS, "choose", lambda value, linker, at: choose(value, Linker(linker), at))  # type: ignore[arg-type]


@_fault("`template` leaves out the parts that failed")
def _template(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        values.FORMS,
        "template",
        lambda value, linker, _at: link_template(value["template"], _Forgiving(linker, "")),  # type: ignore[arg-type]
    )


@_fault("`test` is false of what can't be known")
def _test(patch: pytest.MonkeyPatch) -> None:
    test = values.FORMS["test"]

    def link(value: Any, linker: Any, at: Any) -> Any:
        read = test(value, linker, at)
        return lambda context: False if read(context) is FAILED else read(context)

    patch.setitem(values.FORMS, "test", link)


@_fault("an object as a value drops the members that failed")
def _object(patch: pytest.MonkeyPatch) -> None:
    def link(value: Any, linker: Any, at: Any) -> Any:
        return values._members(value, at, lambda member, place: _absent_if_failed(linker.value(member, place)))

    patch.setitem(values.FORMS, "object", link)


@_fault("`one_of` of a value takes a list that failed for an absent one")
def _one_of(patch: pytest.MonkeyPatch) -> None:
    member_of = values._member_of
    patch.setattr(values, "_member_of", lambda read: member_of(_absent_if_failed(read)))


@_fault("`keep` drops the items that can't be judged")
def _keep(patch: pytest.MonkeyPatch) -> None:
    class Linker:
        def __init__(self, linker: Any) -> None:
            self._linker = linker

        def test(self, test: Any) -> Any:
            return _if_unknown(self._linker.test(test), truth=False)

    keep = steps.STEPS["keep"]
    faulty = steps.Step(lambda test, linker: keep.link(test, Linker(linker)), keep.takes, keep.gives)  # type: ignore[arg-type]
    patch.setitem(steps.STEPS, "keep", faulty)


# Tests and conditions.


def _replace_test(patch: pytest.MonkeyPatch, name: str, link: Callable[[Any, Any], Any]) -> None:
    known = tests.TESTS[name]
    patch.setitem(tests.TESTS, name, tests.Test(link, known.applies_to, whole=known.whole))


@_fault("the test `one_of` takes a list that failed for an absent one")
def _test_one_of(patch: pytest.MonkeyPatch) -> None:
    one_of = tests.TESTS["one_of"].link
    _replace_test(patch, "one_of", lambda path, linker: one_of(path, _Forgiving(linker, ABSENT)))  # type: ignore[arg-type]


@_fault("`exists: false` is true of what failed")
def _exists(patch: pytest.MonkeyPatch) -> None:
    exists = tests.TESTS["exists"].link
    _replace_test(patch, "exists", lambda wanted, linker: _if_unknown(exists(wanted, linker), truth=not wanted))


@_fault("`count` counts what failed as none")
def _count(patch: pytest.MonkeyPatch) -> None:
    count = tests.TESTS["count"].link

    def link(test: Any, linker: Any) -> Any:
        judge = count(test, linker)
        return lambda subject, context: judge(ABSENT if subject is FAILED else subject, context)

    _replace_test(patch, "count", link)


@_fault("a test is false of a subject that failed")
def _items(patch: pytest.MonkeyPatch) -> None:
    of_items = tests._of_items
    patch.setattr(tests, "_of_items", lambda judges: _if_unknown(of_items(judges), truth=False))


@_fault("`not` of what can't be known is true")
def _not(patch: pytest.MonkeyPatch) -> None:
    for module in (conditions, tests):
        patch.setattr(module, "negate", lambda truth: not truth)


@_fault("`all` takes what can't be known for true")
def _all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        conditions,
        "all_true",
        lambda members: outcomes.all_true([_if_unknown(member, truth=True) for member in members]),
    )


# Rules.


def _with_rules(patch: pytest.MonkeyPatch, change: Callable[[Any], None]) -> None:
    init = rules.Rule.__init__

    def faulty(self: Any, *arguments: Any) -> None:
        init(self, *arguments)
        change(self)

    patch.setattr(rules.Rule, "__init__", faulty)


@_fault("a rule in doubt applies")
def _applies(patch: pytest.MonkeyPatch) -> None:
    def change(rule: Any) -> None:
        rule.when = rule.when and _if_unknown(rule.when, truth=True)

    _with_rules(patch, change)


@_fault("a rule in doubt is passed over")
def _passed_over(patch: pytest.MonkeyPatch) -> None:
    def change(rule: Any) -> None:
        rule.when = rule.when and _if_unknown(rule.when, truth=False)

    _with_rules(patch, change)


@_fault("`on_failure: deny` is ignored")
def _on_failure(patch: pytest.MonkeyPatch) -> None:
    def change(rule: Any) -> None:
        rule.strict = False

    _with_rules(patch, change)


@_fault("a rule with `deny` looks away when in doubt")
def _deny(patch: pytest.MonkeyPatch) -> None:
    def change(rule: Any) -> None:
        if rule.deny is not None:
            rule.when = rule.when and _if_unknown(rule.when, truth=False)

    _with_rules(patch, change)


@_fault("claims of rules in doubt are written")
def _writes(patch: pytest.MonkeyPatch) -> None:
    write = claims.write
    patch.setattr(claims, "write", lambda sure, doubtful, *rest: write([*sure, *doubtful], [], *rest))


@_fault("claims of rules in doubt are left to Cognito")
def _leaves(patch: pytest.MonkeyPatch) -> None:
    write = claims.write
    patch.setattr(claims, "write", lambda sure, _doubtful, *rest: write(sure, [], *rest))


@_fault("suppressions of rules in doubt don't happen")
def _suppress(patch: pytest.MonkeyPatch) -> None:
    suppress = claims.suppress
    patch.setattr(
        claims,
        "suppress",
        lambda active, made: suppress([rule for rule in active if rule.name in made.applied], made),
    )


@_fault("additions of rules in doubt happen")
def _adds(patch: pytest.MonkeyPatch) -> None:
    edit = lists.edit
    patch.setattr(lists, "edit", lambda active, *rest: edit([(rule, True) for rule, _ in active], *rest))


@_fault("removals of rules in doubt don't happen")
def _removes(patch: pytest.MonkeyPatch) -> None:
    edit = lists.edit
    patch.setattr(lists, "edit", lambda active, *rest: edit([pair for pair in active if pair[1]], *rest))


@_fault("overrides of rules in doubt are ignored")
def _overrides(patch: pytest.MonkeyPatch) -> None:
    put_together = claims._put_together

    def faulty(found: Any, context: Any, made: Any) -> None:
        in_doubt, made.in_doubt = made.in_doubt, []
        put_together(found, context, made)
        made.in_doubt = in_doubt

    patch.setattr(claims, "_put_together", faulty)


@_fault("a claim that failed is left to Cognito")
def _unsuppressed(patch: pytest.MonkeyPatch) -> None:
    decide = plan.Program.decide

    def faulty(*arguments: Any, now: int) -> Any:
        made = decide(*arguments, now=now)
        for _, place in made.left_out:
            token, section, name = [*place.split("."), "", ""][:3]
            if section == "claims":
                getattr(made, token).suppressed.pop(name, None)
        return made

    patch.setattr(plan.Program, "decide", faulty)


@_fault("a preferred role in doubt is left to Cognito")
def _preferred(patch: pytest.MonkeyPatch) -> None:
    decide = plan.Program.decide

    def faulty(*arguments: Any, now: int) -> Any:
        made = decide(*arguments, now=now)
        made.preferred_role = None if made.preferred_role is ABSENT else made.preferred_role
        return made

    patch.setattr(plan.Program, "decide", faulty)


def _with_edits(patch: pytest.MonkeyPatch, wanted: bool) -> None:
    """Let what can't be judged stay, by a `keep` (whose outcome must be true) or by a `remove` (false)."""
    init = rules.Edit.__init__

    def faulty(self: Any, *arguments: Any) -> None:
        init(self, *arguments)
        self.tests = [(_if_unknown(test, truth) if truth is wanted else test, truth) for test, truth in self.tests]

    patch.setattr(rules.Edit, "__init__", faulty)


@_fault("`keep` of a list keeps what can't be judged")
def _edit_keep(patch: pytest.MonkeyPatch) -> None:
    _with_edits(patch, wanted=True)


@_fault("`remove` of a list leaves what can't be judged")
def _edit_remove(patch: pytest.MonkeyPatch) -> None:
    _with_edits(patch, wanted=False)


@_fault("a message that couldn't be sealed isn't suppressed")
def _sealing(patch: pytest.MonkeyPatch) -> None:
    answer_of = answer.answer_of

    def faulty(made: Any, event: Any, program: Any, seal: Any) -> Any:
        made_answer = answer_of(made, event, program, seal)
        for recipient, *_ in made_answer.unsealed:
            for suppressed in (made_answer.changes.access_suppress, made_answer.changes.id_suppress):
                if program.recipients[recipient][0] in suppressed:
                    suppressed.remove(program.recipients[recipient][0])
        return made_answer

    patch.setattr(outcome_module, "answer_of", faulty)


# Lookups.


@_fault("a lookup that failed is no row")
def _lookup(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lookups.Lookup, "row", _absent_if_failed(lookups.Lookup.row))


@_fault("a field that can't be read is absent")
def _field(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lookups, "value_reader", lambda shape: _absent_if_failed(reading.value_reader(shape)))


@_fault("a lookup whose key failed is no row")
def _key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lookups, "link_template", lambda text, linker: _absent_if_failed(link_template(text, linker)))


@_fault("`must_match` matches what failed")
def _must_match(patch: pytest.MonkeyPatch) -> None:
    matching = lookups.Lookup._matching
    patch.setattr(
        lookups.Lookup,
        "_matching",
        lambda self, row, context: row if (matched := matching(self, row, context)) is FAILED else matched,
    )


# Lookups that are made.


def _when_time_is_up(patch: pytest.MonkeyPatch, answer: Callable[[Any, Any], Any], cause: str = "deadline") -> None:
    wait = fetches.Fetches._wait

    def faulty(self: Any, call: Any, until: float) -> Any:
        found = wait(self, call, until)
        is_over = isinstance(found, FetchError) and found.cause == cause
        return answer(self, call) if is_over else found

    patch.setattr(fetches.Fetches, "_wait", faulty)


@_fault("a lookup that was cut off has no row", lookups_fail_safely)
def _cut_off(patch: pytest.MonkeyPatch) -> None:
    _when_time_is_up(patch, lambda _self, _call: None, "timeout")


@_fault("a lookup without an answer at the deadline has no row", lookups_fail_safely)
def _deadline(patch: pytest.MonkeyPatch) -> None:
    _when_time_is_up(patch, lambda _self, _call: None)


@_fault("a lookup without an answer at the deadline is pending for ever", lookups_stay_in_time)
def _pending(patch: pytest.MonkeyPatch) -> None:
    _when_time_is_up(patch, lambda _self, _call: PENDING)


@_fault("a breaker counts the deadline", lookups_stay_in_time)
def _counts_deadline(patch: pytest.MonkeyPatch) -> None:
    def answer(self: Any, call: Any) -> FetchError:
        self._fetcher._sources[call.lookup].breaker.failed(0)
        return FetchError("deadline")

    _when_time_is_up(patch, answer)


@_fault("a breaker doesn't count what was cut off", lookups_stay_in_time)
def _counts_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetcher.Fetcher, "cut_off", lambda _self, _call, _listener: None)


@_fault("each answer in a chain gives the next lookup new time", lookups_stay_in_time)
def _new_time(patch: pytest.MonkeyPatch) -> None:
    wait = fetches.Fetches._wait

    def faulty(self: Any, call: Any, until: float) -> Any:
        found = wait(self, call, until)
        self._until += 1
        return found

    patch.setattr(fetches.Fetches, "_wait", faulty)


@_fault("what is pending isn't waited for", lookups_decide_alike)
def _waits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetches.Fetches, "_wait", lambda _self, call, _until: call.answer)


@_fault("what is pending is a row without fields", lookups_decide_alike)
def _pending_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetches.Fetches, "_wait", lambda _self, call, _until: {} if call.answer is PENDING else call.answer)


@_fault("a rule whose condition can't be known yet is passed over", lookups_decide_alike)
def _not_yet(patch: pytest.MonkeyPatch) -> None:
    misses = fetches.Fetches._misses

    def faulty(self: Any, rule: Any, ask: Any, known: Any) -> bool:
        if ask is not None and ask(known) is None:
            self._out.add(rule)
        return misses(self, rule, ask, known)

    patch.setattr(fetches.Fetches, "_misses", faulty)


@_fault("what was tried before the answers were there is remembered", lookups_decide_alike)
def _remembers(patch: pytest.MonkeyPatch) -> None:
    anticipate, look = fetches.Fetches.anticipate, fetches.Fetches._look
    real: list[Any] = []

    def noting(self: Any, found: Any, others: Any, context: Any) -> Any:
        real[:] = [context]
        return anticipate(self, found, others, context)

    def faulty(self: Any, answers: Any) -> Any:
        context = look(self, answers)
        context.rows, context.derived = real[0].rows, real[0].derived
        return context

    patch.setattr(fetches.Fetches, "anticipate", noting)
    patch.setattr(fetches.Fetches, "_look", faulty)


@_fault("a lookup that was started early is made again when it is needed", lookups_decide_alike)
def _again(patch: pytest.MonkeyPatch) -> None:
    answer = fetches.Fetches.__call__

    def faulty(self: Any, lookup: str, key: Any) -> Any:
        self._calls.pop(lookup, None)
        return answer(self, lookup, key)

    patch.setattr(fetches.Fetches, "__call__", faulty)


@_fault("answers are kept without their keys", lookups_decide_alike)
def _keyless(patch: pytest.MonkeyPatch) -> None:
    get, put = cache.Cache.get, cache.Cache.put
    patch.setattr(cache.Cache, "get", lambda self, _key, now: get(self, (), now))
    patch.setattr(cache.Cache, "put", lambda self, _key, row, asked: put(self, (), row, asked))


@_fault("an answer that can't be renewed is used again", lookups_decide_alike)
def _stale(patch: pytest.MonkeyPatch) -> None:
    settle = fetcher.Fetcher._settle
    old: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()

    def faulty(self: Any, call: Any, answer: Any) -> None:
        known = old.setdefault(self, {})
        key = call.lookup, *sorted(call.key.items())
        if self._sources[call.lookup].cache is None:
            settle(self, call, answer)
        elif isinstance(answer, FetchError):
            settle(self, call, known.get(key, answer))
        else:
            known[key] = answer
            settle(self, call, answer)

    patch.setattr(fetcher.Fetcher, "_settle", faulty)


@_fault("a failure is kept as no row", lookups_decide_alike)
def _kept_failure(patch: pytest.MonkeyPatch) -> None:
    finish = fetcher.Fetcher._finish

    def faulty(self: Any, calls: Any, answers: Any) -> None:
        finish(self, calls, answers)
        for call in calls:
            kept = self._sources[call.lookup].cache
            if kept is not None and isinstance(answers[call.lookup], FetchError):
                kept.put(tuple(sorted(call.key.items())), None, call.asked)

    patch.setattr(fetcher.Fetcher, "_finish", faulty)


@_fault("two events share a request for another key that isn't kept", lookups_decide_alike)
def _shares(patch: pytest.MonkeyPatch) -> None:
    find = fetcher._find

    def faulty(source: Any, key: Any, now: float, clock: float) -> Any:
        if source.cache is None:
            other = source.under_way.get(())
            if other is not None and other.answer is PENDING:
                return other, "joined"
        call, how = find(source, key, now, clock)
        if source.cache is None and how == "made":
            source.under_way[()] = call
        return call, how

    patch.setattr(fetcher, "_find", faulty)


@_fault("a breaker never opens", lookups_spare_what_is_down)
def _never_opens(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(breaker.Breaker, "admits", lambda *_: True)


@_fault("a breaker never closes again", lookups_spare_what_is_down)
def _never_closes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(breaker.Breaker, "succeeded", lambda _self: None)


@_fault("a breaker waits no longer after a probe that failed", lookups_spare_what_is_down)
def _impatient(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(breaker, "LONGEST", breaker.SHORTEST)


@_fault("a row that fails for one user opens the breaker for all", lookups_spare_what_is_down)
def _own_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetcher, "OUTAGES", {*OUTAGES, "refused"})


@_fault("every lookup that failed is named", lookup_lines_tell_nothing)
def _named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetching_lookups, "told_lookups", lambda names, _plan: frozenset(names))


@_fault("a lookup that judges what others add is named", lookup_lines_tell_nothing)
def _named_judge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(told, "_added_to", lambda _list, _rules, _guards: set())


@_fault("a lookup that a rule in doubt needs, unless another beats it, is named", lookup_lines_tell_nothing)
def _named_beaten(patch: pytest.MonkeyPatch) -> None:
    def faulty(names: Any, given: Any) -> Any:
        alone = {name: {**rule, "overrides": ()} for name, rule in given["rules"].items()}
        return told.told_lookups(names, {**given, "rules": alone})

    patch.setattr(fetching_lookups, "told_lookups", faulty)


# Orders, answers, repetition, and what others read.


@_fault("`all` stops at the first member that can't be known", rules_commute)
def _stops(patch: pytest.MonkeyPatch) -> None:
    def all_true(members: Any) -> Any:
        def every(context: Any) -> Any:
            for member in members:
                truth = member(context)
                if not truth:
                    return truth
            return True

        return every

    patch.setattr(conditions, "all_true", all_true)


@_fault("`at_most` takes the first items as they come", rules_commute)
def _at_most(patch: pytest.MonkeyPatch) -> None:
    known = steps.STEPS["at_most"]
    faulty = steps.Step(lambda count, _linker: lambda items, _context: items[:count], known.takes, known.gives)
    patch.setitem(steps.STEPS, "at_most", faulty)


@_fault("groups are emptied when only roles change", answers_keep_the_contract)
def _groups(patch: pytest.MonkeyPatch) -> None:
    groups = answer._groups

    def faulty(made: Any, event: Any) -> Any:
        override = groups(made, event)
        if override is not None and made.groups is None:
            return GroupOverride([], override.iam_roles, override.preferred_role)
        return override

    patch.setattr(answer, "_groups", faulty)


@_fault("the index passes over rules whose input failed", decisions_repeat)
def _index(patch: pytest.MonkeyPatch) -> None:
    candidates = index.Index.candidates

    def faulty(self: Any, context: Any) -> Any:
        paths = self._paths
        self._paths = [path for path in paths if path[0](context) is not FAILED]
        found = candidates(self, context)
        self._paths = paths
        return found

    patch.setattr(index.Index, "candidates", faulty)


@_fault("what is remembered of some scopes serves others", decisions_repeat)
def _remembered(patch: pytest.MonkeyPatch) -> None:
    def faulty(event: Any) -> Any:
        scopes, event.scopes = event.scopes, event.scopes and []
        found = settled.settling_key(event)
        event.scopes = scopes
        return found

    patch.setattr(plan, "settling_key", faulty)


@_fault("what is remembered is changed by the next event", decisions_repeat)
def _shared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision.Decision, "copy", lambda self: self)


@_fault("reading the groups sorts them in the event", decisions_repeat)
def _mutates(patch: pytest.MonkeyPatch) -> None:
    def read(context: Any) -> Any:
        context.event.groups.sort()
        return context.event.groups

    patch.setitem(inputs._FIXED_READERS, "groups", read)


def fail_in_the_evaluator(patch: pytest.MonkeyPatch) -> None:
    """Let each decision end in an error whose text is personal."""

    def fail(_decision: object, event: Event, *_rest: object) -> None:
        raise Outage(f"{event.attributes} {event.metadata} {MARKS}")

    patch.setattr(handler, "answer_of", fail)


@_fault("an error's text is logged", generated_event_is_handled)
def _text(patch: pytest.MonkeyPatch) -> None:
    fail_in_the_evaluator(patch)
    patch.setattr(handler, "place_of", str)


@_fault("the trigger source is logged as it came", generated_event_is_handled)
def _source(patch: pytest.MonkeyPatch) -> None:
    about = report.Report.about
    patch.setattr(
        report.Report, "about", lambda self, event: {**about(self, event), "source": event.raw["triggerSource"]}
    )


@_fault("a refusal leads to the error behind it", generated_event_is_handled)
def _behind(patch: pytest.MonkeyPatch) -> None:
    call = handler.Handler.__call__

    def faulty(self: Any, event: Any, context: Any) -> Any:
        try:
            return call(self, event, context)
        except SignInRefused as refused:
            raise SignInRefused(str(refused)) from refused

    patch.setattr(handler.Handler, "__call__", faulty)


if __name__ == "__main__":
    for fault in FAULTS:
        sys.stdout.write(f"{fault.name:65}{fault.check.__name__:28}{fault.found_after() or 'never':>6}\n")
