"""How long sealing may take: Cognito waits 5 s for the whole trigger."""

from __future__ import annotations

from threading import Thread

from pretoken.sealing.errors import SealingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    Seal = Callable[[str, Mapping[str, object], str], str]

    class PatientSeal(Protocol):
        """Encrypts members for a recipient, and gives up after some seconds."""

        def __call__(self, recipient: str, members: Mapping[str, object], sub: str, left: float = ..., /) -> str:
            """Return the members and `sub` encrypted; `left` are the seconds that are left for it."""


SECONDS = 2.5
"""Two attempts of the KMS client take 2 s, if its name has one address and the name is found at once."""


def patient(seal: Seal, seconds: float = SECONDS) -> PatientSeal:
    """Have `seal` give up in time, whatever it waits for.

    The client's own limits count for each address of KMS (an interface endpoint has one per zone), and none counts
    for the name's resolution. What was begun goes on behind, so that a later call finds its data key.

    Args:
        seal: takes a recipient, members and a `sub`, as `Sealer.seal` does.
        seconds: how long a call may take.

    Returns:
        The same with a limit, which a call may lower to the seconds that are left: it raises SealingError with the
        cause `kms-timeout` then.
    """

    def seal_in_time(recipient: str, members: Mapping[str, object], sub: str, left: float = seconds, /) -> str:
        outcome: list[str | SealingError] = []

        def work() -> None:
            try:
                outcome.append(seal(recipient, members, sub))
            except SealingError as error:
                outcome.append(error)
            except BaseException:  # noqa: BLE001 - a thread would write it into the log, values and all
                outcome.append(SealingError("sealing-failed"))

        thread = Thread(target=work, daemon=True)
        thread.start()
        thread.join(min(seconds, left))
        if not outcome:
            raise SealingError("kms-timeout")
        if isinstance(outcome[0], SealingError):
            raise outcome[0]
        return outcome[0]

    return seal_in_time
