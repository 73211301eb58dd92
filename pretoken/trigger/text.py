"""Text constants and templates: `${NAME}` is a variable, `$$` a dollar sign, `{PATH}` an input, `{{`, `}}` braces."""

from __future__ import annotations

import re

from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import ReadValue, Value

    Part = tuple[str, str]
    """What the part is (`text`, `variable` or `input`), and its text, name or path."""

_CONSTANT = re.compile(r"\$\$|\$\{([A-Z][A-Z0-9_]*)\}")
_TEMPLATE = re.compile(_CONSTANT.pattern + r"|\{\{|\}\}|\{([^{}]+)\}|[{}]")


class TemplateError(ValueError):
    """A template has a lone brace."""


def parts_of(text: str, *, template: bool = False) -> list[Part]:
    """Split a text constant, or a template, into its parts.

    Args:
        text: as it stands in the rule file.
        template: whether `{PATH}` is an input.

    Raises:
        TemplateError: a brace of a template is neither doubled nor part of a placeholder.
    """
    parts: list[Part] = []
    literal, end = "", 0
    for match in (_TEMPLATE if template else _CONSTANT).finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        token = match.group()
        name, path = match.group(1), match.group(2) if template else None
        if name or path:
            if literal:
                parts.append(("text", literal))
                literal = ""
            parts.append(("variable", name) if name else ("input", path or ""))
        elif token in "{}":
            raise TemplateError(text)
        else:
            literal += token[0]
    literal += text[end:]
    if literal or not parts:
        parts.append(("text", literal))
    return parts


def fill_in(text: str, variables: Mapping[str, str]) -> str:
    """Put the variables' values into a text constant."""
    if "$" not in text:
        return text
    return "".join(variables[part] if kind == "variable" else part for kind, part in parts_of(text))


def resolve_variables(declared: Mapping[str, object], values: Mapping[str, str]) -> dict[str, str]:
    """Take the declared variables from the function's environment.

    Args:
        declared: name -> `any` or the list of allowed values.
        values: the environment.

    Raises:
        PlanError: a variable is missing, empty or not among its allowed values.
    """
    found = {}
    for name, allowed in declared.items():
        value = values.get(name)
        if not value:
            raise PlanError(
                f"there is no variable `{name}`; give it a value in the function's environment, in template.yaml"
            )
        if isinstance(allowed, list) and value not in allowed:
            raise PlanError(f"the variable `{name}` isn't one of the values that pool.yaml allows")
        found[name] = value
    return found


def link_template(text: str, linker: Linker) -> ReadValue:
    """Link a template; any part absent makes it absent, any part failed failed."""
    pieces: list[str | ReadValue] = []
    for kind, part in parts_of(text, template=True):
        if kind == "input":
            pieces.append(linker.input(part))
        else:
            pieces.append(linker.variables[part] if kind == "variable" else part)

    def template(context: Context) -> Value:
        texts, absent = [], False
        for piece in pieces:
            value = piece if isinstance(piece, str) else piece(context)
            if value is FAILED:
                return FAILED
            if value is ABSENT:
                absent = True
            else:
                texts.append(value if isinstance(value, str) else json_text(value))
        return ABSENT if absent else "".join(texts)

    return template
