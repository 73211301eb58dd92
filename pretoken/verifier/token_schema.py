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
        compiled = fastjsonschema.compile(dict(schema))
    except (fastjsonschema.JsonSchemaDefinitionException, AttributeError, TypeError, ValueError) as error:
        raise ValueError("`schema` is no JSON Schema; give what `pretoken schema tokens` prints, as a dict") from error

    def validate(claims: Mapping[str, Any]) -> None:
        try:
            compiled(claims)
        except fastjsonschema.JsonSchemaValueException:
            pass
        else:
            return
        # Raised here, not above: the validator's error holds values.
        raise SchemaRefused

    return validate
