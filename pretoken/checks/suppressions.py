"""Claims that one rule suppresses and another writes."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.policy.conflicts import check_conflicts
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At, Report


@check(
    "error",
    gain="the rule that writes the claim promises too much: the claim is in no token",
    cure="let the two conditions exclude each other",
)
def claim_suppressed_elsewhere(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a claim that one rule suppresses and another writes for the same token.

    A suppressed claim stays away, whatever another rule writes, so the rule that writes it promises too much.
    The policy doesn't load until the two conditions exclude each other, or the suppression is accepted.

    Bad:

    ```yaml
    rules:
      greeting:
        id_token: {claims: {nickname: {from: attribute.given_name}}}
      slim:
        when: {client: web}
        id_token: {suppress: [nickname]}
    ```

    Good:

    ```yaml
    rules:
      greeting:
        when: {not: {client: web}}
        id_token: {claims: {nickname: {from: attribute.given_name}}}
      slim:
        when: {client: web}
        id_token: {suppress: [nickname]}
    ```

    Source: the rule language, on claims: a claim that any rule suppresses is suppressed.
    """
    policy = loaded.policy
    rules = policy.rules
    if any(accepted.finding == "claim-suppressed-elsewhere" for rule in rules.values() for accepted in rule.accept):
        # What isn't accepted was an error when the policy was loaded, so this finds what is.
        bare = {name: rule.model_copy(update={"accept": ()}) for name, rule in rules.items()}
        suppressions = _Suppressions(loaded)
        check_conflicts(policy.model_copy(update={"rules": bare}), suppressions)
        for at, message in suppressions.found:
            _, rule, token, _, number = at
            claim = getattr(rules[str(rule)], str(token)).suppress[number]
            what, _, cure = message.partition("; ")
            yield Doubt(("rules", rule, token, "suppress", claim), what, cure)


class _Suppressions(Report):
    def __init__(self, loaded: LoadedPolicy) -> None:
        super().__init__(lambda at, _key: loaded.place(at))
        self.found: list[tuple[At, str]] = []

    def add(self, name: str, at: At, message: str, *, key: bool = False) -> None:
        """Keep what this check finds; a sound policy has no other conflicts."""
        del name, key
        self.found.append((at, message))
