"""Why there is no schema; `code` is stable and in kebab case."""


class TokenSchemaError(ValueError):
    """Say why no schema can be derived."""

    code = "no-token-schema"


class SameClientIdError(TokenSchemaError):
    """Two app clients have one id, so that nobody can tell their tokens apart."""

    code = "client-id-twice"

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"the clients `{one}` and `{other}` have one app client id; give each variable its own value")
