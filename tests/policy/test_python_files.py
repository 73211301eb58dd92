"""Rule files in Python: run in isolation, their mistakes reported at the line of the call."""

import sys

import pytest

from pretoken.policy.model import recording
from pretoken.policy.write import Rule, value
from tests.policy.conftest import Errors, Load

HEAD = "from pretoken.policy.write import *\n"


def test_python_and_yaml_give_the_same_policy(load: Load) -> None:
    """The models are the same; only the writing differs."""
    python = HEAD + (
        "file = RuleFile(\n"
        "    derived={'a': value('groups', then='only', default='x')},\n"
        "    rules={'r': Rule(when={'client': 'web'}, id_token=Token(claims={'a': value('derived.a')}))},\n"
        ")\n"
    )
    yaml = (
        "derived: {a: {from: groups, then: only, default: x}}\n"
        "rules: {r: {when: {client: web}, id_token: {claims: {a: {from: derived.a}}}}}\n"
    )
    written = load("rules: {}\n", **{"rules/b.py": python}).policy
    assert written == load(yaml, **{"rules/b.py": HEAD + "file = RuleFile()\n"}).policy


def test_the_place_is_the_line_of_the_innermost_call(load: Load) -> None:
    """A part of a policy is found at the call that built it."""
    python = HEAD + (
        "def rule(path):\n"
        "    return Rule(\n"
        "        id_token=Token(\n"
        "            claims={'a': first_of('x', value(path))},\n"
        "        ),\n"
        "    )\n"
        "file = RuleFile(tables={'t': {'a': 'b'}}, rules={'r': rule('username')})\n"
    )
    loaded = load("rules: {}\n", **{"rules/b.py": python})
    lines = {
        ("rules", "r"): 3,
        ("rules", "r", "when"): 3,
        ("rules", "r", "id_token", "claims", "a"): 5,
        ("rules", "r", "id_token", "claims", "a", "first_of", 1, "from"): 5,
        ("rules", "r", "id_token", "claims", "a", "first_of", 9): 5,
        ("tables", "t", "a"): 8,
    }
    assert {at: loaded.place(at).line for at in lines} == lines
    assert loaded.key_place(("rules", "r")).line == 3


@pytest.mark.parametrize(
    ("python", "message"),
    [
        (
            "x = 1\nfile = RuleFile(rules={'r': Rule(\n  unless={})})",
            "3:1: unknown-key: a rule has no key `unless`; write `not: {…}` inside `when`",
        ),
        (
            "\nfile = RuleFile(rules={'r': Rule(id_token=Token(claims={'a': value(5)}))})",
            '3:1: wrong-type: `from` must be text, not a number; put it in quotes: `"5"`',
        ),
        (
            "file = RuleFile(rules={'r': Rule(deny='x', when={'client': {'prefx': 'a'}})})",
            "2:1: unknown-key: a test has no key `prefx`; did you mean `prefix`?",
        ),
        (
            "file = RuleFile(rules={'r': Rule(id_token=AccessToken(claims={'a': 'b'}))})",
            "2:1: wrong-place: this is an access token; write `id_token=Token(…)`",
        ),
        (
            "file = RuleFile(rules={'r': Rule(groups=Scopes(add='a'))})",
            "2:1: wrong-type: `groups` must be a mapping, not `scopes`; write `groups: {remove: staff}`",
        ),
        (
            "file = RuleFile(derived={'a': None})",
            "2:1: wrong-constant: this must be a text, a number, `true` or `false`",
        ),
        ("file = RuleFile(derived={'a': float('nan')})", "2:1: wrong-constant: a number must be finite"),
        (
            "file = RuleFile(derived={'a': 2**60})",
            "2:1: wrong-constant: an integer beyond 2⁵³-1 loses digits; put it in quotes",
        ),
        (
            "file = RuleFile(rules={'r': Rule(deny='x', when={'grups': 'a'})})",
            "2:1: unknown-input: there is no input `grups`; did you mean `groups`?",
        ),
        (
            "def f():\n    return 1 / 0\nf()",
            "3:1: python-error: this line raises ZeroDivisionError; run the file with `python` to see why",
        ),
        ("import json\njson.loads('x')", "3:1: python-error: this line raises JSONDecodeError"),
        ("raise SystemExit", "2:1: python-error: this line raises SystemExit"),
        (
            "from pydantic import TypeAdapter\nTypeAdapter(int).validate_python('someone@example.com')",
            "3:1: python-error: this line raises ValidationError",
        ),
        ("import nothing_of_that_name", "2:1: python-error: this line raises ModuleNotFoundError"),
        ("x = (", "2:5: python-error: this isn't Python; try `python -m py_compile` on it"),
        ("eval('(')", "2:1: python-error: this isn't Python"),
        (
            "x = 1",
            "1:1: no-rule-file: the module has no variable `file` with its rules; write `file = RuleFile(rules={…})`",
        ),
        ("file = {}", "1:1: no-rule-file"),
    ],
)
def test_a_mistake_is_one_error_at_its_line(errors: Errors, python: str, message: str) -> None:
    """Never a traceback, never the text of an exception."""
    found = errors(**{"rules/b.py": HEAD + python + "\n"})
    assert len(found) == 1, found
    assert f"rules/b.py:{message}" in found[0]
    assert "example.com" not in found[0]


def test_files_are_run_in_isolation(load: Load) -> None:
    """Two files don't see each other's names, and nothing stays behind."""
    before, modules = list(sys.path), set(sys.modules)
    one = HEAD + "leak = 1\nfile = RuleFile(rules={'a': Rule(deny='x')})\n"
    other = (
        HEAD + "import _names\nassert 'leak' not in globals()\nfile = RuleFile(rules={_names.NAME: Rule(deny='x')})\n"
    )
    for name in ("b", "second"):
        files = {"rules/b.py": one, "rules/c.py": other, "rules/_names.py": f"NAME = '{name}'\n"}
        assert list(load(**files).policy.rules) == ["a", name]
    assert sys.path == before
    assert {name for name in set(sys.modules) - modules if "rules" in name or name == "_names"} == set()


def test_python_can_be_refused(errors: Errors) -> None:
    """For pull requests from outside."""
    assert errors(python=False, **{"rules/b.py": "raise SystemExit\n"}) == [
        (
            "rules/b.py:1:1: python-refused: Python rule files are refused in this run; leave `--no-python` out, "
            "or write the rules as YAML"
        )
    ]


def test_names_of_a_file_that_failed_are_not_called_unknown(errors: Errors) -> None:
    """One mistake stays one error."""
    assert len(errors("derived: {a: {from: derived.b}}", **{"rules/b.py": "1 / 0\n"})) == 1


def test_what_no_file_built_has_no_line() -> None:
    """Models that a test builds while a file is recorded."""
    with recording("rules/a.py") as recorder:
        rule = Rule(deny="x")
    assert recorder.line_of(rule) is None


def test_models_can_be_built_without_a_file() -> None:
    """The helpers work in tests and in a shell."""
    assert Rule(deny="x").deny == "x"
    assert value("groups").from_ == "groups"
    with pytest.raises(ValueError, match=r"unless"):
        Rule(unless={})  # type: ignore[call-arg]


def test_data_that_contains_itself_is_refused(errors: Errors) -> None:
    """No file can be written so, but Python's data can be made so."""
    code = "from pretoken.policy.write import Rule\nwhen = {}\nwhen['not'] = when\nRule(when=when, deny='x')\n"
    (message,) = errors(**{"rules/b.py": code})
    assert message.startswith("rules/b.py:4:1: wrong-value: `not` can't be a mapping like this; write `not: {groups: ")
