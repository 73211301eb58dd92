"""How large the claims can get that rules write."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pretoken.checks.sizes.bound import Bound, as_list
from pretoken.checks.sizes.inputs import CLIENT_ID
from pretoken.checks.sizes.values import Values, key_cost
from pretoken.policy.errors import named, quoted
from pretoken.policy.pool import Pool
from pretoken.policy.values import Add
from pretoken.policy.writers import Keys, Writer
from pretoken.sealing.sizes import message_characters

_KEY_ARN = 100
"""Characters of a KMS key's ARN in a variable: AWS's longest partition and region take fewer."""


class Share(NamedTuple):
    """A part of a claim's bytes, and who has it there."""

    size: float
    who: str


class Claim(NamedTuple):
    """How large a claim can get: the bytes of its value in JSON, what they are made of, and why they have no bound."""

    size: float
    shares: tuple[Share, ...]
    gaps: frozenset[str] = frozenset()


def own(name: str, size: float) -> Claim:
    """Give a claim that Cognito itself writes."""
    return Claim(size, (Share(size, f"Cognito's own {quoted(name)}"),))


def largest(claims: Iterable[Claim]) -> Claim:
    """Give the largest of several claims of which a token has one."""
    return max(claims, key=lambda claim: claim.size)


class Claims:
    """Tell how large the claims of one token can get."""

    def __init__(self, pool: Pool, values: Values) -> None:
        self._pool = pool
        self._values = values

    def written(self, writers: Sequence[Writer]) -> Claim:
        """Give the bound of a claim that these write: the larger of whole values, and of all leaves together."""
        if writers[0].is_message:
            recipients: dict[str, list[Writer]] = {}
            for writer in writers:
                recipients.setdefault(writer.leaf[0], []).append(writer)
            return largest(self._message(*message) for message in recipients.items())
        return self._tree([(writer.leaf, writer) for writer in writers])

    def _tree(self, leaves: Sequence[tuple[Keys, Writer]]) -> Claim:
        here = [writer for keys, writer in leaves if not keys]
        found = [self._whole(writer) for writer in here if not isinstance(writer.value, Add)]
        adding = [writer for writer in here if isinstance(writer.value, Add)]
        if adding:
            found.append(self._joined(adding))
        members: dict[str, list[tuple[Keys, Writer]]] = {}
        for keys, writer in leaves:
            if keys:
                members.setdefault(keys[0], []).append((keys[1:], writer))
        if members:
            parts = {key: self._tree(inner) for key, inner in members.items()}
            size = 2 + sum(key_cost(key)[0] + part.size for key, part in parts.items())
            found.append(_together(size, parts.values()))
        return largest(found)

    def _whole(self, writer: Writer) -> Claim:
        bound = self._values.value(writer.value)
        size = bound.in_json[0]
        return Claim(size, (_share(writer, size),), _gaps(size, bound))

    def _joined(self, adding: Sequence[Writer]) -> Claim:
        bounds = [as_list(self._values.value(writer.value)) for writer in adding]
        union = self._values.union(bounds)
        size = union.in_json[0]
        shares = tuple(_share(writer, bound.in_json[0] - 2) for writer, bound in zip(adding, bounds, strict=True))
        return Claim(size, shares, _gaps(size, union))

    def _message(self, recipient: str, writers: Sequence[Writer]) -> Claim:
        members: dict[str, Claim] = {}
        for writer in writers:
            written = self._whole(writer)
            members[writer.leaf[1]] = largest((written, members.get(writer.leaf[1], written)))
        content = len('{"sub":""}') + CLIENT_ID + sum(key_cost(key)[0] + part.size for key, part in members.items())
        if math.isinf(content):
            return _together(content, members.values())
        key = self._pool.recipients[recipient].key
        size = 2 + message_characters(int(content), _KEY_ARN if "$" in key else len(key), recipient)
        shares = [Share(share.size * 4 / 3, share.who) for part in members.values() for share in part.shares]
        rest = Share(size - sum(share.size for share in shares), f"the encryption for {named(recipient)}")
        return Claim(size, (*shares, rest))


def _share(writer: Writer, size: float) -> Share:
    return Share(size, f"{quoted(writer.name)} of rule {named(writer.rule)}")


def _gaps(size: float, bound: Bound) -> frozenset[str]:
    return bound.gaps if math.isinf(size) else frozenset()


def _together(size: float, parts: Iterable[Claim]) -> Claim:
    every = list(parts)
    shares = tuple(share for part in every for share in part.shares)
    return Claim(size, shares, frozenset[str]().union(*(part.gaps for part in every)))
