"""How large inputs can get: by Cognito's own limits, and by what pool.yaml declares."""

import math

from pretoken.checks.sizes.bound import Bound, as_text, items, plain, text
from pretoken.checks.sizes.costs import ANY, ENDLESS, PLAIN, VISIBLE, Costs, added, cost_of, least, most, times
from pretoken.cognito.contract import MAX_GROUP_NAME, MAX_SCOPE
from pretoken.policy.errors import quoted
from pretoken.policy.fields import Attribute, Field_
from pretoken.policy.pool import Pool
from pretoken.policy.tests import Operators, Test
from pretoken.trigger.inputs import STANDARD_ATTRIBUTES, split_path
from pretoken.trigger.reading import LONGEST
from pretoken.trigger.text import parts_of

# Amazon Cognito API Reference, and the page "Quotas in Amazon Cognito".
USERNAME = 128
GROUPS = 100
"""Groups of a user."""
_SCOPES = 50  # of an app client
CLIENT_ID = 128
POOL_ID = 55
_LINKED = 6  # identities: the user's own, and five linked ones
_PROVIDER_NAME = 32
SUB = 36  # a UUID
_STATUS = 32  # the longest one is FORCE_CHANGE_PASSWORD
_ROLE_ARN = 37 + 512 + 64  # IAM's limits: `arn:aws-us-gov:iam::123456789012:role`, the path, the name
_SCALAR_TEXT = 64  # in which a number, boolean or time is read
_VARIABLE = 256  # as the language has it

NUMBER = plain(times(PLAIN, 24))
"""The longest is -2.2250738585072014e-308."""
BOOLEAN = plain(times(PLAIN, 5))
DATE = text(times(PLAIN, 10))
_TIME = plain(times(PLAIN, 11))  # seconds below 10¹¹
ROLE = text(times(VISIBLE, _ROLE_ARN))
COGNITO_SCOPES = frozenset({"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"})
"""The scopes that are Cognito's own."""

_FIXED = {
    "principal": text(times(PLAIN, 7)),
    "client.id": text(times(PLAIN, CLIENT_ID)),
    "pool.id": text(times(PLAIN, POOL_ID)),
    "username": text(times(ANY, USERNAME)),
    "identity_providers": items(times(ANY, _PROVIDER_NAME), _LINKED),
    "attribute.sub": text(times(PLAIN, SUB)),
    "attribute.email_verified": BOOLEAN,
    "attribute.phone_number_verified": BOOLEAN,
    "attribute.cognito:user_status": text(times(PLAIN, _STATUS)),
}


