"""Names that are declared, and whether anything reads them."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.policy.errors import named, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Token
from pretoken.policy.steps import Pseudonym, Table
from pretoken.policy.walk import Part, effects_of, placeholders, walk, walk_test
from pretoken.trigger.text import parts_of


@check(
    "notice",
    gain="readers look for a use that isn't there, and permissions stay that nobody needs",
    cure="take it out, or read it",
)
def unused_name(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a name that is declared and that nothing reads.

    It is a rest of something that went, or a rule that is still missing; either way readers look for its use.
    An unused lookup or recipient also keeps a permission alive that nobody needs.

    Looked at is all that pool.yaml declares, and derived values and tables.
    With `other_clients: deny`, a client is used by being declared, for that admits it.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: deny
    attributes: {custom:shoe_size: number}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: deny
    attributes: {custom:shoe_size: number}
    ```

    ```yaml
    rules:
      shop:
        id_token: {claims: {shoe_size: {from: attribute.custom:shoe_size}}}
    ```

    Source: the rule language, in which every name is declared.
    """
    policy = loaded.policy
    read = _Read(policy)
    for noun, at, cure in _declared(policy, read):
        yield Doubt(at, f"nothing reads {noun} {named(str(at[-1]))}", f"take it out, or read it: {cure}", key=True)


class _Read:
    """What a policy reads: paths, and names by their sort."""

    def __init__(self, policy: Policy) -> None:
        self.paths: set[str] = set()
        self.names: dict[str, set[str]] = {sort: set() for sort in ("tables", "pseudonyms", "variables", "recipients")}
        self._clients: set[str] = set()
        self._prefixes: set[str] = set()
        self._any_client = False
        for part in walk(policy):
            self._note(part)
        self.names["lookups"] = {name.partition(".")[0] for name in _names_under("lookup", self.paths)}
        for lookup_name, lookup in policy.pool.lookups.items():
            self.paths.update(f"lookup.{lookup_name}.{field}" for field in lookup.must_match)
        for rule in policy.rules.values():
            for _, effect in effects_of(rule):
                if isinstance(effect, Token):
                    self.names["recipients"].update(effect.encrypted_for)

    def _note(self, part: Part) -> None:
        if part.kind == "input":
            self._read(part.item, compares=part.key)
        elif part.kind == "template":
            for path in placeholders(part.item):
                self._read(path)
        elif part.kind == "condition":
            for constant in walk_test(part.item.tests.get("client", ()), ()):
                if constant.kind == "constant" and isinstance(constant.item, str):
                    self._compare(constant)
        elif part.kind == "step" and isinstance(part.item, Table) and isinstance(part.item.table, str):
            self.names["tables"].add(part.item.table)
        elif part.kind == "step" and isinstance(part.item, Pseudonym):
            self.names["pseudonyms"].add(part.item.pseudonym)
        if part.kind in ("constant", "template"):
            self._note_variables(part)

    def _read(self, path: str, *, compares: bool = False) -> None:
        self.paths.add(path)
        self._any_client = self._any_client or (path == "client" and not compares)

    def _compare(self, constant: Part) -> None:
        (self._prefixes if constant.at[-1:] == ("prefix",) else self._clients).add(constant.item)
        self._any_client = self._any_client or "$" in constant.item

    def _note_variables(self, part: Part) -> None:
        for text in part.item if isinstance(part.item, tuple) else (part.item,):
            if isinstance(text, str) and "$" in text:
                parts = parts_of(text, template=part.kind == "template")
                self.names["variables"].update(name for kind, name in parts if kind == "variable")

    def reads_client(self, name: str) -> bool:
        """Tell whether a client is named, or any client is asked for."""
        return self._any_client or name in self._clients or name.startswith(tuple(self._prefixes))


def _names_under(root: str, paths: set[str]) -> Iterator[str]:
    return (path.partition(".")[2] for path in paths if path.startswith(f"{root}."))


def _declared(policy: Policy, read: _Read) -> Iterator[tuple[str, At, str]]:
    """Give what is declared and not read: its noun, its place, and how it would be read."""
    pool = policy.pool
    for sort, noun in (("attributes", "the attribute"), ("metadata", "the metadata"), ("variables", "the variable")):
        root = {"attributes": "attribute", "variables": "variable"}.get(sort, sort)
        for name in getattr(pool, sort):
            if f"{root}.{name}" not in read.paths and name not in read.names.get(sort, ()):
                yield noun, ("pool", sort, name), f"`{root}.{typed(name)}`"
    for name, lookup in pool.lookups.items():
        if name not in read.names["lookups"]:
            yield "the lookup", ("pool", "lookups", name), f"`lookup.{typed(name)}.{typed(next(iter(lookup.fields)))}`"
            continue
        for field in lookup.fields:
            if f"lookup.{name}.{field}" not in read.paths:
                yield "the field", ("pool", "lookups", name, "fields", field), f"`lookup.{typed(name)}.{typed(field)}`"
    for name in pool.recipients:
        if name not in read.names["recipients"]:
            yield "the recipient", ("pool", "recipients", name), f"`encrypted_for: {{{typed(name)}: …}}`"
    for name in pool.pseudonyms:
        if name not in read.names["pseudonyms"]:
            yield "the pseudonym", ("pool", "pseudonyms", name), f"`then: {{pseudonym: {typed(name)}}}`"
    for name in pool.clients if pool.other_clients == "apply_rules" else ():
        if not read.reads_client(name):
            yield "the client", ("pool", "clients", name), f"`when: {{client: {typed(name)}}}`"
    for name in policy.derived:
        if f"derived.{name}" not in read.paths:
            yield "the derived value", ("derived", name), f"`derived.{typed(name)}`"
    for name in policy.tables:
        if name not in read.names["tables"]:
            yield "the table", ("tables", name), f"`then: {{table: {typed(name)}}}`"
