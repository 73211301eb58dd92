"""App clients and recipients: names that mean one thing."""

from pretoken.policy.errors import quoted
from pretoken.policy.pool import Pool
from pretoken.policy.report import Report
from pretoken.policy.variables import possible_texts


def check_clients(pool: Pool, report: Report) -> None:
    """Report an app client id that two clients have, or can have by the values that their variables may hold."""
    owners: dict[str, str] = {}
    for name, ids in pool.clients.items():
        for number, client_id in enumerate(ids):
            texts = possible_texts(client_id, pool) or (client_id,)
            owner = next((owners[text] for text in texts if text in owners), None)
            if owner is not None:
                one, other = quoted(name, "a client"), quoted(owner, "another")
                has = "has" if texts == (client_id,) else "can have"
                message = f"{one} {has} an app client id that {other} has already; take it out of {one}"
                report.add("client-id-twice", ("pool", "clients", name, number), message)
            owners |= dict.fromkeys(texts, name)


def check_recipients(pool: Pool, report: Report) -> None:
    """Report names that can't stand in an encryption context.

    Source: AWS Encryption SDK developer guide, "Encryption context" (the reserved prefix).
    """
    for name in pool.recipients:
        if name.startswith("aws-crypto-"):
            message = "names that begin with `aws-crypto-` are AWS's own; write `billing-api`"
            report.add("wrong-name", ("pool", "recipients", name), message, key=True)
