"""Why a local run isn't possible."""


class LocalRunError(Exception):
    """A local run isn't possible; the text says why, and the cure."""
