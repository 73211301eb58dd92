"""Pseudonyms that are written."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.steps import Pseudonym
from pretoken.policy.values import Leaf
from pretoken.policy.walk import inputs_in, walk_value
from pretoken.policy.writers import values_of


@check(
    "notice",
    gain="whoever reads the pseudonym reads `sub` too, and joins what is known under both",
    cure="leave it out, or let readers use `sub`",
)
def pseudonym_beside_sub(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a pseudonym in a token, where `sub` beside it says who it is.

    Every token of a user carries `sub`, which no trigger can take out, and so does every encrypted message.
    Whoever reads the pseudonym reads `sub` too, can join what is known under both, and needs no secret for it.
    A pseudonym still serves to name the user as another system does, or somebody else than the user.

    Bad:

    ```yaml
    rules:
      statistics:
        id_token: {claims: {statistics_id: {from: attribute.sub, then: {pseudonym: analytics}}}}
    ```

    Good:

    ```yaml
    rules:
      statistics:
        id_token: {claims: {statistics_group: {from: groups, then: {prefer: [staff, customers]}}}}
    ```

    Source: OpenID Connect Core 1.0 section 2, on `sub`.
    """
    policy = loaded.policy
    derived: dict[str, bool] = {}
    for name in policy.rules:
        for at, value in values_of(name, policy):
            if _has_pseudonym(value, policy, derived):
                message = f"{shown(at)} is a pseudonym beside `sub`, which says who it is"
                yield Doubt(at, message, "leave it out, or let readers use `sub`", key=True)


def _has_pseudonym(value: Leaf, policy: Policy, derived: dict[str, bool]) -> bool:
    """Tell whether a value is made with a pseudonym, `derived` being what is known of derived values."""
    parts = list(walk_value(value, ()))
    if any(isinstance(part.item, Pseudonym) for part in parts):
        return True
    names = [path.removeprefix("derived.") for path in inputs_in(iter(parts)) if path.startswith("derived.")]
    for name in names:
        if name not in derived:
            derived[name] = _has_pseudonym(policy.derived[name], policy, derived)
    return any(derived[name] for name in names)
