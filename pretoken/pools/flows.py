"""Which flows of a template's app clients pass the caller's metadata to the trigger.

`InitiateAuth` doesn't pass it, `RespondToAuthChallenge` does: so a password alone doesn't, and what ends with a
challenge does. The token endpoint passes it to machines, not for a code or a refresh token.

Source: Amazon Cognito API Reference, `InitiateAuth`, `RespondToAuthChallenge`, `GetTokensFromRefreshToken`, and
Developer Guide, "Token endpoint", on `ClientMetadata` and `aws_client_metadata`.
"""

from pretoken.pools.facts import Facts, Resource
from pretoken.pools.intrinsics import items, known, text

_BY_PASSWORD = frozenset({"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"})
_WITHOUT = _BY_PASSWORD | {"ALLOW_REFRESH_TOKEN_AUTH"}


def pass_metadata_of_users(facts: Facts) -> bool:
    """Tell whether people can sign in by a flow that passes metadata, or it isn't known."""
    return any(_passes(client, facts) for client in facts.clients)


def pass_metadata_of_machines(facts: Facts) -> bool:
    """Tell whether machines can get tokens, or it isn't known."""
    flows = [
        text(flow) for client in facts.clients for one in known(client.get("AllowedOAuthFlows")) for flow in items(one)
    ]
    return any(flow in (None, "client_credentials") for flow in flows)


def _passes(client: Resource, facts: Facts) -> bool:
    rotation = known(client.get("RefreshTokenRotation", "Feature"))
    if any(text(one) != "DISABLED" for one in rotation):  # then the app calls GetTokensFromRefreshToken
        return True
    for allowed in client.get("ExplicitAuthFlows"):
        flows = set() if allowed is None else {text(flow) for flow in items(allowed)}
        if not flows or flows - _WITHOUT:  # without a list, SRP and custom flows are allowed
            return True
        if flows & _BY_PASSWORD and _asks_more(facts):
            return True
    return False


def _asks_more(facts: Facts) -> bool:
    """Tell whether a challenge can follow a password at every sign-in."""
    if not facts.pools:
        return True
    mfa = [one for pool in facts.pools for one in known(pool.get("MfaConfiguration"))]
    devices = [one for pool in facts.pools for one in known(pool.get("DeviceConfiguration"))]
    return bool(devices) or any(text(one) != "OFF" for one in mfa)
