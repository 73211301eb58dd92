"""A handler answers any event or refuses neutrally, while lookups and the key service fail with personal values."""

from __future__ import annotations

import json
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pretoken.policy.load import load_policy
from pretoken.trigger.errors import SignInRefused
from pretoken.trigger.handler import NEUTRAL, create_handler
from pretoken.trigger.outcomes import FAILED
from tests.properties.events import event, rows
from tests.properties.json_values import any_json, mutated
from tests.properties.marks import MARKS, leak, marked, marked_event
from tests.properties.policies import policy
from tests.properties.vocabulary import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

ROOT = Path(__file__).parents[2]
SAMPLES = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "events").glob("*.json"))]
SAMPLE_PLAN = load_policy(ROOT / "policies").policy.plan()
SAMPLE_VARIABLES = dict.fromkeys(SAMPLE_PLAN["pool"].get("variables", {}), "a") | {
    "WEB_CLIENT_ID": "7q3webexample1client0id"
}
_REFUSAL = re.compile(rf"({re.escape(NEUTRAL)}|No\.|Ask us\.|[A-Z][A-Za-z ,']+\.) \(reference [0-9a-f]{{16}}\)")
_METRICS = re.compile(r"[A-Z][A-Za-z]+")


class Outage(Exception):  # noqa: N818 - what happened
    """A failure whose text holds a personal value, as other libraries' errors do."""


def _hostile_seal(choices: Choices) -> Callable[..., str]:
    def seal(recipient: str, members: Any, sub: str) -> str:
        if choices.chance(50):
            raise Outage(f"{recipient}: {members} of {sub} {choices.pick(MARKS)}") from ValueError(choices.pick(MARKS))
        return "sealed"

    return seal


def _hostile_answers(choices: Choices) -> Callable[..., Any]:
    answers = rows(choices)

    def answer(lookup: str, key: dict[str, str]) -> Any:
        sort = choices.below(20)
        if sort == 0:
            raise Outage(f"{lookup} {key} {choices.pick(MARKS)}")
        if sort == 1:
            return any_json(choices)
        return FAILED if sort < 4 else marked(choices, answers.get(lookup))

    return answer


def handled(plan: dict[str, Any], variables: dict[str, str], raw: Any, choices: Choices, tally: Tally) -> str | None:
    """Let a handler answer an event; say what is wrong with what it does."""
    lines: list[str] = []
    handler = create_handler(
        plan, environment=variables, seal=_hostile_seal(choices), answers=_hostile_answers(choices), write=lines.append
    )
    tally["events"] += 1
    try:
        answer = handler(raw, None)
    except SignInRefused as error:
        tally["refused"] += 1
        shown = "".join(traceback.format_exception(error))
        if not _REFUSAL.fullmatch(str(error)) or error.__cause__ or error.__context__:
            return f"the refusal says: {error!r}"
        if leak(shown) is not None:
            return f"the refusal shows {leak(shown)}"
    except BaseException as error:  # noqa: BLE001 - that is the question
        return f"the handler raises {error!r}"
    else:
        tally["answered"] += 1
        if {**answer, "response": 0} != {**raw, "response": 0}:
            return "the answer isn't the whole event"
    if not lines:
        return "no log line is written"
    return next(filter(None, map(_line_problem, lines)), None)


def _line_problem(line: str) -> str | None:
    found = leak(line) or leak(str(json.loads(line)))
    if found is not None:
        return f"a log line shows {found}: {line}"
    if "\n" in line or not line.isascii():
        return f"a log line isn't one line of ASCII: {line!r}"
    told = json.loads(line)
    for metric in told.get("_aws", {"CloudWatchMetrics": [{"Metrics": []}]})["CloudWatchMetrics"][0]["Metrics"]:
        if not _METRICS.fullmatch(metric["Name"]) or not isinstance(told[metric["Name"]], (int, float)):
            return f"a metric is no number: {metric}"
    if told["message"] == "unreported" and told["error"] != "RecursionError":
        return f"what was decided can't be reported: {line}"
    if told.get("code") == "unforeseen" and told.get("error") != "Outage":
        return f"something unforeseen happened: {line}"
    return None


def generated_event_is_handled(choices: Choices, tally: Tally) -> str | None:
    """Check an event as Cognito sends it, full of marks, against any policy."""
    plan = policy(choices, pseudonyms=False)
    plan["pool"] = {**plan["pool"], "limits": {"access_token_bytes": 100, "id_token_bytes": 5_000}}
    return handled(plan, VARIABLES, marked_event(choices, event(choices, plan["pool"]["trigger"])), choices, tally)


def mutated_event_is_handled(choices: Choices, tally: Tally) -> str | None:
    """Check a sample event, changed at some places, against the sample policy and any other."""
    plan, variables = SAMPLE_PLAN, SAMPLE_VARIABLES
    if choices.chance(50):
        plan, variables = policy(choices, pseudonyms=False), VARIABLES
    raw = marked_event(choices, choices.pick(SAMPLES)) if choices.chance(50) else choices.pick(SAMPLES)
    return handled(plan, variables, mutated(choices, raw), choices, tally)
