"""Kinds of access tokens: of which app client, and whether of a user or of a machine."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pretoken.checks.machines import of_machine
from pretoken.checks.possible import ANY, NOTHING, Outcomes
from pretoken.policy.pool import Pool
from pretoken.policy.variables import possible_texts
from pretoken.token_schema.errors import SameClientIdError

_ALWAYS_THERE = ("attribute.sub", "groups", "iam_roles", "identity_providers", "scopes", "pool.id", "client.id")
_SOMETHING: Outcomes = frozenset({ANY})


class Client(NamedTuple):
    """An app client: the ids that are known, and those of which a variable isn't known."""

    name: str
    ids: tuple[str, ...]
    unknown: tuple[str, ...]


class Kind(NamedTuple):
    """A kind of access token.

    `client`: the app client's name, None for one that pool.yaml doesn't name. `ids`: its ids; None if it may have any.
    `reached`: whether rules change such an access token always, sometimes or never. Which depends on the versions of
    the trigger: V1_0 changes no access token, V3_0 alone is there for machines.
    """

    client: str | None
    principal: Literal["user", "machine"]
    ids: tuple[str, ...] | None
    reached: Literal["always", "sometimes", "never"]

    @property
    def name(self) -> str:
        """Its name in the schema; no client can be called like that of an unnamed one."""
        return self.principal if self.client is None else f"{self.client}.{self.principal}"

    def known(self, path: str) -> Outcomes | None:
        """Give what is known of an input in such an event; None if it can be what it can be in any event."""
        if path == "client":
            return NOTHING if self.client is None else frozenset({self.client})
        if path == "client.id" and self.ids is not None:
            return frozenset(self.ids)
        if path == "principal":
            return frozenset({self.principal})
        of_principal = of_machine(path) if self.principal == "machine" else None
        is_there = path in _ALWAYS_THERE or path.startswith("variable.")
        return _SOMETHING if of_principal is None and is_there else of_principal


def clients_of(pool: Pool) -> list[Client]:
    """Give the app clients with their ids.

    Raises:
        SameClientIdError: two clients have one.
    """
    owners: dict[str, str] = {}
    clients = []
    for name, ids in sorted(pool.clients.items()):
        known: list[str] = []
        unknown = []
        for client_id in ids:
            texts = possible_texts(client_id, pool)
            if texts is None:
                unknown.append(client_id)
            else:
                known.extend(texts)
        for text in known:
            if owners.setdefault(text, name) != name:
                raise SameClientIdError(owners[text], name)
        clients.append(Client(name, tuple(sorted(set(known))), tuple(unknown)))
    return clients


def kinds_of(pool: Pool, clients: list[Client]) -> Iterator[Kind]:
    """Give the kinds of access tokens that there can be; rules that deny a sign-in aren't asked."""
    versions: set[str] = set(pool.trigger)
    of_users, of_machines = _reached(versions, {"V2_0", "V3_0"}), _reached(versions, {"V3_0"})
    for client in clients:
        ids = None if client.unknown else client.ids
        yield Kind(client.name, "user", ids, of_users)
        yield Kind(client.name, "machine", ids, of_machines)
    if pool.other_clients == "apply_rules":
        yield Kind(None, "user", None, of_users)
        yield Kind(None, "machine", None, of_machines)
    elif of_machines != "always":
        yield Kind(None, "machine", None, "never")  # Cognito doesn't ask the trigger, so nobody refuses it


def _reached(versions: set[str], changing: set[str]) -> Literal["always", "sometimes", "never"]:
    if versions <= changing:
        return "always"
    return "sometimes" if versions & changing else "never"
