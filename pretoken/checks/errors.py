"""What can be asked wrongly of the checks."""

from collections.abc import Iterable

from pretoken.policy.errors import quoted
from pretoken.policy.suggestions import suggested


class UnknownFindingError(LookupError):
    """No check gives findings of this name; the text says which ones do."""

    code = "unknown-finding"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        cure = suggested(name, known, f"there are {', '.join(f'`{other}`' for other in sorted(known))}")
        super().__init__(f"no finding has the name {quoted(name)}, and errors explain themselves; {cure}")
