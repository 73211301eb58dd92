"""Which characters a text can hold, as far as it matters where one text ends and the next begins."""

from collections.abc import Mapping
from typing import TypeAlias

from pretoken.policy.policy import Policy
from pretoken.policy.steps import Join, Keep, Prefer, Pseudonym, Step, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.types import Typing
from pretoken.policy.values import Form, From, Leaf, Tailed, Template, Tested
from pretoken.policy.walk import members_of, placeholders
from pretoken.trigger.tests import SAFE_AS

Alphabet: TypeAlias = frozenset[str] | None
"""The characters that a text can hold; none where its end is known anyway; None for any character."""

ENDS_ITSELF: Alphabet = frozenset()
"""Of texts that are few, or of one length: nothing runs together with them."""

_ASCII = tuple(map(chr, range(128)))
_NUMBER = frozenset("0123456789+-.eE")
_SAFE = {name: frozenset(filter(pattern.fullmatch, _ASCII)) for name, pattern in SAFE_AS.items()}
_BY_TYPE: dict[str | None, Alphabet] = {
    "boolean": ENDS_ITSELF,
    "date": ENDS_ITSELF,
    "number": _NUMBER,
    "time": _NUMBER,
}
_OF_COGNITO = ("attribute.sub", "attribute.cognito:user_status", "client", "client.id", "pool.id", "principal")


def alphabet_of_test(test: Test) -> Alphabet:
    """Give the alphabet of what passes a test."""
    if isinstance(test, tuple):
        return _widest([alphabet_of_test(member) for member in test])
    if not isinstance(test, Operators):
        return ENDS_ITSELF
    return _SAFE[test.safe_as] if test.safe_as is not None else None


class Alphabets:
    """Find the alphabets of a policy's inputs."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._typing = Typing(policy)
        self._paths: dict[str, Alphabet] = {}

    def path(self, path: str, needs: Mapping[str, Alphabet]) -> Alphabet:
        """Give the alphabet of an input, where others have passed a test."""
        if path not in self._paths:
            self._paths[path] = self._of_path(path)
        return _narrowest(self._paths[path], needs.get(path))

    def _of_path(self, path: str) -> Alphabet:
        root, _, name = path.partition(".")
        if root == "derived":
            return self.value(self._policy.derived[name])
        if path in _OF_COGNITO or root == "variable":
            return ENDS_ITSELF
        return _BY_TYPE.get(self._typing.path(path))

    def value(self, value: Leaf) -> Alphabet:
        """Give the alphabet of a value."""
        if not isinstance(value, Form) or isinstance(value, Tested):
            return ENDS_ITSELF
        if not isinstance(value, Tailed):
            return None
        alphabet = self._of_head(value)
        for step in value.then:
            alphabet = _after(step, alphabet)
        return alphabet if value.one_of is None else _narrowest(alphabet, self.path(value.one_of, {}))

    def _of_head(self, value: Tailed) -> Alphabet:
        if isinstance(value, From):
            return self.path(value.from_, {})
        if isinstance(value, Template):
            parts = [self.path(path, {}) for path in placeholders(value.template)]
            return ENDS_ITSELF if _widest(parts) == ENDS_ITSELF else None
        return _widest([self.value(member) for _, member in members_of(value)])


def _after(step: Step, alphabet: Alphabet) -> Alphabet:
    if isinstance(step, Keep):
        return _narrowest(alphabet, alphabet_of_test(step.keep))
    if isinstance(step, (Table, Prefer, Pseudonym)):
        return ENDS_ITSELF
    return None if isinstance(step, Join) or step == "json" else alphabet


def _narrowest(one: Alphabet, other: Alphabet) -> Alphabet:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=len)


def _widest(alphabets: list[Alphabet]) -> Alphabet:
    known = [alphabet for alphabet in alphabets if alphabet is not None]
    return frozenset().union(*known) if len(known) == len(alphabets) else None
