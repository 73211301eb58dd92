"""The invariants as checks: each makes one example from choices and says what is wrong with it, or None."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pretoken.cognito.events import read_event
from pretoken.trigger.plan import link
from tests.properties.events import answering, event, rows
from tests.properties.outcome import Outcome, broken_promise, more
from tests.properties.policies import policy
from tests.properties.vocabulary import LOOKUP_INPUTS, NOW, SECRETS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pretoken.trigger.plan import Program
    from tests.properties.choices import Choices

    Tally = Counter[str]
    Check = Callable[[Choices, Tally], str | None]

RECIPIENTS = ("api-one", "api-two", "api-three")


def failures_only_take_away(choices: Choices, tally: Tally) -> str | None:
    """Check that with more failures the outcome is a refusal or at most what it was."""
    plan = policy(choices)
    program = link(plan, VARIABLES, SECRETS)
    units = _failing_units(plan)
    for _ in range(2):
        raw, answers = event(choices, plan["pool"]["trigger"]), rows(choices)
        read = read_event(raw, program.versions)
        outcomes: list[Outcome] = []
        for within, failures, unsealed in _failures(choices, units):
            outcome = Outcome(program, read, answering(answers, failures), unsealed=unsealed)
            known = outcomes[within] if outcomes else None
            problem = broken_promise(outcome, plan) or (more(outcome, known) if known else None)
            if problem:
                return f"{problem}; failed: {sorted(failures)} {unsealed}\n{shown(plan, raw, answers)}"
            _count(tally, outcome, known)
            outcomes.append(outcome)
    return None


def _failing_units(plan: dict[str, Any]) -> list[str]:
    """Name what can fail for a plan: the lookups and fields that it reads, and all that a lookup's key rests on."""
    text = json.dumps({name: plan[name] for name in ("derived", "rules")})
    fields = [path.removeprefix("lookup.") for path in LOOKUP_INPUTS if path in text]
    lookups = list(dict.fromkeys(field.partition(".")[0] for field in fields))
    behind = {"role": ["user.text"], "fact": ["user.text"], "vp": ["role.text", "user.text"]}
    fields += [field for lookup in lookups for field in behind.get(lookup, ())]
    return [*lookups, *dict.fromkeys(fields)]


def _failures(choices: Choices, units: list[str]) -> Iterator[tuple[int, frozenset[str], tuple[str, ...]]]:
    """Give sets of failures, each with the number of an earlier one that is within it.

    First nothing fails, or one thing; then some things one by one, then more and more, the sealing too; in the end
    everything.
    """
    order = choices.shuffled(units)
    sealing = choices.some(RECIPIENTS, 1, 3)
    first = frozenset(order[:1] if choices.chance(20) else ())
    yield 0, first, ()
    for unit in order[1:5]:
        yield 0, first | {unit}, ()
    grown = first.union(order[1:3])
    yield 1 if len(order) > 1 else 0, grown, ()
    yield -1, grown.union(order[3:5]), ()
    yield -1, grown.union(order[3:5]), (sealing[0],)
    yield -1, frozenset(units), tuple(sealing)


def _count(tally: Tally, outcome: Outcome, known: Outcome | None) -> None:
    tally["outcomes"] += 1
    tally["acted"] += outcome.changed
    tally["refused"] += outcome.refused
    tally["in doubt"] += bool(outcome.decision.in_doubt)
    if known is not None and not known.refused:
        tally["compared"] += 1
        tally["newly refused"] += outcome.refused
        tally["took away"] += outcome.refused or outcome.answer != known.answer


