"""No message repeats what may be about a person, wherever it was written by mistake."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pretoken.checks import all_findings
from pretoken.policy.errors import PolicyErrors, named, quoted, typed
from pretoken.policy.load import load_policy
from pretoken.policy.yaml import read_yaml
from pretoken.simulator.cases import load_cases
from pretoken.simulator.lookups import parse_answers
from tests.policy.conftest import POOL, Errors
from tests.policy.test_corpus import ZOO, At, changed, nodes

PERSONAL = ("anna.andersson@example.org", "+46 (70) 123 45-67", "1990-04-01", "anna 1990-04-01", "46701234567")
SECRETS = (*PERSONAL, "andersson", "example.org", "123 45")


def check_is_silent(messages: list[str]) -> None:
    """Expect nothing personal in messages, nor the place of a mask that can't be read as a sentence."""
    for message in messages:
        assert not any(secret in message for secret in SECRETS), message


@pytest.mark.parametrize("text", [*PERSONAL, "tel:0701234567", "a@b", "@anna", "5f0c1e2a-0000-4000-8000-000000000000"])
def test_what_may_be_personal_is_not_quoted(text: str) -> None:
    """An address, and seven digits or more, as in phone numbers, dates and ids."""
    assert (quoted(text), named(text), typed(text)) == ("this text", "of this name", "example")


@pytest.mark.parametrize("text", ["@", "v2 2024", "a-1.2.3", "12:30:59"])
def test_other_text_is_quoted(text: str) -> None:
    """A word, a sign, a short number."""
    assert (quoted(text), named(text), typed(text)) == (f"`{text}`", f"`{text}`", text)


def test_a_cure_is_one_line() -> None:
    """What can't be typed on one line isn't spelt out."""
    assert typed("two\nlines") == "example"


PLACES = {
    "rules: {a: {deny: x, when: {client: $}}}": "pool.yaml declares no client of this name; add `example: …`",
    "rules: {a: {deny: x, when: {attribute.email_verified: $}}}": "can't equal",
    "rules: {a: {deny: x, when: {$: x}}}": "there is no input of this name",
    "rules: {a: {deny: x, when: {attribute.birthdate: {above: $}}}}": "number",
    "rules: {a: {deny: x, when: {identity_providers: [$]}}}": "no identity provider of this name",
    "rules: {a: {groups: {add: $}}}": "unknown-group: ",
    "rules: {a: {access_token: {claims: {dev:$: x}}}}": "this claim",
    "rules: {a: {id_token: {suppress: [$, $]}}}": "this text stands twice",
    "rules: {$: {deny: 5}}": "must be text",
    "rules: {a: {access_token: {encrypted_for: {$: {a: b}}}}}": "`example",
    "derived: {a: {from: groups, then: $}}": "there is no step of this name",
    "derived: {a: {from: lookup.user.$}}": "lookup `user` has no field of this name",
    "derived: {a: {from: $.b}}": "there is no input of this name",
    "derived: {a: {from: groups, default: [1, $]}}": "one type",
    "derived: {a: {$: groups}}": "a value has no key of this name",
    "tables: {$: 5}": "this must be a mapping",
    "$: 5": "a rules file has no key of this name",
}


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize(("rules", "message"), PLACES.items())
def test_a_mistake_is_told_without_the_text(errors: Errors, rules: str, message: str, text: str) -> None:
    """In constants, names and keys of every sort."""
    for form in ("dev:$", "lookup.user.$", "$.b", "$"):
        rules = rules.replace(form, json.dumps(form.replace("$", text)))
    found = errors(rules, pool=f"{POOL}groups: [staff]\n")
    assert found
    assert message in "\n".join(found)
    check_is_silent(found)


@pytest.mark.parametrize("text", ["1990-04-01", "46701234567", "+46701234567", "99999999999999999999"])
def test_an_unquoted_date_or_number_is_not_repeated(errors: Errors, text: str) -> None:
    """Neither where YAML readers disagree, nor where a number has no place."""
    found = errors(f"rules: {{a: {{deny: {text}, why: {text}, when: {{client: {text}}}}}}}")
    assert found
    check_is_silent(found)


