"""Facts about persons, and how many of them are told."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.checks.flow.context import ANYWHERE
from pretoken.checks.flow.labels import Labels
from pretoken.policy.errors import quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.steps import Keep
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import From
from pretoken.policy.walk import Part, inputs_in, walk_condition, walk_test, walk_value, with_sources
from pretoken.policy.writers import values_of

_VISIBLE = (("access_token", "claims"), ("access_token", "scopes"), ("groups", "add"))
_NARROWING = ("age_at_least", "above", "at_least", "below", "at_most", "prefix")
_FEW_FACTS = 3


@check(
    "warning",
    gain="whoever sees a few tokens learns the datum itself",
    cure="ask for few ages or bounds, the same ones in all rules",
)
def too_many_facts(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a personal input of which so many facts are told that they add up to the datum.

    `age_at_least: 18` tells little; the day on which it changes tells the birthday, and many ages tell the year.
    So do many bounds of a number, such as a salary, and many beginnings of a text.
    Three facts of one input are no finding, nor are those of inputs with `data: none`.

    What stays in ID tokens and encrypted messages isn't counted: it could be the datum itself.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {birthdate: {writable_by: admin}}
    ```

    ```yaml
    rules:
      ages:
        access_token:
          claims:
            may_watch: {test: {attribute.birthdate: {age_at_least: 12}}}
            may_drive: {test: {attribute.birthdate: {age_at_least: 18}}}
            may_drink: {test: {attribute.birthdate: {age_at_least: 21}}}
            may_rent: {test: {attribute.birthdate: {age_at_least: 25}}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {birthdate: {writable_by: admin}}
    ```

    ```yaml
    rules:
      ages:
        access_token:
          claims:
            may_drive: {test: {attribute.birthdate: {age_at_least: 18}}}
            may_drink: {test: {attribute.birthdate: {age_at_least: 21}}}
    ```

    Source: the rule language, on facts instead of data.
    """
    policy = loaded.policy
    labels = Labels(policy)
    asked: dict[str, dict[str, At]] = {}
    for path, test, at in _tests(policy):
        for fact, where in _facts(test, at):
            asked.setdefault(path, {}).setdefault(fact, where)
    for path, facts in asked.items():
        (*_, fact), (*_, at) = facts, facts.values()
        if len(facts) > _FEW_FACTS and labels.path(path, ANYWHERE, at).secrecy:
            message = f"the policy tells {len(facts)} facts of {quoted(path, 'one input')}"
            yield Doubt(at, message, f"leave one out, such as `{typed(fact)}`")


def _tests(policy: Policy) -> Iterator[tuple[str, Test, At]]:
    """Give the tests of inputs that access tokens tell of, in conditions and in `keep`."""
    for part in _reaching(policy):
        if part.kind == "condition":
            for path, test in part.item.tests.items():
                yield _origin(path, policy), test, (*part.at, path)
        elif part.kind == "value" and isinstance(part.item, From):
            for number, step in enumerate(part.item.then):
                if isinstance(step, Keep):
                    yield _origin(part.item.from_, policy), step.keep, (*part.at, "then", number, "keep")


def _reaching(policy: Policy) -> Iterator[Part]:
    """Walk over what decides access tokens: conditions, values and the derived values behind them."""
    reaching: list[Part] = []
    for name, rule in policy.rules.items():
        if rule.access_token is not None or rule.groups is not None:
            parts = [] if rule.when is None else list(walk_condition(rule.when, ("rules", name, "when")))
            for at, value in values_of(name, policy):
                if at[2:4] in _VISIBLE:
                    parts += walk_value(value, at)
            reaching += parts
    read = with_sources(inputs_in(iter(reaching)), policy)
    for name, value in policy.derived.items():
        if f"derived.{name}" in read:
            yield from walk_value(value, ("derived", name))
    yield from reaching


def _origin(path: str, policy: Policy) -> str:
    """Give the input that a path stands for, if it is a derived value that reads one."""
    value = policy.derived.get(path.removeprefix("derived.")) if path.startswith("derived.") else None
    return _origin(value.from_, policy) if isinstance(value, From) else path


def _facts(test: Test, at: At) -> Iterator[tuple[str, At]]:
    """Give the operators of a test of which many narrow a datum down."""
    for part in walk_test(test, at):
        if part.kind == "test" and isinstance(part.item, Operators):
            for name, argument in part.item.items().items():
                if name in _NARROWING:
                    yield f"{name}: {argument}", (*part.at, name)
