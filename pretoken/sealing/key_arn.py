"""The ARN of a KMS key, read without botocore."""

from __future__ import annotations


def region_of(key: str) -> str:
    """Return the region of a KMS key ARN.

    Args:
        key: the ARN of a key, not of an alias: only a key's ARN can be compared with the one in a message.

    Raises:
        ValueError: `key` is not the ARN of a KMS key.
    """
    match str(key).split(":"):
        case ["arn", partition, "kms", region, account, resource] if partition and region and account:
            kind, _, name = resource.partition("/")
            if kind == "key" and name:
                return region
    raise ValueError(f"`{key}` is not the ARN of a KMS key; give one like `arn:aws:kms:REGION:ACCOUNT:key/ID`")
