"""JSON Schema of case files, for editors: hover texts from docstrings, declared names as completions."""

from typing import Any

from pretoken.policy.policy import Policy
from pretoken.policy.schema import DIALECT, tidy
from pretoken.simulator.cases import CaseFile
from pretoken.simulator.given import known_attributes
from pretoken.simulator.simulation import OTHER_CLIENTS


def cases_schema(policy: Policy | None = None) -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of case files.

    Args:
        policy: what is declared, so that its names are offered and no others accepted; None accepts all.
    """
    schema: dict[str, Any] = tidy(CaseFile.model_json_schema(by_alias=True))
    if policy is not None:
        _offer(schema["$defs"], policy.plan())
    return {"$schema": DIALECT, "title": CaseFile.noun, **schema}


def _offer(definitions: dict[str, Any], plan: dict[str, Any]) -> None:
    """Put the declared names in the place of any text."""
    pool, given = plan["pool"], definitions["Given"]["properties"]
    given["client"]["enum"] = sorted(pool.get("clients", {}))
    given["version"]["enum"] = pool["trigger"]
    given["identity_providers"]["items"] = {"enum": pool.get("identity_providers", [])}
    given["attributes"]["propertyNames"] = {"enum": sorted(known_attributes(pool))}
    for name in ("metadata", "variables"):
        given[name]["propertyNames"] = {"enum": sorted(pool.get(name, {}))}
    given["lookups"]["properties"] = {
        name: {
            "anyOf": [
                {"enum": ["none", "failed"]},
                {"type": "object", "propertyNames": {"enum": sorted(lookup["fields"])}},
            ]
        }
        for name, lookup in pool.get("lookups", {}).items()
    }
    given["lookups"]["additionalProperties"] = False
    rules = [True, False, OTHER_CLIENTS, *sorted(plan.get("rules", {}))]
    definitions["Expect"]["properties"]["denied"]["enum"] = rules
    for token in ("ExpectedToken", "ExpectedAccessToken"):
        messages = definitions[token]["properties"]["encrypted_for"]
        messages["propertyNames"] = {"enum": sorted(pool.get("recipients", {}))}