def rules_commute(choices: Choices, tally: Tally) -> str | None:
    """Check that no order means anything: of rules, of what is written in them, of lists in the event."""
    plan = policy(choices)
    raw, answers = event(choices, plan["pool"]["trigger"]), rows(choices)
    failing = choices.some(_failing_units(plan), 0, 3)
    other_plan = _reordered(choices, plan)
    written = json.dumps([plan["derived"], plan["rules"]])
    if not any(step in written for step in ('"join"', '"json"')):
        # Only these two steps tell in which order Cognito or a table gives a list.
        raw_again, answers_again = _with_other_lists(choices, raw), _shuffled_lists(choices, answers)
    else:
        raw_again, answers_again = raw, answers
    outcomes = []
    for one_plan, one_raw, one_answers in ((plan, raw, answers), (other_plan, raw_again, answers_again)):
        program = link(one_plan, VARIABLES, SECRETS)
        outcomes.append(Outcome(program, read_event(one_raw, program.versions), answering(one_answers, failing)))
    tally["outcomes"] += 1
    tally["acted"] += outcomes[0].changed
    tally["in doubt"] += bool(outcomes[0].decision.in_doubt)
    if outcomes[0].summary() != outcomes[1].summary():
        return f"another order, another decision; failed: {failing}\n{shown(plan, raw, answers)}"
    return None


_ORDERED = ("first_of", "choose", "then", "prefer")
"""Keys of lists whose order is written down because it means something."""


def _reordered(choices: Choices, value: Any, key: str = "") -> Any:
    """Write mappings, and lists without an order, in another order."""
    if isinstance(value, dict):
        return {name: _reordered(choices, value[name], name) for name in choices.shuffled(list(value))}
    if isinstance(value, list):
        items = [_reordered(choices, item) for item in value]
        texts = all(isinstance(item, str) for item in items)
        return items if key in _ORDERED or (texts and key not in ("overrides", "suppress")) else choices.shuffled(items)
    return value


def _shuffled_lists(choices: Choices, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shuffled_lists(choices, member) for name, member in value.items()}
    return choices.shuffled(value) if isinstance(value, list) else value


def _with_other_lists(choices: Choices, raw: dict[str, Any]) -> dict[str, Any]:
    request = dict(raw["request"])
    for name in ("groupConfiguration", "scopes"):
        if name in request:
            request[name] = _shuffled_lists(choices, request[name])
    return {**raw, "request": request}


def answers_keep_the_contract(choices: Choices, tally: Tally) -> str | None:
    """Check Cognito's contract: the answer has the event's shape, all of the event, and no groups lost by accident."""
    plan = policy(choices)
    raw, answers = event(choices, plan["pool"]["trigger"]), rows(choices)
    program = link(plan, VARIABLES, SECRETS)
    read = read_event(raw, program.versions)
    # `respond` raises if the contract is broken.
    outcome = Outcome(program, read, answering(answers, choices.some(_failing_units(plan), 0, 2)))
    tally["outcomes"] += 1
    tally["acted"] += outcome.changed
    tally["refused"] += outcome.refused
    problem = None if outcome.refused else _shape_problem(outcome, raw, plan)
    return f"{problem}\n{shown(plan, raw, answers)}" if problem else None


def _shape_problem(outcome: Outcome, raw: dict[str, Any], plan: dict[str, Any]) -> str | None:
    answer, event = outcome.answer, outcome.event
    if {**answer, "response": 0} != {**raw, "response": 0}:
        return "the answer isn't the whole event"
    if json.loads(json.dumps(answer)) != answer:
        return "the answer isn't JSON"
    details = {name: value for name, value in answer["response"].items() if value is not None}
    member = "claimsOverrideDetails" if event.version == "V1_0" else "claimsAndScopeOverrideDetails"
    if not details:
        return None
    if set(details) != {member}:
        return f"a {event.version} answer stands in {sorted(details)}"
    details = details[member]
    sections = {"claimsToAddOrOverride", "claimsToSuppress"}
    allowed = {
        "idTokenGeneration": sections,
        "accessTokenGeneration": sections | {"scopesToAdd", "scopesToSuppress"},
        "groupOverrideDetails": {"groupsToOverride", "iamRolesToOverride", "preferredRole"},
    }
    if event.version == "V1_0":
        strange = set(details) - sections - {"groupOverrideDetails"}
    else:
        strange = set(details) - set(allowed)
        strange |= {part for name, parts in allowed.items() for part in set(details.get(name, {})) - parts}
    if strange:
        return f"a {event.version} answer has {sorted(strange)}"
    if any(part is None or part in ({}, []) for part in details.values()):
        return "a part of the answer is empty"
    return _group_problem(outcome, details, plan)


