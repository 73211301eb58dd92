"""The schema of the tokens that a policy makes, held against tokens."""

from __future__ import annotations

from pretoken.verifier.refusals import SchemaRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def validator(schema: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], None]:
    """Return a function that takes the claims of an access token and raises SchemaRefused if they break the schema.

    Args:
        schema: a JSON Schema as `pretoken schema tokens` prints it.

    Raises:
        ValueError: it is no JSON Schema.
    """
    import fastjsonschema

    try:
        _stay_inside(schema)
        # Without defaults: they would be written into the claims, as if the token said so.
        compiled = fastjsonschema.compile({**schema}, use_default=False)
    except Exception as error:  # what is no schema upsets the compiler in many ways, `re.error` among them
        raise ValueError("`schema` is no JSON Schema; give what `pretoken schema tokens` prints, as a dict") from error

    def validate(claims: Mapping[str, Any]) -> None:
        try:
            compiled(claims)
        except fastjsonschema.JsonSchemaValueException as error:
            claim = error.path[1] if len(error.path) > 1 and error.path[1] in claims else None
        except Exception:  # noqa: BLE001 - of numbers with which it can't reckon
            claim = None
        else:
            return
        # Raised here, not above: the validator's error holds values.
        raise SchemaRefused(claim)

    return validate


def _stay_inside(part: Any) -> None:
    """Refuse what the compiler would fetch, from the network or from files."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in ("$id", "id", "$ref") and isinstance(value, str) and not value.startswith("#"):
                raise ValueError
            _stay_inside(value)
    elif isinstance(part, list):
        for item in part:
            _stay_inside(item)
