"""What resource servers may rely on: JSON Schema of the access token's claims, derived from a policy."""

from pretoken.token_schema.document import tokens_schema
from pretoken.token_schema.errors import TokenSchemaError

__all__ = ["TokenSchemaError", "tokens_schema"]
