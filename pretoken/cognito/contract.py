"""What a pre token generation trigger may change.

Source of all rules, where nothing else is said: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger".
Each function returns None if Cognito allows it, else a short text: what is wrong; what to type instead.
"""

from __future__ import annotations

TOKENS = ("access_token", "id_token")
MAX_CHANGES = 5000
"""Claims and scopes of one transaction, existing and added (page "Quotas in Amazon Cognito"; adjustable)."""
MAX_SCOPE = 256
MAX_GROUP_NAME = 128
"""Characters (API Reference: ScopeType, GroupName)."""

_STANDARD = (
    "address birthdate email email_verified family_name gender given_name locale middle_name name nickname "
    "phone_number phone_number_verified picture preferred_username profile updated_at website zoneinfo"
)
_OF_EVERY_TOKEN = "acr amr auth_time azp exp iat iss jti nbf nonce origin_jti token_use"
_OWN_NAME = "claimsToAddOrOverride claimsToSuppress"

# fmt: off
CLAIMS: tuple[tuple[str, str, bool, bool, bool, str, str], ...] = (
    # The guide's table of claims, row by row; a `*` alone is every other claim, after a colon the rest of the name.
    # claims                         default      add    modify  suppress  how                                 identity
    ("*",                            "",          True,  True,   True,     _OWN_NAME,                          "any"),
    ("scope",                        "access",    True,  True,   True,     "scopesToAdd scopesToSuppress",     "any"),
    ("cognito:groups",               "id access", True,  True,   True,     "groupsToOverride claimsToSuppress","user"),
    ("cognito:preferred_role",       "id",        True,  True,   True,     "preferredRole",                    "user"),
    ("cognito:roles",                "id",        True,  True,   True,     "iamRolesToOverride",               "user"),
    (_STANDARD,                      "id",        True,  True,   True,     _OWN_NAME,                          "user"),
    ("custom:*",                     "id",        True,  True,   True,     _OWN_NAME,                          "user"),
    ("dev:*",                        "id",        False, False,  True,     "claimsToSuppress",                 "user"),
    ("aud",                          "id",        False, False,  False,    "",                                 "any"),
    ("cognito:username",             "id",        False, False,  False,    "",                                 "user"),
    ("cognito:*",                    "",          False, False,  False,    "",                                 ""),
    ("username",                     "access",    False, False,  False,    "",                                 "user"),
    ("sub",                          "id access", False, False,  False,    "",                                 "user"),
    ("identities",                   "id",        False, False,  False,    "",                                 "user"),
    ("client_id event_id version",   "access",    False, False,  False,    "",                                 "any"),
    ("device_key",                   "access",    False, False,  False,    "",                                 "user"),
    ("at_hash",                      "id",        False, False,  False,    "",                                 "any"),
    (_OF_EVERY_TOKEN,                "id access", False, False,  False,    "",                                 "any"),
)
# fmt: on

# name -> (may be written as a claim, may be suppressed as a claim)
_ALLOWED = {
    name: (add and "claimsToAddOrOverride" in how, suppress and "claimsToSuppress" in how)
    for names, _, add, _, suppress, how, _ in CLAIMS
    for name in names.split()
}

# What Cognito lets a trigger change, but not under the claim's own name.
_WRITTEN_BY = {
    "scope": "`scopes: {add: [...]}`",
    "cognito:groups": "`groups`",
    "cognito:roles": "`iam_roles`",
    "cognito:preferred_role": "`iam_roles: {preferred: ...}`",
}
_SUPPRESSED_BY = {
    "scope": "use `scopes: {remove: [...]}`",
    "cognito:roles": "write `suppress: [cognito:groups]`, which takes the roles with it",
    "cognito:preferred_role": "write `suppress: [cognito:groups]`, which takes the roles with it",
}

# Amazon Verified Permissions refuses tokens with these (its user guide on tokens as identity sources).
_BREAKS_VERIFIED_PERMISSIONS = ("cognito", "custom", "dev")

_BETTER_NAMES = {"acr": "assurance", "amr": "sign_in_methods"}

# Only these ID-token claims have a type of their own, which an object or a list can't replace.
_NOT_COMPLEX = ("address", "email_verified", "phone_number_verified", "updated_at")

_SCALARS = (str, bool, int, float)
_INFINITE = float("inf")


def _allowed(name: str) -> tuple[bool, bool]:
    allowed = _ALLOWED.get(name)
    if allowed is None and ":" in name:
        allowed = _ALLOWED.get(name[: name.index(":")] + ":*")
    return allowed or _ALLOWED["*"]


