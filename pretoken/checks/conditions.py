"""Conditions that nobody meets."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.conditions import Condition
from pretoken.policy.errors import typed
from pretoken.policy.exclusion import Exclusion, Known
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.tests import Operators
from pretoken.policy.walk import walk

_MACHINE: frozenset[Known] = frozenset({("text", "machine")})


@check(
    "warning",
    gain="nobody gets what the rule gives, and everybody passes what it should stop",
    cure="take one of the tests out, or put them under `any`",
)
def never_true(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a condition or test that can't hold, so that its rule never applies.

    Found are tests of one input that exclude each other, `domain` with an `@`, and machines where none can come.
    A rule that never applies gives nobody a right; but one that should deny or remove, lets everybody through.

    Machines have events of version V3_0 only.
    `domain` is compared with what follows the last `@` of an address.

    Bad:

    ```yaml
    rules:
      staff:
        when: {attribute.email: {domain: "@example.com"}}
        groups: {add: [staff]}
    ```

    Good:

    ```yaml
    rules:
      staff:
        when: {attribute.email: {domain: example.com}, attribute.email_verified: true}
        groups: {add: [staff]}
    ```

    Source: the rule language, on tests; Amazon Cognito Developer Guide, "Pre token generation Lambda trigger".
    """
    policy = loaded.policy
    never = _Never(policy)
    found: At | None = None
    for part in walk(policy):
        if part.kind == "test" and isinstance(part.item, Operators):
            for domain in part.item.domain or ():
                if "@" in domain:
                    at = (*part.at, "domain")
                    cure = f"write `domain: {typed(domain.rpartition('@')[2]) or 'example.com'}`"
                    yield Doubt(at, f"no domain has an `@`, so {shown(at)} is never true", cure)
        elif part.kind == "condition" and (found is None or part.at[: len(found)] != found):
            reason = never.reason(part.item)
            if reason is not None:
                found = part.at
                what, cure = reason
                yield Doubt(part.at, f"{shown(part.at)} is never true: {what}", cure)


class _Never:
    def __init__(self, policy: Policy) -> None:
        self._exclusion = Exclusion(policy)
        self._has_machines = "V3_0" in policy.pool.trigger

    def reason(self, condition: Condition) -> tuple[str, str] | None:
        """Say why a condition can't hold, and the cure; None if it perhaps can."""
        reason = self._exclusion.reason(condition, condition)
        if reason is not None:
            return reason, "take one of the tests out, or put them under `any`"
        for path, test in condition.tests.items() if not self._has_machines else ():
            if path == "principal" and self._exclusion.constants(path, test) == _MACHINE:
                return "machines come with version V3_0 alone", "leave it out, or write in pool.yaml `trigger: V3_0`"
        return None
