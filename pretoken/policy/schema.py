"""JSON Schema of the rule files, for editors: hover texts from docstrings, every declared path as a completion."""

from typing import Any, get_args

from pydantic import BaseModel

from pretoken.policy.fields import Type
from pretoken.policy.policy import Policy
from pretoken.policy.pool import Pool
from pretoken.policy.rules import RuleFile
from pretoken.policy.steps import PLAIN_STEPS
from pretoken.trigger.inputs import FIXED_INPUTS, ROOTS, STANDARD_ATTRIBUTES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_HOVER_TEXTS = {
    "Value": "A constant, or one of `from`, `template`, `test`, `first_of`, `union`, `choose`, `object`.",
    "Leaf": "A value, or `{add: VALUE}`, which adds items to those of other rules.",
    "Step": "A step by its name, or a mapping of its name and its argument.",
    "Test": "A constant, a list of tests of which one must hold, or a mapping of operators that must all hold.",
}
_MAPS = ("properties", "patternProperties", "$defs")


def rules_schema(policy: Policy | Pool | None = None) -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of rules files.

    Args:
        policy: what is declared, so that its paths are offered and no others accepted. Of a pool alone the derived
            values aren't known, and all are accepted; of None, every path that looks like one.
    """
    schema = _schema(RuleFile, policy)
    pool = policy.pool if isinstance(policy, Policy) else policy
    if pool is not None:
        for token in ("Token", "AccessToken"):
            schema["$defs"][token]["properties"]["encrypted_for"]["propertyNames"] = {"enum": sorted(pool.recipients)}
    return schema


def pool_schema(policy: Policy | Pool | None = None) -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of pool.yaml; `policy` is as in `rules_schema`."""
    return _schema(Pool, policy)


def described_paths(policy: Policy | Pool) -> dict[str, str]:
    """Give every path that a policy declares, with a sentence about it."""
    pool = policy.pool if isinstance(policy, Policy) else policy
    derived = policy.derived if isinstance(policy, Policy) else {}
    return (
        {path: declared.doc for path, declared in FIXED_INPUTS.items()}
        | {f"attribute.{name}": standard.doc for name, standard in STANDARD_ATTRIBUTES.items()}
        | {
            f"attribute.{name}": f"the attribute `{name}`, {attribute.type}, which {attribute.writable_by}s can write"
            for name, attribute in pool.attributes.items()
        }
        | {
            f"metadata.{name}": f"what the caller sends as `{name}`, {field.type}"
            for name, field in pool.metadata.items()
        }
        | {
            f"lookup.{name}.{key}": f"the field `{key}` of the lookup `{name}`, {field.type}"
            for name, lookup in pool.lookups.items()
            for key, field in lookup.fields.items()
        }
        | {f"derived.{name}": f"the derived value `{name}`" for name in derived}
        | {f"variable.{name}": f"the function's variable `{name}`" for name in pool.variables}
    )


def _schema(model: type[BaseModel], policy: Policy | Pool | None) -> dict[str, Any]:
    schema: dict[str, Any] = tidy(model.model_json_schema(by_alias=True))
    paths = {} if policy is None else described_paths(policy)
    pattern = _pattern(policy)
    definitions = schema["$defs"]
    for name, text in _HOVER_TEXTS.items():
        definitions.get(name, {})["description"] = text
    definitions["Type"] = {"enum": list(get_args(Type)), "description": "A type."}
    offered = [{"const": path, "description": text} for path, text in paths.items()]
    definitions["Path"] = {
        "description": "The path of an input.",
        "anyOf": offered + ([{"type": "string", "pattern": pattern}] if pattern else []),
    }
    if "Condition" in definitions:
        condition = definitions["Condition"]
        test = condition.pop("additionalProperties")
        condition["properties"] |= {path: {**test, "description": text} for path, text in paths.items()}
        condition |= {"patternProperties": {pattern: test}} if pattern else {}
        condition |= {"additionalProperties": False, "minProperties": 1}
    return {"$schema": DIALECT, "title": model.noun if model is Pool else "a rules file", **schema}


def _pattern(policy: Policy | Pool | None) -> str | None:
    """Give the pattern of the paths that are accepted without being declared."""
    if isinstance(policy, Policy):
        return None
    roots = "derived" if isinstance(policy, Pool) else f"({'|'.join(ROOTS)})"
    fixed = "|".join(path.replace(".", "\\.") for path in FIXED_INPUTS)
    return rf"^{roots}\..+$" if isinstance(policy, Pool) else rf"^({roots}\..+|{fixed})$"


def tidy(part: Any) -> Any:
    """Leave out what says nothing to an editor, and name the types that the models leave open."""
    if isinstance(part, list):
        return [tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    if "x-is" in part:
        described = {"description": part["description"]} if "description" in part else {}
        return {"$ref": f"#/$defs/{part['x-is']}", **described}
    if part.get("enum") == list(PLAIN_STEPS):
        return {"anyOf": [{"const": step, "description": text} for step, text in PLAIN_STEPS.items()]}
    kept = {
        ("anyOf" if key == "oneOf" else key): (
            {name: tidy(inner) for name, inner in value.items()} if key in _MAPS else tidy(value)
        )
        for key, value in part.items()
        if key not in ("title", "default", "discriminator")
    }
    if "examples" in part:
        kept["examples"] = part["examples"]
    if "patternProperties" in kept:
        kept.setdefault("additionalProperties", False)
    choices = [choice for choice in kept.pop("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept
