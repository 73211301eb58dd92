"""DynamoDB tables: lookups that read one table agree on its key."""

from pretoken.policy.errors import quoted
from pretoken.policy.pool import Pool
from pretoken.policy.report import Report


def check_tables(pool: Pool, report: Report) -> None:
    """Report a lookup that reads a table by other key attributes than another: one of them would always be refused.

    Source: DynamoDB API reference, GetItem: all of the key's attributes, and no other.
    """
    first: dict[str, str] = {}
    for name, lookup in pool.lookups.items():
        if lookup.dynamodb is None:
            continue
        other = first.setdefault(lookup.dynamodb.table, name)
        source = pool.lookups[other].dynamodb
        if source is not None and source.key.keys() != lookup.dynamodb.key.keys():
            attributes = ", ".join(f"{attribute}: …" for attribute in source.key)
            message = (
                f"{quoted(other)} reads this table by other key attributes, and a table has one key; "
                f"write `key: {{{attributes}}}`, or mend that of {quoted(other)}"
            )
            report.add("key-clash", ("pool", "lookups", name, "dynamodb", "key"), message)
