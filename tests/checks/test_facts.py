"""Facts about persons are counted."""

from tests.checks.conftest import POOL, Found


def test_bounds_and_beginnings_count_as_ages_do_unless_the_input_is_public(found: Found) -> None:
    """Ten bounds tell a salary."""
    tests = "[{at_least: 1}, {above: 2, below: 3}, {not: {at_most: 4}}]"
    for data, count in (("user.financial", 1), ("none", 0)):
        pool = POOL.replace("custom:n: number", f"custom:n: {{type: number, data: {data}}}")
        rules = f"rules: {{r: {{when: {{attribute.custom:n: {tests}}}, access_token: {{claims: {{a: b}}}}}}}}\n"
        assert len(found("too-many-facts", rules, pool)) == count
    rules = (
        "rules: {r: {when: {username: [{prefix: a}, {prefix: b}, {prefix: c}, {prefix: d}]}, groups: {remove: a}}}\n"
    )
    assert len(found("too-many-facts", rules)) == 1


def test_ages_are_counted_over_all_rules_each_once(found: Found) -> None:
    """The fourth one is too many, wherever it stands."""
    rules = """\
derived: {adult: {test: {attribute.birthdate: [{age_at_least: 18}, {age_at_least: 21}]}}}
rules:
  a: {when: {derived.adult: true, attribute.birthdate: {age_at_least: 18}}, access_token: {claims: {a: b}}}
  b: {when: {attribute.birthdate: {not: {age_at_least: 65}}}, access_token: {claims: {b: c}}}
"""
    assert found("too-many-facts", rules) == []
    hidden = "  c: {when: {attribute.birthdate: {age_at_least: 67}}, id_token: {claims: {c: d}}}\n"
    assert found("too-many-facts", rules + hidden) == []
    more = rules + "  c: {when: {attribute.birthdate: {age_at_least: 67}}, access_token: {claims: {c: d}}}\n"
    (text,) = found("too-many-facts", more)
    assert text.startswith("rules/a.yaml:5:50: warning[too-many-facts]: the policy tells 4 facts of")
    assert text.endswith("leave one out, such as `age_at_least: 67`")


def test_ages_count_for_the_input_under_whatever_name(found: Found) -> None:
    """A derived value that reads a date, and a `keep`, add to what is told of it."""
    rules = """\
derived:
  born: {from: attribute.birthdate}
  same: {from: derived.born, then: {keep: {age_at_least: 21}}}
rules:
  a: {when: {attribute.birthdate: {age_at_least: 18}, derived.born: {age_at_least: 16}}, access_token: {claims: {a: b}}}
  b: {when: {derived.same: {age_at_least: 30}}, access_token: {claims: {b: c}}}
"""
    assert len(found("too-many-facts", rules)) == 1
    assert found("too-many-facts", rules.replace("age_at_least: 30", "exists: true")) == []
