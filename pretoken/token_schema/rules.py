"""Which rules act on tokens of one kind: those that can apply, and those that act in every such event."""

from pretoken.policy.policy import Policy
from pretoken.policy.rules import Edit, Rule
from pretoken.policy.steps import Join
from pretoken.policy.values import Leaf
from pretoken.policy.walk import effects_of, inputs_of, walk_value
from pretoken.policy.writers import Writer, writers_of
from pretoken.token_schema.kinds import Kind
from pretoken.token_schema.values import Values
from pretoken.trigger.outcomes import ABSENT

_NEVER_FAIL = ("principal", "client", "client.id", "pool.id", "username", "groups", "iam_roles", "attribute.sub")
_CAN_FAIL = ("only", "email_domain")


class Rules:
    """Tell which rules of a policy act on tokens of one kind, whatever fails.

    Attributes:
        applying: the rules that can apply.
        certain: the names of those that apply or are in doubt in every such event, so that what they take away is gone.
        writers: who writes which claim of the access token, of the rules that can apply.

    """

    def __init__(self, policy: Policy, kind: Kind, values: Values) -> None:
        self._policy = policy
        self._kind = kind
        self._values = values
        self._truths = {
            name: frozenset({True}) if rule.when is None else values.possible.condition(rule.when)
            for name, rule in policy.rules.items()
        }
        self.applying = {name: rule for name, rule in policy.rules.items() if True in self._truths[name]}
        self.certain = frozenset(name for name, truths in self._truths.items() if False not in truths)
        self.writers: dict[str, list[Writer]] = {}
        for name, rule in self.applying.items() if kind.reached != "never" else ():
            for writer in writers_of(name, rule, policy):
                if writer.token == "access_token":
                    self.writers.setdefault(writer.claim, []).append(writer)

    def alone(self) -> Policy:
        """Give the policy with the rules alone that can apply; what is certain of a rule needs no condition."""
        certain = self.certain if self._kind.reached == "always" else frozenset()
        rules = {
            name: rule.model_copy(update={"when": None}) if name in certain else rule
            for name, rule in self.applying.items()
        }
        return self._policy.model_copy(update={"rules": rules})

    def edits(self, name: str) -> dict[str, Edit]:
        """Give the edits of `scopes` or `groups` by the rules that can apply, by the rule's name."""
        every = [(rule, place, effect) for rule, part in self.applying.items() for place, effect in effects_of(part)]
        return {rule: effect for rule, place, effect in every if place[-1] == name and isinstance(effect, Edit)}

    @property
    def deny(self) -> bool:
        """Tell whether some rule refuses every such sign-in."""
        asked = self._kind.principal == "user" or self._kind.reached == "always"
        return asked and any(self._policy.rules[name].deny is not None for name in self.certain)

    @property
    def suppressed(self) -> frozenset[str]:
        """The claims that no such access token has, since a rule suppresses them."""
        if self._kind.reached != "always":
            return frozenset()
        tokens = [self._policy.rules[name].access_token for name in self.certain]
        return frozenset().union(*(token.suppress for token in tokens if token is not None))

    def always_write(self, claim: str) -> bool:
        """Tell whether every such access token has a claim, whatever fails."""
        writers = self.writers.get(claim, [])
        if self._kind.reached != "always" or len(writers) != 1 or writers[0].leaf:
            return False
        name, value = writers[0].rule, writers[0].value
        rule = self._policy.rules[name]
        if False in self._truths[name] or ABSENT in self._values.possible.value(value):
            return False
        # A rule that denies on failure either writes its claims, or there is no token.
        known = rule.on_failure == "deny" or (self._is_decided(rule) and self._never_fails(value))
        return known and not any(self._takes(other, claim) for other in self._policy.rules if other != name)

    def _takes(self, name: str, claim: str) -> bool:
        """Tell whether a rule can take a claim away, be it that the rule is in doubt."""
        rule = self._policy.rules[name]
        token = rule.access_token
        if token is None or claim not in (*token.claims, *token.suppress):
            return False
        return True in self._truths[name] or not self._is_decided(rule)

    def _is_decided(self, rule: Rule) -> bool:
        """Tell whether the condition of a rule is known whatever fails."""
        return rule.when is None or self._are_known(inputs_of(rule.when, self._policy))

    def _never_fails(self, value: Leaf) -> bool:
        steps = [part.item for part in walk_value(value, ()) if part.kind == "step"]
        can_fail = any(step in _CAN_FAIL or isinstance(step, Join) for step in steps)
        return not can_fail and self._are_known(inputs_of(value, self._policy))

    @staticmethod
    def _are_known(paths: frozenset[str]) -> bool:
        return all(path in _NEVER_FAIL or path.startswith("variable.") for path in paths)
