"""What inputs can be: by their types, by what pool.yaml declares, and by Cognito's own limits."""

import math

from pretoken.checks.sizes.inputs import COGNITO_SCOPES, POOL_ID
from pretoken.cognito.contract import MAX_GROUP_NAME, MAX_SCOPE
from pretoken.policy.constants import Constant
from pretoken.policy.fields import Attribute, Field_
from pretoken.policy.pool import Pool
from pretoken.policy.tests import Operators, Test
from pretoken.policy.variables import possible_texts
from pretoken.token_schema.kinds import Kind
from pretoken.token_schema.shapes import BOOLEAN, OBJECT, Lists, Plain, Shape, listed
from pretoken.token_schema.texts import Texts, both, either, unknown, without
from pretoken.trigger.inputs import STANDARD_ATTRIBUTES, split_path
from pretoken.trigger.tests import SAFE_AS
from pretoken.trigger.text import parts_of

PROVIDER_GROUP = "^[A-Za-z0-9-]+_[A-Za-z0-9]+_"
"""How the group begins that Cognito makes for an identity provider: the pool's id, and `_`."""
_PROVIDER_NAME = 32
_SCOPE = f"^{SAFE_AS['scope'].pattern}$"
ANY_SCOPE = unknown(MAX_SCOPE, pattern=_SCOPE)
ANY_GROUP = unknown(MAX_GROUP_NAME)
_TEXT_LISTS = ("iam_roles", "identity_providers")
_FIXED: dict[str, Shape] = {
    "pool.id": unknown(POOL_ID),
    "username": unknown(),
    "attribute.sub": unknown(),
    "attribute.cognito:user_status": unknown(),
    "attribute.email_verified": BOOLEAN,
    "attribute.phone_number_verified": BOOLEAN,
}
_DATE = unknown(10, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_TIME = Plain("integer", least=0, most=10**11 - 1)


class Inputs:
    """Tell what a pool's inputs and constants can be in events of one kind; of derived values the policy tells."""

    def __init__(self, pool: Pool, kind: Kind) -> None:
        self.pool = pool
        self._kind = kind

    def text(self, constant: str) -> Texts:
        """Give the texts that a text constant can be, with its variables."""
        texts = possible_texts(constant, self.pool)
        if texts is not None:
            return Texts(frozenset(texts))
        first, text = parts_of(constant)[0]
        return unknown(prefix=text if first == "text" else "")

    def constant(self, constant: Constant) -> Shape:
        """Give the shape of a constant."""
        if isinstance(constant, tuple):
            return listed(map(self.constant, constant), twice="$" in f"{constant}")
        if isinstance(constant, str):
            return self.text(constant)
        return Plain("boolean" if isinstance(constant, bool) else "number", frozenset({constant}))

    def path(self, path: str) -> Shape:
        """Give the shape of an input that isn't derived."""
        if path in _FIXED:
            return _FIXED[path]
        if path in _TEXT_LISTS:
            return Lists(unknown(), math.inf)
        if path in ("groups", "scopes"):
            return Lists(self.listed(path), math.inf)
        if path == "principal":
            return Texts(frozenset({self._kind.principal}))
        if path == "client":
            return Texts(frozenset({self._kind.client or ""}))
        if path == "client.id":
            return unknown() if self._kind.ids is None else Texts(frozenset(self._kind.ids))
        root, name = split_path(path)
        if root == "variable":
            return self.text(f"${{{name}}}")
        if root == "lookup":
            return self._field(*split_path(name))
        return _by_type(self.pool.metadata[name] if root == "metadata" else self._attribute(name))

    def _attribute(self, name: str) -> Attribute:
        declared = self.pool.attributes.get(name) or Attribute()
        standard = STANDARD_ATTRIBUTES.get(name)
        return declared if standard is None else declared.model_copy(update={"type": standard.type})

    def _field(self, lookup: str, field: str) -> Shape:
        declared = self.pool.lookups[lookup]
        if declared.verified_permissions is not None:
            return self.constant(declared.verified_permissions.actions)
        return _by_type(declared.fields[field])

    def listed(self, name: str) -> Texts:
        """Give the groups or scopes that Cognito itself puts into tokens, as pool.yaml says which there are."""
        declared: Test | None = getattr(self.pool, name)
        if name == "scopes":
            if declared is None:
                return ANY_SCOPE
            return both(either((self.passing(declared), Texts(COGNITO_SCOPES))), ANY_SCOPE)
        if declared is None:
            return ANY_GROUP
        of_provider = unknown(POOL_ID + 1 + _PROVIDER_NAME, pattern=PROVIDER_GROUP)
        return both(either((self.passing(declared), of_provider)), ANY_GROUP)

    def passing(self, test: Test) -> Texts:
        """Give the texts that pass a test, and perhaps more; which are in a list of the event isn't asked."""
        if isinstance(test, tuple):
            return either(map(self.passing, test))
        if not isinstance(test, Operators):
            return self.text(str(test))
        found = unknown()
        if test.prefix is not None:
            prefixes = possible_texts(test.prefix, self.pool) or ("",)
            found = either(unknown(prefix=prefix) for prefix in prefixes)
        if test.safe_as is not None:
            found = both(found, unknown(pattern=f"^{SAFE_AS[test.safe_as].pattern}$"))
        if test.from_identity_provider:
            found = both(found, unknown(pattern=PROVIDER_GROUP))
        return found if test.not_ is None else without(found, self.certain(test.not_))

    def certain(self, test: Test) -> frozenset[str]:
        """Give texts that pass a test for certain: its constants, once their variables are known."""
        if isinstance(test, tuple):
            return frozenset[str]().union(*map(self.certain, test))
        if isinstance(test, Operators):
            return frozenset()
        texts = possible_texts(str(test), self.pool) or ()
        return frozenset(texts) if len(texts) == 1 else frozenset()


def _by_type(declared: Field_) -> Shape:
    if declared.type == "strings":
        return Lists(unknown(declared.max_length), declared.max_items or math.inf)
    if declared.type == "string":
        return unknown(declared.max_length)
    shapes: dict[str, Shape] = {
        "number": Plain("number"),
        "boolean": BOOLEAN,
        "date": _DATE,
        "time": _TIME,
        "object": OBJECT,
    }
    return shapes[declared.type]
