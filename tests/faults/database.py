"""A program that serves the soak's tables: `python -m tests.faults.database` prints its port."""

from __future__ import annotations

from pretoken.local import LocalResources
from pretoken.local.items import parse_items
from pretoken.local.server import LocalAWS
from tests.faults.world import ITEMS, POOL, TABLES

if __name__ == "__main__":
    found = parse_items(ITEMS, "items.yaml", POOL, {})
    server = LocalAWS(LocalResources({}, {}, TABLES, {}), "127.0.0.1", 0, lambda _: None, found)
    print(server.port, flush=True)  # noqa: T201 - this is a program
    server.serve()
