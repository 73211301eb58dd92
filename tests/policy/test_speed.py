"""Large policies load fast."""

import time

from tests.policy.conftest import POOL, Load


def best_of(load: Load, rules: str, pool: str = POOL) -> float:
    """Measure loading, the best of two."""
    times = []
    for _ in range(2):
        start = time.process_time()
        load(rules, pool=pool)
        times.append(time.process_time() - start)
    return min(times)


def test_a_thousand_rules_load_in_time(load: Load) -> None:
    """Reading, models and all checks; about half a second where the budget is 1.5."""
    rules = "".join(
        f"  r{number}:\n"
        f"    when: {{client: web, groups: g{number}}}\n"
        f"    access_token:\n"
        f"      claims: {{c{number}: {{from: attribute.name, then: [lower, trim]}}, all: {{add: [p{number}]}}}}\n"
        f"      scopes: {{add: [s/{number}]}}\n"
        for number in range(1000)
    )
    assert best_of(load, f"rules:\n{rules}") < 1.5


def test_a_thousand_writers_of_one_claim_are_not_compared_pair_by_pair(load: Load) -> None:
    """One rule for each provider is a usual policy."""
    clients = ", ".join(f"c{number}: id{number}" for number in range(1000))
    pool = POOL.replace("clients: {", f"clients: {{{clients}, ")
    rules = "".join(
        f"  r{number}:\n"
        f"    when: {{principal: user, client: c{number}}}\n"
        f"    access_token: {{claims: {{tenant: t{number}}}}}\n"
        for number in range(1000)
    )
    assert best_of(load, f"rules:\n{rules}", pool) < 1.5
