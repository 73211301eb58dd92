"""Scopes that are computed."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.steps import Keep, Prefer, Step, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import From, Leaf, Tailed, Template
from pretoken.policy.walk import members_of, placeholders

_FEW = ("principal", "client", "scopes")
"""Inputs that are constants of the policy, or that Cognito itself has allowed for the client."""


@check(
    "warning",
    gain="whoever writes the input, or a mistake there, grants any scope, `aws.cognito.signin.user.admin` too",
    cure="say which scopes there are: `then: {keep: [orders/read]}`",
)
def unbounded_scopes(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report scopes that come from an input, so that no reviewer can say which ones there will be.

    Cognito puts any scope into the token that the trigger adds, even one that no resource server has.
    Whoever can write the input, or a mistake in that table, could then grant `aws.cognito.signin.user.admin`.

    These bound a value: a `table`, `prefer`, `keep` with constants, or the actions of `verified_permissions`.
    So does a `keep` with constants beside `add`.
    A `scopes:` in pool.yaml says for the whole policy which ones exist.

    Bad:

    ```yaml
    rules:
      user-scopes:
        access_token: {scopes: {add: {from: lookup.user.scopes}}}
    ```

    Good:

    ```yaml
    rules:
      user-scopes:
        access_token: {scopes: {add: {from: lookup.user.scopes, then: {keep: [orders/read, orders/write]}}}}
      role-scopes:
        access_token: {scopes: {add: {from: groups, then: {table: {admins: [orders/read, orders/write]}}}}}
    ```

    Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger", on `scopesToAdd`.
    """
    policy = loaded.policy
    if policy.pool.scopes is not None:
        return
    bounds = _Bounds(policy)
    for name, rule in policy.rules.items():
        scopes = rule.access_token.scopes if rule.access_token is not None else None
        if scopes is None or scopes.add is None or (scopes.keep is not None and names_constants(scopes.keep)):
            continue
        unbounded = sorted(bounds.unbounded(scopes.add))
        if unbounded:
            at: At = ("rules", name, "access_token", "scopes", "add")
            message = f"{shown(at)} adds any scope that {listed(unbounded)} can hold"
            cure = (
                "say which ones there are with `then: {keep: [orders/read]}`, "
                "or for all rules in pool.yaml with `scopes: {prefix: orders/}`"
            )
            yield Doubt(at, message, cure)


def names_constants(test: Test) -> bool:
    """Tell whether a test admits nothing but constants of the policy."""
    return all(map(names_constants, test)) if isinstance(test, tuple) else not isinstance(test, Operators)


class _Bounds:
    """Find the inputs that can make a value anything."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._paths: dict[str, frozenset[str]] = {}

    def unbounded(self, value: Leaf) -> frozenset[str]:
        """Give these inputs; none if the value is one of the policy's constants."""
        if not isinstance(value, Tailed) or any(map(_bounds, value.then)):
            return frozenset()
        if value.one_of is not None and not self._path(value.one_of):
            return frozenset()
        inputs = {value.from_} if isinstance(value, From) else set()
        if isinstance(value, Template):
            inputs.update(placeholders(value.template))
        members = [self.unbounded(member) for _, member in members_of(value)]
        return frozenset().union(*members, *map(self._path, inputs))

    def _path(self, path: str) -> frozenset[str]:
        if path not in self._paths:
            root, _, name = path.partition(".")
            if root == "derived":
                self._paths[path] = self.unbounded(self._policy.derived[name])
            else:
                bounded = path in _FEW or root == "variable" or self._is_actions(path)
                self._paths[path] = frozenset() if bounded else frozenset({path})
        return self._paths[path]

    def _is_actions(self, path: str) -> bool:
        root, lookup, *_ = f"{path}.".split(".")
        return root == "lookup" and self._policy.pool.lookups[lookup].verified_permissions is not None


def _bounds(step: Step) -> bool:
    return isinstance(step, (Table, Prefer)) or (isinstance(step, Keep) and names_constants(step.keep))
