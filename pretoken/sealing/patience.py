"""How long sealing may take: Cognito waits 5 s for the whole trigger."""

from __future__ import annotations

from threading import Thread

from pretoken.sealing.errors import SealingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Seal = Callable[[str, Mapping[str, object], str], str]

SECONDS = 2.5
"""Two attempts of the KMS client take 2 s, if its name has one address and the name is found at once."""


def patient(seal: Seal, seconds: float = SECONDS) -> Seal:
    """Have `seal` give up in time, whatever it waits for.

    The client's own limits count for each address of KMS (an interface endpoint has one per zone), and none counts
    for the name's resolution. What was begun goes on behind, so that a later call finds its data key.

    Args:
        seal: takes a recipient, members and a `sub`, as `Sealer.seal` does.
        seconds: how long a call may take.

    Returns:
        The same with a limit: it raises SealingError with the cause `kms-timeout` then.
    """

    def seal_in_time(recipient: str, members: Mapping[str, object], sub: str) -> str:
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
        thread.join(seconds)
        if not outcome:
            raise SealingError("kms-timeout")
        if isinstance(outcome[0], SealingError):
            raise outcome[0]
        return outcome[0]

    return seal_in_time
