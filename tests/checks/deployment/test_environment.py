"""The variables of the function in a template."""

import pytest

from tests.checks.conftest import Found

MISSING, UNDECLARED = "missing-variable", "undeclared-variable"
POOL = """\
language: 1
trigger: V2_0
other_clients: apply_rules
variables: {WEB_ID: any, STAGE: [test, live]}
"""


def template(variables: str, kind: str = "Serverless", shared: str = "") -> str:
    globals_ = f"Globals: {{Function: {{Environment: {{Variables: {shared}}}}}}}\n" if shared else ""
    return f"""\
{globals_}Resources:
  Fn:
    Type: AWS::{kind}::Function
    Properties:
      Handler: pre_token_generation.handler
      {"Environment: {Variables: " + variables + "}" if variables else "MemorySize: 128"}
"""


def test_each_missing_variable_is_told_with_its_place(found: Found) -> None:
    assert found(MISSING, pool=POOL, template=template("{STAGE: live}")) == [
        (
            "template.yaml:6:21: error[missing-variable]: the function `Fn` has no variable `WEB_ID`; write `WEB_ID: "
            "VALUE` under its `Environment`, in `Variables`"
        )
    ]
    assert [text.split(": ")[0] for text in found(MISSING, pool=POOL, template=template(""))] == [
        "template.yaml:2:3",
        "template.yaml:2:3",
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('""', "is empty"),
        ("!Ref AWS::NoValue", "isn't set under every condition"),
        ("!If [C, live, !Ref AWS::NoValue]", "isn't set under every condition"),
        ("!If [C, live, '']", "is empty"),
        ("prod", "isn't one of those that pool.yaml allows"),
        ("!If [C, live, prod]", "isn't one of those that pool.yaml allows"),
    ],
)
def test_a_value_with_which_the_function_does_not_start_is_told(value: str, why: str, found: Found) -> None:
    (finding,) = found(MISSING, pool=POOL, template=template(f"{{WEB_ID: a, STAGE: {value}}}"))
    assert f"the variable `STAGE` of the function `Fn` {why}; " in finding


@pytest.mark.parametrize(
    "variables",
    [
        "{WEB_ID: !Ref Web, STAGE: !Ref Stage}",
        "{WEB_ID: !If [C, !Ref Web, !Ref WebId], STAGE: !If [C, live, test]}",
        "!If [C, {WEB_ID: a, STAGE: live}, {WEB_ID: b, STAGE: test}]",
        "!Ref Variables",
        "{STAGE: live, Fn::Transform: {Name: x}}",
    ],
)
def test_variables_that_are_there_or_not_known_are_fine(variables: str, found: Found) -> None:
    assert found(MISSING, pool=POOL, template=template(variables)) == []
    assert found(UNDECLARED, pool=POOL, template=template(variables)) == []


def test_a_variable_that_one_branch_lacks_is_told(found: Found) -> None:
    text = template("!If [C, {WEB_ID: a, STAGE: live}, {STAGE: live}]")
    assert len(found(MISSING, pool=POOL, template=text)) == 1
    assert len(found(MISSING, pool=POOL, template=template("!If [C, !Ref V, {STAGE: live}]"))) == 0


def test_sam_adds_what_globals_have(found: Found) -> None:
    """To its own functions."""
    shared = "{WEB_ID: a, STAGE: prod}"
    assert found(MISSING, pool=POOL, template=template("{STAGE: live}", shared=shared)) == []
    assert len(found(MISSING, pool=POOL, template=template("", shared=shared))) == 1
    assert len(found(MISSING, pool=POOL, template=template("{STAGE: live}", "Lambda", shared))) == 1


def test_without_a_function_there_is_nothing_to_say(found: Found) -> None:
    assert found(MISSING, pool=POOL, template=template("").replace("pre_token", "post_token")) == []


@pytest.mark.parametrize(
    ("name", "many"),
    [("WEB", 1), ("AWS_ENDPOINT_URL", 0), ("PRETOKEN_TRACEBACK", 0), ("PYTHONPATH", 0), ("TZ", 0), ("STAGE", 0)],
)
def test_a_variable_that_rules_cannot_read_is_told(name: str, many: int, found: Found) -> None:
    assert len(found(UNDECLARED, pool=POOL, template=template(f"{{{name}: live}}"))) == many
    assert found(UNDECLARED, pool=POOL, template=template("{WEB: !Ref AWS::NoValue}")) == []
