"""What can go wrong when personal data is sealed or opened.

Texts are constant: they never hold a personal value, nor the text of another library's error.
"""

from __future__ import annotations

#: Everything that `SealingError.cause` can be; the names also tell the local KMS which failure to play.
CAUSES = {
    "kms-timeout": "the key service did not answer in time; check the network route to it",
    "kms-unreachable": "the key service cannot be reached; check the network route, the region and the endpoint",
    "kms-throttled": "the key service refused for too many requests; ask for a higher quota",
    "kms-access-denied": "the key service denied access; check the role's policy, the key policy and the context",
    "kms-key-disabled": "the key is disabled or cannot be used in its state; enable it or configure another",
    "kms-key-not-found": "the key does not exist; check its ARN",
    "no-credentials": "there are no valid AWS credentials; check the role",
    "kms-failed": "the key service failed; try again, and check its health and the key's type",
    "sealing-failed": "the message could not be sealed; check the recipient, the members and the subject",
}


class SealingError(Exception):
    """Say that a message could not be sealed; `cause` is a key of `CAUSES`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return CAUSES[self.cause]


class OpeningError(Exception):
    """Say that a message was not opened; `code` is the stable name of the reason."""

    code = "not-opened"
    text = "the message was not opened"

    def __str__(self) -> str:
        return self.text


class MessageTooLongError(OpeningError):
    """Say that the message is longer than any that a sealer makes."""

    code = "message-too-long"
    text = "the message is too long; at most 65536 characters are opened"


class MalformedMessageError(OpeningError):
    """Say that the text is not one whole encrypted message."""

    code = "malformed-message"
    text = "this is not one whole encrypted message; give the claim as it stands in the token"


class WrongSuiteError(OpeningError):
    """Say that the message uses another algorithm suite than 0x0478."""

    code = "wrong-suite"
    text = "the message uses another algorithm suite than 0x0478; only messages of a sealer are opened"


class TooManyDataKeysError(OpeningError):
    """Say that the message carries more than one encrypted data key."""

    code = "too-many-data-keys"
    text = "the message carries more than one encrypted data key; only messages of a sealer are opened"


class WrongRecipientError(OpeningError):
    """Say that the message's encryption context is not this recipient's."""

    code = "wrong-recipient"
    text = "the message is encrypted for another recipient; give the claim that is meant for this one"


class WrongKeyError(OpeningError):
    """Say that the message's data key is wrapped by another KMS key."""

    code = "wrong-key"
    text = "the message is encrypted under another key; configure the key that the user pool's policy names"


class TamperedMessageError(OpeningError):
    """Say that the message is not what was sealed: header, data key or body was changed or cut."""

    code = "tampered-message"
    text = "the message is not what was sealed; it was changed or cut short on its way"


class InvalidContentError(OpeningError):
    """Say that the opened message holds no JSON object with one `sub`."""

    code = "invalid-content"
    text = "the message holds no JSON object of members and `sub`; only messages of a sealer are opened"


class WrongSubjectError(OpeningError):
    """Say that the message was sealed for another user's token."""

    code = "wrong-subject"
    text = "the message belongs to another user's token, or the token has no `sub`; refuse the request"


class _KMSError(OpeningError):
    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class KMSRefusedError(_KMSError):
    """Say that this process may not use the key: `cause` (a key of `CAUSES`) says why; asking again won't help."""

    code = "kms-refused"
    text = "the key service refused to open the data key; check the role, the key policy and the key's state"


class KMSUnavailableError(_KMSError):
    """Say that the key service did not answer: `cause` (a key of `CAUSES`) says why; ask again later."""

    code = "kms-unavailable"
    text = "the key service is not available; try again later"