def claim_problem(name: str, token: str) -> str | None:
    """Say why a trigger may not add or override this claim, or None if it may.

    `token` is one of TOKENS. `aud` passes in the access token: value_problem checks its value.
    """
    if name in _BREAKS_VERIFIED_PERMISSIONS:
        return f"a claim `{name}` makes Amazon Verified Permissions refuse the token; {_other_name(name)}"
    if name and _allowed(name)[0]:
        return None
    if not name:
        return "a claim needs a name; write one, for example `tenant_id`"
    if name in _WRITTEN_BY:
        return f"`{name}` can't be set as a claim; use {_WRITTEN_BY[name]}"
    if name == "aud":
        if token == "access_token":
            return None
        return "`aud` can't be set in the ID token; write `aud: {from: client.id}` in the access token"
    return f"Cognito doesn't let a trigger set `{name}`; {_other_name(name)}"


def _other_name(name: str) -> str:
    return f"choose another name, for example `{_BETTER_NAMES.get(name) or 'app_' + name.rpartition(':')[2]}`"


def suppression_problem(name: str, token: str) -> str | None:  # noqa: ARG001 (asked like claim_problem)
    """Say why a trigger may not suppress this claim, or None if it may; the same for both of TOKENS."""
    if name and _allowed(name)[1]:
        return None
    if not name:
        return "a claim needs a name; write one, for example `suppress: [email]`"
    if name in _SUPPRESSED_BY:
        return f"`{name}` can't be suppressed as a claim; {_SUPPRESSED_BY[name]}"
    return f"Cognito doesn't let a trigger suppress `{name}`; leave it out of `suppress`"


def value_problem(name: str, value: object, token: str, version: str, client_id: str) -> str | None:
    """Say why a claim can't have this value, or None if it can.

    `version` is the event's: V1_0 takes text in the ID token only; V2_0 and V3_0 take text, finite numbers, booleans,
    lists of these, and objects of all of these. Null and lists of lists or objects are in no list of accepted types,
    so they are refused at any depth. The access token's `aud` must be `client_id`.
    """
    if version == "V1_0":
        if token == "access_token":
            return f"a V1_0 event can't set `{name}` in the access token; declare `trigger: V2_0`"
        if type(value) is not str:
            step = "json" if type(value) in (list, dict) else "text"
            return f"`{name}` must be text in a V1_0 event; add `then: {step}`"
    if name == "aud" and value != client_id:
        return "`aud` may only be the app client id; write `aud: {from: client.id}` in the access token"
    if type(value) is str:
        return None
    if token == "id_token" and name in _NOT_COMPLEX and type(value) in (list, dict):
        return f"`{name}` can't hold a list or an object in the ID token; add `then: json`"
    rest = [value]
    while rest:
        part = rest.pop()
        if type(part) is dict:
            for key in part:
                if type(key) is not str:
                    return f"`{name}` holds an object with a key that isn't text; write the key in quotes"
            rest.extend(part.values())
        elif type(part) is list:
            for item in part:
                if type(item) not in _SCALARS:
                    return f"`{name}` holds a list of something else than text, numbers and booleans; add `then: json`"
                if type(item) is float:
                    rest.append(item)
        elif part is None:
            return f"`{name}` is or holds a null; leave it out, or write `suppress: [{name}]`"
        elif type(part) not in _SCALARS:
            return f"`{name}` holds something that isn't JSON; add `then: text`"
        elif type(part) is float and not -_INFINITE < part < _INFINITE:
            return f"`{name}` holds a number that isn't finite; leave it out, or write `suppress: [{name}]`"
    return None


def scope_problem(scope: object) -> str | None:
    """Say why a scope can't be added, or None if it can (RFC 6749 section 3.3; API Reference, ScopeType)."""
    if (
        type(scope) is str
        and 0 < len(scope) <= MAX_SCOPE
        and scope.isascii()
        and scope.isprintable()
        and not (" " in scope or '"' in scope or "\\" in scope)
    ):
        return None
    return "a scope is 1 to 256 visible ASCII characters without quotes and backslashes; write it like `orders/read`"


def group_problem(name: object) -> str | None:
    """Say why a group can't have this name, or None if it can (API Reference, CreateGroup, GroupName)."""
    # What Python calls printable is, the blank aside, the pattern's letters, marks, symbols, numbers and punctuation.
    if type(name) is str and 0 < len(name) <= MAX_GROUP_NAME and name.isprintable() and " " not in name:
        return None
    return "a group name is 1 to 128 characters without blanks; write it like `order-admins`"
