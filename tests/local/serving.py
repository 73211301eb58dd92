"""The server in a thread."""

from __future__ import annotations

from contextlib import closing, contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pretoken.local.server import LocalAWS


@contextmanager
def serving(server: LocalAWS) -> Iterator[int]:
    """Serve, and give the port."""
    with closing(server):
        thread = Thread(target=server.serve)
        thread.start()
        try:
            yield server.port
        finally:
            server.stop()
            thread.join()