def _group_problem(outcome: Outcome, details: dict[str, Any], plan: dict[str, Any]) -> str | None:
    decision, event = outcome.decision, outcome.event
    override = details.get("groupOverrideDetails")
    active = [plan["rules"][name] for name in (*decision.applied, *decision.in_doubt)]
    for list_, name in (("groups", "groupsToOverride"), ("iam_roles", "iamRolesToOverride")):
        if override is not None and not isinstance(override.get(name), list):
            return f"there is no {name}"
        takes = any({"keep", "remove"} & set(rule.get(list_, {})) for rule in active)
        if override is not None and not takes and not set(getattr(event, list_)) <= set(override[name]):
            return f"{list_} are lost, and no rule takes any"
    writes = any("preferred" in rule.get("iam_roles", {}) for rule in active)
    if override is None or writes or event.preferred_role not in override["iamRolesToOverride"]:
        return None
    return None if override.get("preferredRole") == event.preferred_role else "the preferred role is lost"


def decisions_repeat(choices: Choices, tally: Tally) -> str | None:
    """Check that the same plan, event, answers and second give the same decision, and that nothing given is changed."""
    plan = policy(choices)
    raw, answers = event(choices, plan["pool"]["trigger"]), rows(choices)
    failing = choices.some(_failing_units(plan), 0, 3)
    if choices.chance(30) and raw["request"]["userAttributes"]:
        raw["request"]["userAttributes"]["identities"] = "?"
    others = [_with_another_part(choices, raw, event(choices, plan["pool"]["trigger"])) for _ in range(3)]
    given = copy.deepcopy((plan, raw, answers, others))
    program = link(plan, VARIABLES, SECRETS)
    now = NOW + choices.pick((0, 31, -86_400))

    def outcome(program: Program, raw: dict[str, Any] = raw) -> Outcome:
        return Outcome(program, read_event(raw, program.versions), answering(answers, failing), now=now)

    first = outcome(program)
    summary, exact = first.summary(), None if first.refused else _claims(first)
    # Between two equal questions others are asked that differ a little; what is remembered of one serves no other.
    unindexed = link(plan, VARIABLES, SECRETS, lambda _place, _truth: None)
    strangers = [outcome(program, other).summary() == outcome(unindexed, other).summary() for other in others]
    again = outcome(program)
    tally["outcomes"] += 1
    tally["acted"] += first.changed
    problem = None
    if again.summary() != summary or first.summary() != summary:
        problem = "the second time it decides otherwise"
    elif exact is not None and exact != _claims(again):
        problem = "the second time it writes other claims"
    elif outcome(link(json.loads(json.dumps(plan)), VARIABLES, SECRETS)).summary() != summary:
        problem = "linked again, it decides otherwise"
    elif outcome(unindexed).summary() != summary:
        problem = "without the index, it decides otherwise"
    elif not all(strangers):
        problem = "after another event, it decides otherwise"
    elif (plan, raw, answers, others) != given:
        problem = "it changes what it was given"
    return f"{problem}; failed: {failing}\n{shown(*given[:3])}\nothers: {json.dumps(given[3])}" if problem else None


def _claims(outcome: Outcome) -> str:
    return json.dumps([outcome.changes.access_claims, outcome.changes.id_claims])


def _with_another_part(choices: Choices, raw: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Give an event with one part of another event of the same version and kind; else that other event."""
    same = all(
        bool(kind(raw)) == bool(kind(other))
        for kind in (
            lambda event: event["request"]["userAttributes"],
            lambda event: "claimsOverrideDetails" in event["response"],
        )
    )
    if not same:
        return other
    part = choices.pick(
        ("userAttributes", "groupConfiguration", "scopes", "clientMetadata", "callerContext", "userName")
    )
    if part in raw:
        return {**raw, part: other[part]}
    request = {name: value for name, value in raw["request"].items() if name != part}
    return {**raw, "request": request | ({part: other["request"][part]} if part in other["request"] else {})}


def shown(plan: dict[str, Any], raw: dict[str, Any], answers: Any) -> str:
    parts = {"trigger": plan["pool"]["trigger"], "other_clients": plan["pool"]["other_clients"]}
    parts |= {name: plan[name] for name in ("derived", "tables", "rules")} | {"event": raw, "answers": answers}
    return "\n".join(f"{name}: {json.dumps(part)}" for name, part in parts.items())
