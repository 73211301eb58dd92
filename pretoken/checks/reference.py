"""The reference of all checks, as Markdown."""

from pretoken.checks.registry import CHECKS

_HEAD = """\
# Checks

<!-- Made from the docstrings of pretoken/checks: python -m pretoken.checks > docs/checks.md -->

`pretoken check` reports where it doubts a policy that loads, what is wrong, what comes of it, and the cure.
[Its formats](ci.md#formats) are for people, programs, code scanning and pull requests.
An *error* isn't safe to deploy, a *warning* is hardly meant so, a *notice* is good to know.

A finding that you have read and decided to live with is accepted where it stands, with the reason for reviewers.
`at` is the place that the finding names; [reports](ci.md#accepted-findings) still show it.

```yaml
rules:
  stage:
    access_token: {claims: {stage: live}}
    accept: [{finding: reaches-machines, at: access_token, why: Every token names the stage.}]
```

What isn't in a rule is accepted in pool.yaml, under `accept`.

| finding | severity | what it does | cure |
|---|---|---|---|
"""


def reference() -> str:
    """Write the reference of all checks."""
    rows = [
        f"| [{name}](#{name}) | {check.severity} | {_first_line(check.explanation)} | {check.cure} |"
        for name, check in CHECKS.items()
    ]
    sections = [
        f"## {name}\n\nSeverity: {check.severity}; if left: {check.gain}.\n\n{check.explanation}"
        for name, check in CHECKS.items()
    ]
    return _HEAD + "\n".join(rows) + "\n\n" + "\n\n".join(sections) + "\n"


def _first_line(explanation: str) -> str:
    return explanation.partition("\n")[0]
