"""How large tokens can get: what Cognito itself writes, what rules make of it, and what they add."""

import json
import math
from collections.abc import Iterator
from typing import NamedTuple

from pretoken.checks.sizes.bound import Bound, as_list, as_text, items, narrowed
from pretoken.checks.sizes.claims import Claim, Claims, Share, largest, own
from pretoken.checks.sizes.costs import ANY, ENDLESS, VISIBLE, Costs, cost_of, times
from pretoken.checks.sizes.inputs import CLIENT_ID, POOL_ID, SUB
from pretoken.checks.sizes.values import Values, key_cost
from pretoken.cognito.contract import MAX_GROUP_NAME, MAX_SCOPE
from pretoken.cognito.events import Event
from pretoken.cognito.tokens import default_tokens, signed_bytes
from pretoken.policy.errors import named, quoted
from pretoken.policy.policy import Policy
from pretoken.policy.rules import Edit, Rule
from pretoken.policy.tests import Operators
from pretoken.policy.walk import effects_of
from pretoken.policy.writers import Writer, writers_of

_LISTS = {"groups": "cognito:groups", "iam_roles": "cognito:roles", "scopes": "scope"}
_ITEM: dict[str, Costs] = {
    "groups": times(ANY, MAX_GROUP_NAME),
    "iam_roles": ENDLESS,
    "scopes": times(VISIBLE, MAX_SCOPE),
}
"""The longest items that Cognito lets a trigger add."""
_DEVICE_KEY = 55
_AT_HASH = 22
_NOW = 99_999_990_000  # eleven digits, the token's lifetime later as well
_ONLY_PROVIDERS = Operators(from_identity_provider=True)


class TokenBound(NamedTuple):
    """How large a token can get, signed, with its claims; infinite if something in it has no bound."""

    size: float
    claims: dict[str, Claim]

    @property
    def shares(self) -> list[Share]:
        """What it is made of, in bytes of the token, the largest first."""
        every = [Share(share.size * 4 / 3, share.who) for claim in self.claims.values() for share in claim.shares]
        return sorted(every, key=lambda share: (-share.size, share.who))

    @property
    def gaps(self) -> list[str]:
        """Why it has no bound."""
        return sorted(frozenset[str]().union(*(claim.gaps for claim in self.claims.values())))


class Tokens:
    """Tell how large the tokens of a policy can get."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._values = Values(policy)
        self._claims = Claims(policy.pool, self._values)
        self._writers: dict[str, dict[str, list[Writer]]] = {"access_token": {}, "id_token": {}}
        self._edits: dict[str, list[tuple[str, Edit, bool]]] = {name: [] for name in _LISTS}
        self._suppressed: dict[str, set[str]] = {"access_token": set(), "id_token": set()}
        for name, rule in policy.rules.items():
            self._read(name, rule)

    def _read(self, name: str, rule: Rule) -> None:
        for writer in writers_of(name, rule, self._policy):
            self._writers[writer.token].setdefault(writer.claim, []).append(writer)
        # What a rule takes away is gone for certain if it always applies, and V1_0 events keep their access token.
        always = rule.when is None
        in_all_versions = "V1_0" not in self._policy.pool.trigger
        for place, effect in effects_of(rule):
            if isinstance(effect, Edit):
                list_ = str(place[-1])
                self._edits[list_].append((name, effect, always and (list_ != "scopes" or in_all_versions)))
            elif always and (place[0] == "id_token" or in_all_versions):
                self._suppressed[str(place[0])].update(effect.suppress)

    def bound(self, token: str, *, is_machine: bool = False) -> TokenBound:
        """Give the bound of the access token or the ID token; a machine has no claims of users."""
        claims = dict(self._native(token, is_machine=is_machine))
        for name, writers in self._writers[token].items():
            written = self._claims.written(writers)
            claims[name] = largest((written, claims.get(name, written)))
        for name in self._suppressed[token]:
            gone = ("cognito:groups", "cognito:roles", "cognito:preferred_role")
            for claim in gone if name == "cognito:groups" else (name,):
                claims.pop(claim, None)
        payload = 2 + sum(key_cost(name)[0] + claim.size for name, claim in claims.items())
        return TokenBound(payload if math.isinf(payload) else signed_bytes(math.ceil(payload)), claims)

    def _native(self, token: str, *, is_machine: bool) -> Iterator[tuple[str, Claim]]:
        """Give the claims that Cognito itself writes, as rules leave them."""
        pool, sub = f"{'p' * (POOL_ID - 10)}_{'p' * 9}", {"sub": "s" * SUB}
        event = Event({}, "V3_0", "c" * CLIENT_ID, pool, None, dict(sub), {}, [], [], None, [], is_machine=is_machine)
        default = getattr(default_tokens(event, _NOW), token)
        for name, value in default.items():
            yield name, own(name, cost_of(value)[0] + 2 if isinstance(value, str) else len(json.dumps(value)))
        if token == "access_token":
            yield "scope", self._list("scopes")[0]
        if is_machine:
            return
        username = "username" if token == "access_token" else "cognito:username"
        yield username, own(username, self._values.path("username").in_json[0])
        yield "cognito:groups", self._list("groups")[0]
        if token == "access_token":
            yield "device_key", own("device_key", _DEVICE_KEY + 2)
            return
        roles, bound = self._list("iam_roles")
        yield "cognito:roles", roles
        yield "cognito:preferred_role", own("cognito:preferred_role", as_text(bound).in_json[0])  # one of them
        yield "at_hash", own("at_hash", _AT_HASH + 2)
        for name in self._policy.pool.attributes:
            yield name, own(name, self._values.inputs.attribute_text(name).in_json[0])

    def _list(self, name: str) -> tuple[Claim, Bound]:
        """Give the bound of a list that rules edit, as a claim and as it is."""
        edits, values = self._edits[name], self._values
        cognitos = not any(always and edit.remove == _ONLY_PROVIDERS for _, edit, always in edits)
        native = values.inputs.listed(name, provider_groups=cognitos)
        claim, bounds = _LISTS[name], [native]
        shares = [Share(_size(name, native), f"Cognito's own {quoted(claim)}")]
        for rule, edit, _ in edits:
            if edit.add is not None:
                bounds.append(narrowed(as_list(values.value(edit.add)), items(_ITEM[name], math.inf)))
                shares.append(Share(_size(name, bounds[-1]), f"{quoted(claim)} of rule {named(rule)}"))
        bound = values.union(bounds)
        for rule, edit, always in edits:
            if always and edit.keep is not None:
                kept = narrowed(bound, values.passing(edit.keep))
                if kept.total < bound.total:
                    bound, shares = kept, [Share(_size(name, kept), f"{quoted(claim)} as rule {named(rule)} keeps it")]
        size = _size(name, bound)
        return Claim(size, tuple(shares), bound.gaps if math.isinf(size) else frozenset()), bound


def _size(name: str, bound: Bound) -> float:
    """Give the bytes of a list as a claim: scopes are one text."""
    return bound.total[0] + bound.many + 2 if name == "scopes" else bound.in_json[0]
