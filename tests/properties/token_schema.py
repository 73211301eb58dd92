"""Access tokens, held against the schema that is derived from their policy: all that can be made pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fastjsonschema
import jsonschema

from pretoken.policy.policy import Policy
from pretoken.simulator.simulation import Simulator
from pretoken.token_schema import tokens_schema
from tests.properties.checks import shown
from tests.properties.events import answering, event, rows
from tests.properties.policies import policy
from tests.properties.sizes import stretched_event, with_lengths
from tests.properties.vocabulary import LOOKUP_INPUTS, NOW, TEXTS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

_CLOSED: tuple[Any, ...] = (None, list(TEXTS), [{"prefix": "a"}, "b"])
_CLIENT_IDS = ("a-id", "b-id", "ab-id", "worker-id", "unknown-id")
_CLAIMS = ("tenant", "roles", "level", "email", "given_name", "cognito:groups", "scope", "encrypted_for_api_one")
_WRONG: tuple[Any, ...] = (7, True, "zzz", "a zzz", ["zzz"], [7], {"zzz": 1})


def tokens_pass(choices: Choices, tally: Tally) -> str | None:
    """Check that whatever comes in and fails, the access token passes; and that two validators agree of any token."""
    plan = policy(choices)
    if choices.chance(50):
        plan = with_lengths(plan)
    closed = {name: test for name in ("groups", "scopes") if (test := choices.pick(_CLOSED))}
    pool = {name: part for name, part in plan["pool"].items() if name not in ("groups", "scopes")}
    plan = {**plan, "pool": pool | closed}
    given = VARIABLES if choices.chance(50) else {}
    schema = tokens_schema(Policy.model_validate(plan), given)
    passes = fastjsonschema.compile(schema)
    other = jsonschema.Draft7Validator(schema)
    simulator = Simulator(plan, VARIABLES, seal=_seal)
    for _ in range(3):
        raw, answers = event(choices, plan["pool"]["trigger"]), rows(choices)
        raw["callerContext"]["clientId"] = choices.pick(_CLIENT_IDS)
        if "max_length" in pool["attributes"]["custom:text"]:
            raw = stretched_event(choices, raw)
        failing = choices.some(list(LOOKUP_INPUTS), 0, 3) if choices.chance(30) else []
        failures = [path.removeprefix("lookup.") for path in failing]
        simulation = simulator.run(raw, answering(answers, failures), now=NOW)
        if simulation.after is None:
            continue
        token = json.loads(json.dumps(simulation.after.access_token))
        tally["tokens"] += 1
        problem = _problem(passes, token)
        if problem is not None or not other.is_valid(token):
            return f"{token}\n{problem}\n{json.dumps(schema)}\n{shown(plan, raw, answers)}"
        for name, broken in _broken(token):
            tally["broken"] += 1
            refused = _problem(passes, broken) is not None
            tally["refused"] += refused
            if refused is other.is_valid(broken):
                return f"two validators disagree of {name} in {broken}\n{json.dumps(schema)}"
    return None


def _seal(_recipient: str, _members: Any, _sub: str) -> str:
    return "AbC_-9"


def _problem(passes: Callable[[Any], Any], token: Any) -> str | None:
    try:
        passes(token)
    except fastjsonschema.JsonSchemaValueException as problem:
        return problem.message
    return None


def _broken(token: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give tokens that mostly break the policy: with claims, or for clients, that no rule writes or names."""
    for name in _CLAIMS:
        for value in _WRONG:
            if token.get(name) != value:
                yield name, {**token, name: value}
    for client_id in _CLIENT_IDS:
        yield "client_id", {**token, "client_id": client_id}
    yield "username", {name: value for name, value in token.items() if name != "username"}
