"""Loading takes work that grows with the policy, and no faster."""

import sys
from types import FrameType

from tests.policy.conftest import POOL, Load


def calls(load: Load, rules: str, pool: str = POOL) -> int:
    """Count the function calls that loading takes."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        load(f"rules:\n{rules}", pool=pool)
    finally:
        sys.setprofile(None)
    return count


def test_ten_times_the_rules_take_ten_times_the_work(load: Load) -> None:
    """Reading, models and all checks."""

    def rules(many: int) -> str:
        return "".join(
            f"  r{number}:\n"
            f"    when: {{client: web, groups: g{number}}}\n"
            f"    access_token:\n"
            f"      claims: {{c{number}: {{from: attribute.name, then: [lower, trim]}}, all: {{add: [p{number}]}}}}\n"
            f"      scopes: {{add: [s/{number}]}}\n"
            for number in range(many)
        )

    assert calls(load, rules(200)) < 11 * calls(load, rules(20))


def test_writers_of_one_claim_are_not_compared_pair_by_pair(load: Load) -> None:
    """One rule for each provider is a usual policy."""

    def work(many: int) -> int:
        clients = ", ".join(f"c{number}: id{number}" for number in range(many))
        rules = "".join(
            f"  r{number}:\n"
            f"    when: {{principal: user, client: c{number}}}\n"
            f"    access_token: {{claims: {{tenant: t{number}}}}}\n"
            for number in range(many)
        )
        return calls(load, rules, POOL.replace("clients: {", f"clients: {{{clients}, "))

    assert work(200) < 11 * work(20)


def test_writers_of_one_claim_for_ranges_are_not_compared_pair_by_pair(load: Load) -> None:
    """One rule for each range of a number."""

    def work(many: int) -> int:
        rules = "".join(
            f"  r{number}:\n"
            f"    when: {{lookup.user.age: {{at_least: {number}, below: {number + 1}}}}}\n"
            f"    access_token: {{claims: {{tenant: t{number}}}}}\n"
            for number in range(many)
        )
        return calls(load, rules)

    assert work(200) < 11 * work(20)


def test_derived_tests_that_use_each_other_twice_are_looked_at_once(load: Load) -> None:
    """Two ways to each of 40 tests are a million million ways to the first."""
    derived = "".join(
        f"  t{number}: {{test: {{all: [{{derived.t{number - 1}: true}}, {{derived.t{number - 1}: true}}]}}}}\n"
        for number in range(1, 40)
    )
    rules = (
        "  a: {when: {derived.t39: true}, access_token: {claims: {a: b}}}\n"
        "  b: {when: {client: worker}, access_token: {claims: {a: c}}}\n"
        f"derived:\n  t0: {{test: {{client: web}}}}\n{derived}"
    )
    assert calls(load, rules) < 100_000
