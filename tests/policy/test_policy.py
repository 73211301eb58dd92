"""The vocabulary of policies is that of the trigger."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("change", "noun"),
    [
        ("from pretoken.trigger.steps import STEPS; del STEPS['lower']", "steps"),
        ("from pretoken.trigger.tests import TESTS; del TESTS['prefix']", "tests"),
        ("from pretoken.trigger.tests import SAFE_AS; del SAFE_AS['scope']", "alphabets"),
        ("from pretoken.trigger.lookups import KEYS; KEYS['http'] = None", "providers of lookups"),
        ("from pretoken.trigger import inputs; inputs.TYPES = inputs.TYPES[:-1]", "types"),
        ("from pretoken.trigger import reading; reading.ENCODINGS = ()", "encodings"),
        ("from pretoken.trigger import values; del values.FORMS['union']", "forms"),
    ],
)
def test_another_vocabulary_of_the_trigger_is_refused_at_import(change: str, noun: str) -> None:
    """What may be written and what the trigger does are the same names, or nothing starts."""
    program = f"{change}\nimport pretoken.policy.policy"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603 - our own text
    assert f"ImportError: the rule language and the trigger don't know the same {noun}\n" in done.stderr
