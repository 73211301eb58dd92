"""The keys of recipients."""

import re
from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.trigger.text import parts_of

_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


@check(
    "error",
    gain="the function can't start, and every sign-in is refused",
    cure="write `arn:aws:kms:REGION:ACCOUNT:key/ID`, or a variable that holds one",
)
def not_a_key_arn(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a recipient whose key isn't the ARN of a KMS key.

    The function doesn't start with it, and then every sign-in is refused.
    The ARN of an alias doesn't serve: a message names its key, and whoever opens it compares that with the ARN.

    A key with a variable in it is known at cold start only, so it is no finding.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    recipients: {billing-api: {key: alias/billing}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    variables: {BILLING_KEY_ARN: any}
    recipients: {billing-api: {key: "${BILLING_KEY_ARN}"}}
    ```

    Source: AWS KMS Developer Guide, "Key identifiers (KeyId)".
    """
    for name, recipient in loaded.policy.pool.recipients.items():
        constant = all(kind == "text" for kind, _ in parts_of(recipient.key))
        if constant and not _KEY.fullmatch(recipient.key):
            at: At = ("pool", "recipients", name, "key")
            message = f"{shown(at)} isn't the ARN of a KMS key, so the function can't start"
            yield Doubt(at, message, "write one such as `arn:aws:kms:REGION:ACCOUNT:key/ID`")
