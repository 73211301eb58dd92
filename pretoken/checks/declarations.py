"""What files say about people: constants that are personal, and names that contradict their labels."""

import re
from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.checks.flow import sinks_of
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.types import Typing
from pretoken.policy.walk import walk
from pretoken.policy.writers import writers_of

# It matches from the first letter of a word on, so that no text takes long, and no placeholder of a template.
_ADDRESS = re.compile(r"(?<![^\s@<>{}])[^\s@<>{}]+@[^\s@<>{}]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w+])\+[1-9][0-9 ()./-]{7,}[0-9]")
_KINDS = ("constant", "plain", "template")

_PERSONAL_WORDS = frozenset(
    {"address", "birth", "birthday", "birthdate", "dob", "email", "ethnicity", "firstname", "gender", "iban"}
    | {"lastname", "mail", "mobile", "nickname", "passport", "phone", "religion", "ssn", "street", "surname"}
)
_PERSONAL_NAMES = frozenset({"given_name", "family_name", "middle_name", "full_name", "first_name", "last_name"})
_ABOUT_IT = frozenset(["count", "domain", "language", "preference", "status", "template", "type", "verified"])
_TEXTS = ("string", "strings", "date", "object")


@check(
    "warning",
    gain="everyone who reads the repository, the package or the token reads it",
    cure="keep persons in a group or a table of a database, and ask for that: `groups: NAME`",
)
def personal_constant(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report an e-mail address or a phone number that stands in a rule file.

    Rule files are in a repository and in the function's package, and constants end up in tokens.
    A rule about one person is also one that nobody takes out when the person leaves.

    Looked at are constants, templates, the keys of tables and of claims, and what `deny` says.

    Bad:

    ```yaml
    rules:
      boss:
        when: {attribute.email: jane@example.com, attribute.email_verified: true}
        groups: {add: [admins]}
    ```

    Good:

    ```yaml
    rules:
      staff:
        when: {attribute.email: {domain: example.com}, attribute.email_verified: true}
        groups: {add: [staff]}
    ```

    Source: GDPR article 5, on data minimisation.
    """
    for part in walk(loaded.policy):
        if part.kind in _KINDS and part.at[2:] != ("why",):
            texts = part.item if isinstance(part.item, tuple) else (part.item,)
            for text in texts:
                kind = _kind(text) if isinstance(text, str) else None
                if kind is not None:
                    yield Doubt(part.at, f"{shown(part.at)} has {kind} in it", key=part.key)


def names_somebody(text: str) -> bool:
    """Tell whether an e-mail address or a phone number stands in a text."""
    return _kind(text) is not None


def _kind(text: str) -> str | None:
    if _ADDRESS.search(text):
        return "an e-mail address"
    return "a phone number" if _PHONE.search(text) else None


@check(
    "warning",
    gain="personal data passes all other checks under this label",
    cure="say what it holds, for example `data: user.contact.email`",
)
def doubtful_label(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a name that speaks of personal data, where the label says that there is none.

    The label decides whether a value may stand in an access token, and nothing else tells pretoken what it holds.
    So it looks at names: of inputs with `data: none`, and of access-token claims whose value isn't personal.
    Constants, facts and numbers are no finding, nor names such as `email_verified` and `email_domain`.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:private_email: {data: none}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:private_email: {data: user.contact.email}}
    ```

    Source: OpenID Connect Core 1.0 section 5.1, on standard claims; Fideslang's data categories.
    """
    policy = loaded.policy
    typing = Typing(policy)
    for name, path, at in _declared_public(policy):
        if _speaks_of_people(name) and typing.path(path) in _TEXTS:
            message = f"{shown(at)} holds personal data by its name {quoted(name)}, and none by its label"
            yield Doubt(at, message, key=True)
    sinks = {sink.at: sink for sink in sinks_of(policy) if sink.kind == "claim" and sink.target == "access_token"}
    for name, rule in policy.rules.items():
        for writer in writers_of(name, rule, policy):
            sink = sinks.get(writer.at)
            named = writer.leaf[-1] if writer.leaf else writer.claim
            if sink is None or not _speaks_of_people(named) or sink.value.secrecy or sink.value.facts:
                continue
            if sink.value.standing and typing.of(writer.value) in _TEXTS:
                message = f"{shown(writer.at)} holds personal data by its name {quoted(named)}, and none by its label"
                cure = "name the claim for what it holds, or label its input, for example `data: user.contact.email`"
                yield Doubt(writer.at, message, cure, key=True)


def _declared_public(policy: Policy) -> Iterator[tuple[str, str, At]]:
    pool = policy.pool
    for root, section in (("attribute", pool.attributes), ("metadata", pool.metadata)):
        where = "attributes" if root == "attribute" else root
        for name, declared in section.items():
            if declared.data == "none":
                yield name.rpartition(":")[2], f"{root}.{name}", ("pool", where, name)
    for lookup_name, lookup in pool.lookups.items():
        for name, field in lookup.fields.items():
            if (field.data or lookup.data) == "none":
                yield name, f"lookup.{lookup_name}.{name}", ("pool", "lookups", lookup_name, "fields", name)


def _speaks_of_people(name: str) -> bool:
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    if "_".join(words) in _PERSONAL_NAMES:
        return True
    return not _PERSONAL_WORDS.isdisjoint(words) and _ABOUT_IT.isdisjoint(words)
