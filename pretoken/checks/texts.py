"""Texts that were meant as inputs."""

import re
from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.errors import quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.names import Names
from pretoken.policy.report import At, Report
from pretoken.policy.walk import Part, walk

_BRACES = re.compile(r"\{([^{}]+)\}")


@check(
    "warning",
    gain="everybody's token holds the name of the input, and nobody's its value",
    cure="read the input: `{from: PATH}`, `{template: TEXT}` or `{one_of: PATH}`",
)
def looks_like_a_path(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a text that is the path of an input, or has one in braces, where nothing reads it.

    A scalar is a constant: `email: attribute.email` writes the text `attribute.email` into everybody's token.
    `from` reads an input, `template` puts inputs into a text, and a test compares with an input by `one_of`.

    Looked at are the texts of rules, derived values and tables, what `deny` says, and the keys of lookups.
    Single words such as `groups` are no finding: a claim may well say that.

    Bad:

    ```yaml
    rules:
      contact:
        id_token: {claims: {contact: attribute.email}}
    ```

    Good:

    ```yaml
    rules:
      contact:
        id_token: {claims: {contact: {from: attribute.email}, greeting: {template: "Hello {attribute.name}"}}}
    ```

    Source: the rule language, on values.
    """
    policy = loaded.policy
    paths = Names(policy, Report(lambda at, _key: loaded.place(at))).paths
    tested: set[At] = set()
    for part in walk(policy):
        if part.kind == "test":
            tested.add(part.at)
        for text in _texts(part):
            path, in_braces = _path_in(text, paths, template=part.kind == "template")
            if path is not None:
                name = quoted(path, "of an input's path")
                what = f"has {name} in braces, which only templates read" if in_braces else f"is the text {name}"
                in_test = part.at in tested or part.at[:-1] in tested
                cure = _cure(part, path, text if in_braces else None, in_test=in_test)
                yield Doubt(part.at, f"{shown(part.at)} {what}, not the input", cure)


def _texts(part: Part) -> Iterator[str]:
    """Give the texts of a part in which an input may have been meant."""
    is_key = part.kind == "template"
    is_value = part.kind == "constant" and part.at[0] != "pool"
    if is_key or is_value or (part.kind == "plain" and part.at[2:] == ("deny",)):
        for text in part.item if isinstance(part.item, tuple) else (part.item,):
            if isinstance(text, str):
                yield text


def _path_in(text: str, paths: set[str], *, template: bool) -> tuple[str | None, bool]:
    """Give the path that a text is or holds, and whether it stands in braces."""
    if "." in text and text in paths:
        return text, False
    return next((path for path in _BRACES.findall(text) if path in paths and not template), None), True


def _cure(part: Part, path: str, text: str | None, *, in_test: bool) -> str:
    if part.kind == "plain":
        return "a denial reads the same for everybody: leave it out"
    if part.kind == "template":
        return f'write `"{{{typed(path)}}}"`'
    if in_test:
        return f"write `{{one_of: {typed(path)}}}`"
    value = f"{{from: {typed(path)}}}" if text is None else f'{{template: "{typed(text)}"}}'
    return f"write `first_of: [VALUE, {value}]`" if part.at[-1] == "default" else f"write `{value}`"
