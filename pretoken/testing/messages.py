"""Messages for recipients, sealed as the trigger seals them, under keys of a KMS in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.sealing import Sealer
    from pretoken.sealing.kms import KMSClient


def key_arn(recipient: str, region: str) -> str:
    """Return the ARN of a recipient's key, the same each time; the local KMS has every key."""
    return f"arn:aws:kms:{region}:000000000000:key/{uuid5(NAMESPACE_URL, f'recipient:{recipient}')}"


class Messages:
    """Seal for any recipient; boto3 and the AWS Encryption SDK are imported at the first message."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._client: KMSClient | None = None
        self._sealers: dict[tuple[str, str], Sealer] = {}

    @property
    def client(self) -> KMSClient:
        """The client of the local KMS."""
        if self._client is None:
            from pretoken.sealing import local_kms_client

            self._client = local_kms_client(self._region)
        return self._client

    def seal(self, recipient: str, members: Mapping[str, Any], sub: str, *, key_of: str | None = None) -> str:
        """Return a message.

        Args:
            recipient: for whom.
            members: what is encrypted.
            sub: the `sub` of the token that will carry the message.
            key_of: the recipient whose key is used, if it isn't its own.
        """
        from pretoken.sealing import Sealer

        arn = key_arn(key_of or recipient, self._region)
        sealer = self._sealers.get((recipient, arn))
        if sealer is None:
            sealer = self._sealers[recipient, arn] = Sealer({recipient: arn}, client_for=lambda _region: self.client)
        return sealer.seal(recipient, members, sub)
