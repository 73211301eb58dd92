"""What rules may need of lookups, and which lookups a log line may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.fetching.needs import needs_of
from pretoken.trigger.fetching.told import told_lookups
from pretoken.trigger.plan import link
from tests.trigger.plans import KEY, claim, lookup, make_plan, pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

A, B, C = ({"from": f"lookup.{name}.string"} for name in "abc")
ASK_A, ASK_B, ASK_C = ({f"lookup.{name}.string": name} for name in "abc")
CRM = {"recipients": {"crm": {"key": KEY}}}
Needed = tuple[str, list[str], str]


def needed(rule: Mapping[str, Any], version: str = "V3_0", **parts: Any) -> list[Needed]:
    """Give the lookups behind the condition of a rule, its values and its tests, for each kind of event."""
    lookups = {"a": lookup(), "b": lookup("{lookup.a.string}"), "c": lookup()}
    declared = pool(lookups=lookups, trigger=[version], **CRM)
    plan = {"derived": {}, **make_plan({"r": rule}, pool=declared, **parts)}
    needs = needs_of(link(plan, {}).rules, plan).values()
    return [
        (_letters(one.condition), sorted(_letters(found) for _, found in one.values), _letters(one.tests))
        for one in needs
    ]


def _letters(names: Iterable[str]) -> str:
    return "".join(sorted(names))


@pytest.mark.parametrize(
    ("rule", "behind"),
    [
        (claim("x", when=ASK_A), ("a", [], "")),
        (claim("x", when=ASK_B), ("ab", [], "")),
        (claim("x", when={"not": {"any": [ASK_A, {"derived.d": "x"}]}}), ("ac", [], "")),
        (claim(A), ("", ["a"], "")),
        (claim({"object": {"k": A, "l": C, "m": "x"}}), ("", ["a", "c"], "")),
        (claim({"add": {"union": [A, C]}}), ("", ["ac"], "")),
        (claim({"from": "derived.d"}), ("", ["c"], "")),
        ({"access_token": {"encrypted_for": {"crm": {"x": A, "y": "x"}}}}, ("", ["a"], "")),
        ({"id_token": {"claims": {"x": C}}, "groups": {"add": B}}, ("", ["ab", "c"], "")),
        ({"groups": {"add": "x", "keep": {"one_of": "lookup.a.strings"}}}, ("", [], "a")),
        (
            {
                "access_token": {"scopes": {"remove": {"not": {"one_of": "lookup.a.strings"}}}},
                "iam_roles": {"keep": {"one_of": "lookup.c.strings"}},
            },
            ("", [], "ac"),
        ),
        ({"deny": "No.", "when": ASK_C}, ("c", [], "")),
    ],
    ids=str,
)
def test_each_part_of_a_rule_needs_the_lookups_that_it_rests_on(rule: dict[str, Any], behind: Needed) -> None:
    """Through derived values and the keys of other lookups."""
    found, *_ = needed(rule, derived={"d": C})
    assert found == behind


def test_a_rule_that_rests_on_no_lookup_needs_none() -> None:
    assert needed(claim({"from": "attribute.email"}, when={"client": "web"})) == []


def test_a_rule_needs_for_each_kind_of_event_what_is_applicable_to_it() -> None:
    rule = {**claim(A, when=ASK_C), "id_token": {"claims": {"x": B}}}
    kinds = {"user": ("c", ["a", "ab"], ""), "machine": ("c", ["a"], "")}
    assert needed(rule) == [kinds["user"], kinds["machine"]]
    assert needed(rule, "V1_0") == [("c", ["ab"], "")]


# Names in log lines.

PERSONAL = {"attribute.email": {"domain": "example.com"}}
NAME = {"from": "attribute.name"}
LOOKUPS = {
    "a": lookup(fields={"string": {}, "strings": {"type": "strings"}, "date": {"type": "date", "data": "user"}}),
    "b": lookup("{lookup.a.string}"),
    "c": lookup(),
    "by_mail": lookup("{attribute.email}"),
    "behind_mail": lookup("{lookup.by_mail.string}"),
}
KEEP_A = {"keep": {"one_of": "lookup.a.strings"}}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"r": claim(A)}, "a"),
        ({"r": claim(B, when=ASK_C)}, "abc"),
        ({"r": claim(A, when={"attribute.custom:string": "x", "metadata.string": "x", "groups": "x"})}, "a"),
        ({"r": claim(A, when={"derived.public": True, "attribute.sub": "x", "principal": "user"})}, "a"),
        ({"r": claim(A, when=PERSONAL)}, ""),
        ({"r": claim(A, when={"any": [{"not": PERSONAL}, ASK_C]})}, ""),
        ({"r": claim(A, when={"derived.personal": True})}, ""),
        ({"r": claim(A, when={"username": "anna"})}, ""),
        ({"r": claim({"first_of": [NAME, A]})}, ""),
        ({"r": claim({**NAME, "one_of": "lookup.a.strings"})}, ""),
        ({"r": claim({"from": "lookup.by_mail.string"})}, ""),
        ({"r": claim({"from": "lookup.behind_mail.string"})}, ""),
        ({"r": claim({"from": "lookup.a.date"})}, ""),
        ({"r": claim({"object": {"k": A, "l": NAME}})}, ""),
        ({"r": {"id_token": {"claims": {"x": A, "y": {"first_of": [NAME, C]}}}}}, "a"),
        ({"r": claim(A), "s": claim(A, when=PERSONAL, overrides=["r"])}, ""),
        ({"r": claim(A, when={"client": "web"}), "s": {"deny": "No.", "when": {**ASK_C, **PERSONAL}}}, "a"),
        ({"r": {"groups": {"add": A, **KEEP_A}}, "s": claim(C)}, "ac"),
        ({"r": {"groups": {"add": A, "keep": {"one_of": "attribute.custom:strings"}}}}, "a"),
    ],
    ids=str,
)
def test_a_line_names_a_lookup_if_it_tells_nothing_personal_that_it_was_made(rules: dict[str, Any], told: str) -> None:
    assert _told(rules) == {*told}


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ({"groups": {"add": NAME}}, False),
        ({"groups": {"add": "x"}, "when": PERSONAL}, False),
        ({"groups": {"add": {"choose": [{"when": PERSONAL, "value": "x"}]}}}, False),
        ({"groups": {"add": "x"}, "when": {"client": "web"}}, True),
        ({"groups": {"remove": {"one_of": "attribute.name"}}}, True),
        ({"iam_roles": {"add": NAME}}, True),
        ({"access_token": {"scopes": {"add": NAME}}}, True),
    ],
    ids=str,
)
def test_a_lookup_that_judges_what_another_rule_adds_is_as_personal_as_that(
    other: dict[str, Any], *, is_told: bool
) -> None:
    """Whoever has no groups is judged only if one is added."""
    for name in ("a", "z"):
        assert ("a" in _told({"r": {"groups": KEEP_A}, name: other})) is is_told


@pytest.mark.parametrize(("when", "is_told"), [(PERSONAL, False), ({"client": "web"}, True)], ids=str)
def test_a_lookup_of_a_rule_that_another_overrides_is_as_personal_as_that_rule(
    when: dict[str, Any], *, is_told: bool
) -> None:
    """While a rule is in doubt, its value is asked for unless it is overridden."""
    rules = {"r": claim(A, when=ASK_C), "s": claim("x", when=when, overrides=["r"])}
    assert _told(rules) == ({"a", "c"} if is_told else {"c"})


def test_a_lookup_that_may_be_one_request_with_a_hidden_one_is_hidden_too() -> None:
    """That it fails may tell that the other was made."""
    lookups = {name: lookup(f"{name}#{{attribute.sub}}") for name in "ab"}
    lookups["c"] = {**lookup(), "dynamodb": {"table": "other", "key": {"pk": "{attribute.sub}"}}}
    read = {name: {"from": f"lookup.{name}.string"} for name in lookups}
    rules = {"r": claim(read["a"], when=PERSONAL), "s": {"id_token": {"claims": {"b": read["b"], "c": read["c"]}}}}
    plan = {"derived": {}, "tables": {}, **make_plan(rules, pool=pool(lookups=lookups))}
    assert told_lookups("abc", plan) == {"c"}


def test_only_lookups_that_some_rule_reads_are_told() -> None:
    assert told_lookups([], {"derived": {}, "rules": {}, "pool": pool()}) == frozenset()


def _told(rules: dict[str, Any]) -> set[str]:
    attributes = {"custom:string": {"data": "none"}, "custom:strings": {"type": "strings"}}
    apart = {name: {**one, "dynamodb": {**one["dynamodb"], "table": name}} for name, one in LOOKUPS.items()}
    declared = pool(lookups=apart, attributes=attributes, metadata={"string": {"data": "none"}}, **CRM)
    derived = {"personal": {"test": PERSONAL}, "public": {"test": {"client": "web"}}}
    plan = make_plan(rules, pool=declared, derived=derived)
    return set(told_lookups(link(plan, {}).lookups, plan))
