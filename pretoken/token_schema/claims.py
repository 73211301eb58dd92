"""The claims that rules write into access tokens of one kind, and the messages for recipients."""

from collections.abc import Sequence
from typing import Any

from pretoken.policy.values import Add
from pretoken.policy.writers import Keys, Writer
from pretoken.token_schema.rules import Rules
from pretoken.token_schema.shapes import object_schema, schema_of, union
from pretoken.token_schema.texts import any_of
from pretoken.token_schema.values import Values

_MESSAGE = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}  # base64url without padding: RFC 4648 section 5


class Claims:
    """Give the JSON Schema of the claims of one kind of access token."""

    def __init__(self, rules: Rules, values: Values) -> None:
        self._rules = rules
        self._values = values

    def schema(self, name: str) -> dict[str, Any] | bool:
        """Give the JSON Schema of a claim; false if no such token has it."""
        writers = self._rules.writers.get(name, [])
        if name in self._rules.suppressed or not writers:
            return False
        if writers[0].is_message:
            return _MESSAGE if self._members(writers) else False
        return self._tree([(writer.leaf, writer) for writer in writers])

    def messages(self) -> dict[str, dict[str, Any]]:
        """Give for each recipient the claim that holds its message, and the JSON Schema of the members in it."""
        found: dict[str, dict[str, Any]] = {}
        for name in sorted(self._rules.writers):
            if self.schema(name) == _MESSAGE:
                found |= {
                    recipient: {"claim": name, "members": members}
                    for recipient, members in self._members(self._rules.writers[name]).items()
                }
        return found

    def _members(self, writers: Sequence[Writer]) -> dict[str, dict[str, Any]]:
        """Give the JSON Schema of the members that can be in messages, by recipient and name."""
        values: dict[tuple[str, ...], list[Writer]] = {}
        for writer in writers:
            values.setdefault(writer.leaf, []).append(writer)
        found: dict[str, dict[str, Any]] = {}
        for (recipient, member), written in sorted(values.items()):
            schema = self._whole(written)
            if schema is not False:
                found.setdefault(recipient, {})[member] = schema
        return found

    def _tree(self, leaves: Sequence[tuple[Keys, Writer]]) -> dict[str, Any] | bool:
        """Give the JSON Schema of a claim, or of a part: what rules write there as a whole, or the leaves inside."""
        found = [self._whole([writer for keys, writer in leaves if not keys])]
        members: dict[str, list[tuple[Keys, Writer]]] = {}
        for keys, writer in leaves:
            if keys:
                members.setdefault(keys[0], []).append((keys[1:], writer))
        trees = {key: self._tree(inner) for key, inner in members.items()}
        written = {key: schema for key, schema in trees.items() if schema is not False}
        return any_of([*found, object_schema(written)] if written else found)

    def _whole(self, writers: Sequence[Writer]) -> dict[str, Any] | bool:
        values = [self._values.value(writer.value) for writer in writers if not isinstance(writer.value, Add)]
        added = [self._values.value(writer.value) for writer in writers if isinstance(writer.value, Add)]
        lists = [union(added)] if any(shape is not None for shape in added) else []
        return schema_of([*(shape for shape in values if shape is not None), *lists])
