"""Rule files in Python: run in isolation, their mistakes reported at the line of the call."""

import sys

import pytest

from pretoken.policy.model import recording
from pretoken.policy.write import Rule, value
from tests.policy.conftest import POOL, Errors, Load

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
            "2:1: wrong-constant: a constant is a text, a number, `true` or `false`, or a list of them",
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
            "import asyncio\nraise asyncio.CancelledError('someone@example.com')",
            "3:1: python-error: this line raises CancelledError",
        ),
        ("raise GeneratorExit", "2:1: python-error: this line raises GeneratorExit"),
        ("def f():\n    f()\nf()", "3:1: python-error: this line raises RecursionError"),
        ("def __getattr__(name):\n    raise OSError", "1:1: no-rule-file"),
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


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "hex"])
def test_an_encoding_that_does_not_exist_is_an_error_at_the_first_line(errors: Errors, encoding: str) -> None:
    """Python gives line 0 and column -1, where no editor jumps."""
    assert errors(**{"rules/b.py": f"# coding: {encoding}\n"}) == [
        "rules/b.py:1:1: python-error: this isn't Python; try `python -m py_compile` on it"
    ]


def test_a_keyboard_interrupt_ends_the_run(load: Load) -> None:
    """Whoever presses the keys means the program."""
    with pytest.raises(KeyboardInterrupt):
        load(**{"rules/b.py": "raise KeyboardInterrupt\n"})


@pytest.mark.parametrize(
    ("grow", "message"),
    [
        ("Condition(**{'not': when})", "too-deep: more than 128 levels; move a part under `derived`"),
        ("Condition(all=(when, when))", "too-deep: more than 1000000 parts; write rules instead of repeating them"),
        ("{'not': when}", ""),
    ],
)
def test_what_is_built_in_a_loop_is_bounded(errors: Errors, grow: str, message: str) -> None:
    """In depth, and in size where one part stands in many places."""
    code = (
        "from pretoken.policy.conditions import Condition\n"
        "when = Condition(client='web')\n"
        f"for _ in range(2000):\n    when = {grow}\n"
        "file = RuleFile(rules={'r': Rule(when=when, deny='x')})\n"
    )
    found = errors(**{"rules/b.py": HEAD + code})
    assert len(found) == 1, found
    assert found[0].startswith("rules/b.py:")
    assert message in found[0]


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
            "rules/b.py:1:1: python-refused: Python rule files are refused in this run; leave `--no-python` or "
            "pytest's `--pretoken-no-python` out, or write the rules as YAML"
        )
    ]


@pytest.mark.parametrize("pool", ["language: 1", "nonsense: [", POOL + "further: 1\n"])
def test_nothing_is_run_before_the_pool_is_right(errors: Errors, pool: str) -> None:
    """A folder that merely looks like a policy runs no code, and names that its code may define aren't unknown."""
    found = errors("derived: {a: {from: derived.b}}", pool=pool, **{"rules/b.py": "raise SystemExit\n"})
    assert found
    assert all(message.startswith("pool.yaml:") for message in found), found


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
