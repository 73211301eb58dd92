"""The sizes of tokens, held against what is computed of a policy: no claim and no token is larger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.checks.sizes.tokens import Tokens
from pretoken.cognito.tokens import token_bytes
from pretoken.policy.policy import Policy
from pretoken.simulator.simulation import Simulator
from tests.properties.checks import shown
from tests.properties.events import answering, event, rows
from tests.properties.policies import policy
from tests.properties.vocabulary import ATTRIBUTES, LOOKUPS, METADATA, NOW, TEXTS, VARIABLES

if TYPE_CHECKING:
    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

LONGEST = 3
_LONGEST_DOCUMENT = 24
_WIDE = ("a", "é", "—", "😀", '"', "\\", "/", "\x01")
_OWN_TEXTS = ("email", "given_name", "address")


def tokens_fit(choices: Choices, tally: Tally) -> str | None:
    """Check that no token of an event within the declared lengths is larger than its bound."""
    plan = with_lengths(policy(choices))
    bounds = Tokens(Policy.model_validate(plan))
    simulator = Simulator(plan, VARIABLES)
    for _ in range(2):
        raw, answers = stretched_event(choices, event(choices, plan["pool"]["trigger"])), rows(choices)
        for name, row in answers.items():
            for field, value in (row or {}).items():
                shape = LOOKUPS[name]["fields"][field].get("type", "string")
                if name != "vp" and shape in ("string", "strings"):
                    row[field] = stretched(choices, value)  # type: ignore[index]  # it isn't empty
        simulation = simulator.run(raw, answering(answers), now=NOW)
        if simulation.after is None:
            continue
        for token in ("access_token", "id_token"):
            claims, bound = getattr(simulation.after, token), bounds.bound(token)
            if claims is None:
                continue
            # An attribute that isn't declared isn't bounded, where no rule writes its claim.
            before, declared = getattr(simulation.before, token), plan["pool"]["attributes"]
            free = {*raw["request"]["userAttributes"]} - {"sub", *declared}
            known = {name: value for name, value in claims.items() if name not in free or value != before.get(name)}
            for name, value in known.items():
                size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
                tally["claims"] += 1
                tally["close"] += size > bound.claims[name].size * 0.8
                if size > bound.claims[name].size:
                    return f"{token}: {name} has {size}, {bound.claims[name]}\n{shown(plan, raw, answers)}"
            if token_bytes(known) > bound.size:
                return f"{token} has {token_bytes(known)}, not {bound.size}\n{shown(plan, raw, answers)}"
    return None


def with_lengths(plan: dict[str, Any]) -> dict[str, Any]:
    def bounded(shapes: dict[str, dict[str, str]]) -> dict[str, Any]:
        return {name: {**shape, **_lengths(shape.get("type", "string"))} for name, shape in shapes.items()}

    lookups = {
        name: {**lookup, "fields": bounded(lookup["fields"])} if name != "vp" else lookup
        for name, lookup in LOOKUPS.items()
    }
    declared = {
        "attributes": bounded(ATTRIBUTES | {name: {} for name in _OWN_TEXTS}),
        "metadata": bounded(METADATA),
        "lookups": lookups,
        "groups": list(TEXTS),
        "scopes": list(TEXTS),
    }
    return {**plan, "pool": {**plan["pool"], **declared}}


def _lengths(kind: str) -> dict[str, int]:
    if kind == "strings":
        return {"max_length": LONGEST, "max_items": LONGEST}
    return {"max_length": _LONGEST_DOCUMENT if kind == "object" else LONGEST}


def stretched_event(choices: Choices, raw: dict[str, Any]) -> dict[str, Any]:
    """Make the texts of an event as long as they may be, now and then."""
    attributes, request = dict(raw["request"]["userAttributes"]), dict(raw["request"])
    for name in (*_OWN_TEXTS, *(name for name, shape in ATTRIBUTES.items() if "type" not in shape)):
        if attributes.get(name):
            attributes[name] = stretched(choices, attributes[name])
    if request.get("clientMetadata") and request["clientMetadata"].get("text"):
        request["clientMetadata"] = {**request["clientMetadata"], "text": stretched(choices, "a")}
    request["userAttributes"] = attributes
    return {**raw, "request": request, "userName": stretched(choices, raw["userName"], 128)}


def stretched(choices: Choices, value: Any, longest: int = LONGEST) -> Any:
    if isinstance(value, list) and choices.chance(50):
        return [(choices.pick(_WIDE) * (longest - 1)) + str(n) for n in range(longest)]
    if isinstance(value, str) and choices.chance(50):
        return choices.pick(_WIDE) * longest
    return value