class Inputs:
    """Tell how large a pool's inputs and texts can get; of derived values the policy tells."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._texts: dict[str, Costs] = {}

    def text(self, text: str) -> Costs:
        """Give the cost of a text constant, with its variables."""
        if text not in self._texts:
            parts = [self.variable(part) if kind == "variable" else cost_of(part) for kind, part in parts_of(text)]
            self._texts[text] = added(*parts)
        return self._texts[text]

    def variable(self, name: str) -> Costs:
        """Give the cost of a variable's value."""
        allowed = self._pool.variables[name]
        return times(ANY, _VARIABLE) if isinstance(allowed, str) else most(map(cost_of, allowed))

    def few(self, texts: frozenset[str]) -> Bound:
        """Give the bound of a list of some of these constants, each at most once."""
        costs = [self.text(text) for text in texts]
        return Bound("list", most(costs), len(costs), added(*costs), texts)

    def path(self, path: str) -> Bound:
        """Give the bound of an input that isn't derived."""
        if path in _FIXED:
            return _FIXED[path]
        if path == "client":
            return as_text(self.few(frozenset(self._pool.clients)))
        if path in ("groups", "scopes", "iam_roles"):
            return self.listed(path)
        root, name = split_path(path)
        if root == "variable":
            return text(self.variable(name))
        if root == "lookup":
            return self._field(path, *split_path(name))
        if root == "metadata":
            return _by_type(path, self._pool.metadata[name])
        declared = self._attribute(name)
        return _attribute_list(declared) if declared.type == "strings" else _by_type(path, declared)

    def _attribute(self, name: str) -> Attribute:
        declared = self._pool.attributes.get(name) or Attribute()
        standard = STANDARD_ATTRIBUTES.get(name)
        return declared if standard is None else declared.model_copy(update={"type": standard.type})

    def attribute_text(self, name: str) -> Bound:
        """Give the bound of an attribute as Cognito itself writes it into the ID token: as it came, mostly text."""
        declared = self._attribute(name)
        if name == "address":
            return plain(added(times(PLAIN, len('{"formatted":""}')), times(ANY, declared.max_length)))
        if declared.type == "date":
            return DATE
        if name == "updated_at":
            return NUMBER
        if declared.type == "strings" and declared.max_items:
            # At most 14 bytes for a character in whatever encoding, and quotes, a comma and a blank.
            known = times(PLAIN, declared.max_items * (14 * declared.max_length + 6) + 2)
            return text(least(known, times(ANY, LONGEST)))
        if declared.type in ("string", "object"):
            return text(times(ANY, declared.max_length))
        return text(times(ANY, LONGEST if declared.type == "strings" else _SCALAR_TEXT))

    def listed(self, name: str, *, provider_groups: bool = True) -> Bound:
        """Give the bound of a list that Cognito itself puts into tokens.

        Args:
            name: `groups`, `scopes` or `iam_roles`.
            provider_groups: whether the group may be there that Cognito makes for an identity provider.
        """
        if name == "scopes":
            scopes = constants_of(self._pool.scopes)
            return items(times(VISIBLE, MAX_SCOPE), _SCOPES) if scopes is None else self.few(scopes | COGNITO_SCOPES)
        groups = constants_of(self._pool.groups)
        if name == "iam_roles":
            return items(ROLE.item, GROUPS if groups is None else min(GROUPS, len(groups) + provider_groups))
        if groups is None:
            return items(times(ANY, MAX_GROUP_NAME), GROUPS)
        found = self.few(groups)
        if provider_groups:
            own = times(ANY, POOL_ID + 1 + _PROVIDER_NAME)
            found = Bound("list", most((found.item, own)), found.many + 1, added(found.total, own))
        return found

    def _field(self, path: str, lookup: str, field: str) -> Bound:
        declared = self._pool.lookups[lookup]
        if declared.verified_permissions is not None:
            return self.few(frozenset(declared.verified_permissions.actions))
        if declared.fields[field].type == "object":
            return plain(ENDLESS, frozenset({f"{quoted(path, 'a field')} is an object of any size"}))
        return _by_type(path, declared.fields[field])


def _attribute_list(declared: Attribute) -> Bound:
    """Give the bound of a list in an attribute, whose text Cognito bounds."""
    item = times(ANY, min(declared.max_length, LONGEST))
    count = min(declared.max_items or math.inf, (LONGEST + 1) // 2)
    return Bound("list", item, count, least(times(item, count), times(ANY, LONGEST)))


def _by_type(path: str, declared: Field_) -> Bound:
    if declared.type == "strings":
        gaps = frozenset() if declared.max_items else frozenset({f"{quoted(path, 'a list')} has no `max_items`"})
        return items(times(ANY, declared.max_length), declared.max_items or math.inf, gaps)
    if declared.type == "object":
        # Six for a character as always; numbers that are written again grow less: `1e15` is one of 18.
        return plain(times((6, 6, 6), declared.max_length))
    return {"number": NUMBER, "boolean": BOOLEAN, "date": DATE, "time": _TIME}.get(
        declared.type, text(times(ANY, declared.max_length))
    )


def constants_of(test: Test | None) -> frozenset[str] | None:
    """Give the only texts that pass a test; None if there are others."""
    if isinstance(test, tuple):
        members = [constants_of(member) for member in test]
        known = [member for member in members if member is not None]
        return frozenset().union(*known) if len(known) == len(members) else None
    return None if test is None or isinstance(test, Operators) else frozenset({str(test)})
