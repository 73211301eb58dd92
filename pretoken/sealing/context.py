"""The encryption context of a recipient's messages."""

from __future__ import annotations


def encryption_context(recipient: str) -> dict[str, str]:
    """Return the encryption context of all messages for `recipient`.

    It is constant per recipient, because the cache of data keys is keyed by it: one data key serves all users. It is
    short, because each message carries it, and public, because headers and CloudTrail show it: so no personal data.
    IAM and key policies grant by it (`kms:EncryptionContext:recipient`).

    Args:
        recipient: the recipient's name as in the rule files, such as `billing-api`.

    Raises:
        ValueError: the name is empty, no text, or begins with `aws-crypto-`.

    Source: AWS Encryption SDK developer guide, "Encryption context" (the reserved prefix, which the SDK leaves
    unchecked).
    """
    if not isinstance(recipient, str) or not recipient:
        raise ValueError("the recipient's name is missing; give the name that the rule files use")
    if recipient.startswith("aws-crypto-"):
        raise ValueError(f"recipient `{recipient}` begins with `aws-crypto-`, which is reserved; choose another name")
    return {"recipient": recipient}
