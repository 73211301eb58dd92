"""JSON Schema of the rule files, for editors: hover texts from docstrings, every declared path as a completion."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from pretoken.policy.fields import Type
from pretoken.policy.policy import Policy
from pretoken.policy.pool import Pool
from pretoken.policy.rules import RuleFile
from pretoken.trigger.inputs import FIXED_INPUTS, ROOTS, STANDARD_ATTRIBUTES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANY_PATH = r"^((" + "|".join(ROOTS) + r")\..+|" + "|".join(p for p in FIXED_INPUTS if "." not in p) + r"|client\.id|pool\.id)$"


def rules_schema(policy: Policy | Pool | None = None) -> dict[str, Any]:
    """Make the JSON Schema of rules files.

    Args:
        policy: what is declared, so that its paths and names are offered and no others are accepted; None accepts
            every path that looks like one. Of a pool alone, derived values are not known and all are accepted.
    """
    return _schema(RuleFile, policy, "A rules file of pretoken")


def pool_schema(policy: Policy | Pool | None = None) -> dict[str, Any]:
    """Make the JSON Schema of pool.yaml; `policy` as for `rules_schema`."""
    return _schema(Pool, policy, "pool.yaml of pretoken")


def _schema(model: type[BaseModel], policy: Policy | Pool | None, title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, schema_generator=GenerateJsonSchema)
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    paths = None if policy is None else described_paths(policy)
    derived_open = isinstance(policy, Pool)
    definitions["Path"] = _path_schema(paths, derived_open=derived_open)
    definitions["Type"] = {"enum": list(Type.__args__), "description": "A type."}  # type: ignore[attr-defined]
    condition = definitions.get("Condition")
    if condition is not None:
        _complete_condition(condition, paths, derived_open=derived_open)
    for part in (schema, *definitions.values()):
        _tidy(part)
    return {"$schema": DIALECT, **schema, "title": title}
