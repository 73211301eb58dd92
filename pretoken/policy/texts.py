"""Texts: variables where they are replaced, placeholders in templates, and neither anywhere else."""

import re

from pretoken.policy.errors import named, typed
from pretoken.policy.names import Names
from pretoken.policy.report import At, Report
from pretoken.policy.suggestions import suggested
from pretoken.policy.walk import Part
from pretoken.trigger.text import TemplateError, parts_of

_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_DOLLAR = re.compile(r"\$\$|\$\{([A-Z][A-Z0-9_]*)\}|\$")


def check_text(part: Part, names: Names, report: Report) -> None:
    """Report undeclared variables, lone dollar signs and braces, and undeclared placeholders in a text."""
    if part.kind == "plain":
        if "${" in part.item:
            message = "variables aren't replaced here; write the text out, without `${…}`"
            report.add("variable-not-replaced", part.at, message, key=part.key)
        elif part.at[-1] == "deny" and not part.key and _PLACEHOLDER.search(part.item):
            message = "inputs aren't replaced here; write the text out, without `{…}`"
            report.add("placeholder-not-replaced", part.at, message)
        return
    if isinstance(part.item, tuple):
        for number, item in enumerate(part.item):
            _check_variables(item, (*part.at, number), names, report)
    else:
        _check_variables(part.item, part.at, names, report)
    if part.kind == "template":
        _check_placeholders(part, names, report)


def _check_variables(text: object, at: At, names: Names, report: Report) -> None:
    for match in _DOLLAR.finditer(text) if isinstance(text, str) else ():
        if match[0] == "$":
            report.add("lone-dollar", at, "a lone dollar sign; write `$$` for the sign, or `${NAME}` for a variable")
        elif match[1] and not names.knows("variables", match[1]):
            cure = suggested(match[1], names.pool.variables, f"add `{typed(match[1])}: any` under `variables`")
            report.add("unknown-variable", at, f"pool.yaml declares no variable {named(match[1])}; {cure}")


def _check_placeholders(part: Part, names: Names, report: Report) -> None:
    try:
        parts = parts_of(part.item, template=True)
    except TemplateError:
        report.add("lone-brace", part.at, "a lone brace; write `{{` and `}}` for braces, or `{PATH}` for an input")
        return
    for kind, path in parts:
        if kind == "input":
            names.check_input(path, part.at, report)
