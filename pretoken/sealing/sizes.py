"""How long a message is, by the length of what it seals: nothing is sealed for that, and the SDK isn't imported."""

from __future__ import annotations

from pretoken.sealing.context import encryption_context

# The header of suite 0x0478 (AWS Encryption SDK developer guide, "Message format"): version, suite, message id, length
# of the context, number of data keys, type of the content, length of a frame, commitment key, tag.
_HEADER = 1 + 2 + 32 + 2 + 2 + 1 + 4 + 32 + 16
_LENGTH = 2
_PROVIDER = len("aws-kms")
_WRAPPED_KEY = 184  # as KMS wraps a data key of 32 bytes
_FRAME = 4096
_AROUND_FRAME = 4 + 12 + 16  # sequence number, nonce, tag
_AROUND_LAST_FRAME = 4 + _AROUND_FRAME + 4  # before them a mark, behind the nonce the content's length


def message_characters(content: int, key: int, recipient: str) -> int:
    """Give the length of a message in base64url without padding.

    Args:
        content: the bytes that it seals: the JSON of the members and of `sub`.
        key: the length of the KMS key's ARN.
        recipient: the recipient's name.
    """
    context = sum(
        _LENGTH + len(name) + _LENGTH + len(value.encode()) for name, value in encryption_context(recipient).items()
    )
    data_key = _LENGTH + _PROVIDER + _LENGTH + key + _LENGTH + _WRAPPED_KEY
    full_frames = content // _FRAME  # behind which the last one may be empty
    message = _HEADER + _LENGTH + context + data_key + full_frames * _AROUND_FRAME + _AROUND_LAST_FRAME + content
    return (message * 4 + 2) // 3
