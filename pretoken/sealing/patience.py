"""How long sealing may take: Cognito waits 5 s for the whole trigger."""

from __future__ import annotations

import time
from threading import Thread

from pretoken.sealing.errors import SealingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Seal = Callable[[str, Mapping[str, object], str], str]

SECONDS = 2.5
"""Two attempts of the KMS client take 2 s, if its name has one address and the name is found at once."""


class PatientSeal:
    """Seal as `seal` does, and give up in time, whatever it waits for.

    The client's own limits count for each address of KMS (an interface endpoint has one per zone), and none counts
    for the name's resolution. What was begun goes on behind, so that a later call finds its data key.

    Args:
        seal: takes a recipient, members and a `sub`, as `Sealer.seal` does.
        seconds: how long a call may take.
    """

    __slots__ = ("_seal", "_seconds")

    def __init__(self, seal: Seal, seconds: float = SECONDS) -> None:
        self._seal = seal
        self._seconds = seconds

    def __call__(self, recipient: str, members: Mapping[str, object], sub: str) -> str:
        """Return the members and `sub`, encrypted; raises SealingError, with the cause `kms-timeout` if it gives up."""
        return self._seal_within(self._seconds, recipient, members, sub)

    def until(self, deadline: float) -> Seal:
        """Give the same for as long as there is time until an instant of `time.perf_counter`."""

        def seal(recipient: str, members: Mapping[str, object], sub: str) -> str:
            left = max(deadline - time.perf_counter(), 0)
            return self._seal_within(min(self._seconds, left), recipient, members, sub)

        return seal

    def _seal_within(self, seconds: float, recipient: str, members: Mapping[str, object], sub: str) -> str:
        outcome: list[str | SealingError] = []

        def work() -> None:
            try:
                outcome.append(self._seal(recipient, members, sub))
            except SealingError as error:
                outcome.append(error)
            except BaseException:  # noqa: BLE001 - a thread would write it into the log, values and all
                outcome.append(SealingError("sealing-failed"))

        thread = Thread(target=work, daemon=True)
        thread.start()
        thread.join(seconds)
        if not outcome:
            raise SealingError("kms-timeout")
        if isinstance(outcome[0], SealingError):
            raise outcome[0]
        return outcome[0]
