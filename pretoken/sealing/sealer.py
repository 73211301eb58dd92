"""The sealing side, which runs in the trigger."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64encode

from pretoken.sealing.context import encryption_context
from pretoken.sealing.errors import SealingError
from pretoken.sealing.key_arn import region_of
from pretoken.sealing.kms import aws_error, cause_of, kms_clients
from pretoken.sealing.materials import LONGEST_MESSAGE, SDK, SUITE, cached_materials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.sealing.kms import KMSClient

# The SDK logs a failure with its whole traceback. The trigger's log lines are its own: the failure's cause is all
# that it tells.
logging.getLogger("aws_encryption_sdk").setLevel(logging.CRITICAL)


class Sealer:
    """Encrypt members for recipients, one message per recipient and token.

    Make one at cold start: that asks nothing of KMS. The first message for a recipient makes a data key, which then
    serves all users for at most 300 s.

    Args:
        keys: the ARN of the KMS key by the recipient's name.
        client_for: makes the KMS client for a region, called once per region; default: a client with the usual
            credentials, 1 s of patience and two attempts.

    Raises:
        ValueError: a recipient's name or a key's ARN cannot be used.
    """

    __slots__ = ("_recipients",)

    def __init__(self, keys: Mapping[str, str], *, client_for: Callable[[str], KMSClient] | None = None) -> None:
        regions = {key: region_of(key) for key in keys.values()}
        make = client_for or kms_clients()
        clients = {region: make(region) for region in set(regions.values())}
        self._recipients = {
            recipient: (encryption_context(recipient), cached_materials(key, clients[regions[key]]))
            for recipient, key in keys.items()
        }

    def seal(self, recipient: str, members: Mapping[str, object], sub: str) -> str:
        """Return the members and `sub`, encrypted for `recipient`.

        Args:
            recipient: a name given to the constructor.
            members: JSON values by name; `sub` is not among the names.
            sub: the user's `sub`, sealed in so that the message cannot be moved to another user's token.

        Returns:
            One message of the AWS Encryption SDK in base64url without padding, at most 65536 characters.

        Raises:
            SealingError: with the `cause`. Another call may work, and is not held up by this one.
        """
        try:
            context, materials = self._recipients[recipient]
            message, _ = SDK.encrypt(
                source=_content(members, sub),
                materials_manager=materials,
                encryption_context=context,
                algorithm=SUITE,
            )
            text = urlsafe_b64encode(message).rstrip(b"=").decode("ascii")
            if len(text) <= LONGEST_MESSAGE:
                return text
            cause = "sealing-failed"
        except Exception as error:  # noqa: BLE001 - whatever fails, the claim is left out and the sign-in goes on
            known = aws_error(error)
            cause = cause_of(known) if known else "sealing-failed"
        # Raised here, not above, so that not even the error's context leads to a personal value.
        raise SealingError(cause)

    def forget(self) -> None:
        """Let go of all data keys, so that the next message for each recipient is sealed with a new one."""
        for _, materials in self._recipients.values():
            materials.cache.clear()


def _content(members: Mapping[str, object], sub: str) -> bytes:
    if "sub" in members or not isinstance(sub, str) or not sub:
        raise ValueError
    return json.dumps({"sub": sub, **members}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