def variants(data: Any) -> Iterator[tuple[At, Any]]:
    """Give each text, number and key of a file another one that may be personal, in turn."""
    for number, at in enumerate(nodes(data)):
        if not at:
            continue
        text = PERSONAL[number % len(PERSONAL)]

        def replace(holder: Any, key: Any, text: str = text) -> None:
            if isinstance(holder, dict) and isinstance(holder[key], dict):
                holder[text] = holder.pop(key)
            elif not isinstance(holder[key], (dict, list)):
                holder[key] = text

        yield at, changed(data, at, replace)


def test_nothing_personal_is_in_any_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stands in a policy: in what doesn't load, and in what is doubted."""
    monkeypatch.chdir(tmp_path)
    names = [str(path.relative_to(ZOO)) for path in (ZOO / "pool.yaml", *sorted((ZOO / "rules").glob("*.yaml")))]
    files = {name: read_yaml((ZOO / name).read_text(encoding="utf-8"), name).data for name in names}
    for name, data in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(json.dumps(data), encoding="utf-8")
    refused_count = 0
    for name, data in files.items():
        for _, variant in variants(data):
            Path(name).write_text(json.dumps(variant), encoding="utf-8")
            try:
                check_is_silent([finding.message for finding in all_findings(load_policy(".")).standing])
            except PolicyErrors as refused:
                refused_count += 1
                check_is_silent([error.message for error in refused.errors])
        Path(name).write_text(json.dumps(data), encoding="utf-8")
    assert refused_count > 100


CASES = """\
cases:
  - name: $
    given:
      client: $
      principal: $
      version: $
      attributes: {custom:tenant: x, $: $}
      metadata: {$: $}
      identity_providers: [$]
      variables: {STAGE: $, $: $}
      lookups: {user: {$: $, age: $}, $: $}
      now: $
    expect:
      denied: $
      id_token: {encrypted_for: {$: {email: $}}, $: $}
  - name: $
    given: {client: $, $: $}
    expect: {denied: false}
"""


@pytest.mark.parametrize("text", PERSONAL)
def test_a_mistake_in_a_case_is_told_without_the_text(errors: Errors, text: str) -> None:
    """And in a file of answers."""
    errors("rules: {a: {deny: x}}")
    plan = load_policy(".").plan()
    Path("cases").mkdir()
    Path("cases/a.yaml").write_text(CASES.replace("$", json.dumps(text)), encoding="utf-8")
    with pytest.raises(PolicyErrors) as refused:
        load_cases(Path(), plan)
    assert len(refused.value.errors) > 5
    check_is_silent([error.message for error in refused.value.errors])
    answers = '{user: {$: $, age: $, tenants: $}, $: $, "x": $}'.replace("$", json.dumps(text))
    with pytest.raises(PolicyErrors) as refused:
        parse_answers(answers.encode(), "answers.yaml", plan["pool"])
    check_is_silent([error.message for error in refused.value.errors])


def test_what_a_python_file_raises_is_not_repeated(errors: Errors) -> None:
    """The class of an exception and its line say enough; an error of ours is told in our words."""
    code = "from pretoken.policy.write import Rule, RuleFile\n"
    (raised,) = errors(**{"rules/b.py": f"{code}raise ValueError({PERSONAL[0]!r})\n"})
    assert raised.startswith("rules/b.py:2:1: python-error: this line raises ValueError; ")
    (wrong,) = errors(**{"rules/b.py": f"{code}Rule(when={{'client': 'web', 'any': {PERSONAL[0]!r}}}, deny='x')\n"})
    assert wrong.startswith("rules/b.py:2:1: wrong-type: ")
    foreign = (
        "from pydantic import BaseModel, ValidationError\n"
        "class Own(BaseModel):\n    number: int\n"
        "try:\n    Rule()\nexcept ValidationError:\n    pass\n"
        f"Own(number={PERSONAL[0]!r})\n"
    )
    (other,) = errors(**{"rules/b.py": f"{code}{foreign}"})
    assert other.startswith("rules/b.py:9:1: python-error: this line raises ValidationError; ")
    check_is_silent([raised, wrong, other])
