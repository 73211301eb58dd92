"""The variables of pool.yaml, and the environment of the function in a template."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.policy.errors import named, quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.pools.environment import environment_of
from pretoken.pools.facts import Facts
from pretoken.pools.intrinsics import text
from pretoken.pools.template import Node

_READ_BY_OTHERS = ("AWS_", "BOTO_", "LAMBDA_", "LD_", "OTEL_", "POWERTOOLS_", "PRETOKEN_", "PYTHON", "TZ")
"""How variables begin that Lambda, Python, botocore and what measures functions read."""


@check(
    "error",
    gain="the function doesn't start, and every sign-in is refused",
    cure="give it a value in the template, under `Environment: {Variables: {NAME: …}}`",
)
def missing_variable(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a variable of pool.yaml that the function in the template lacks, or whose value isn't allowed.

    The function reads its variables when it starts.
    One that is missing, empty, or not in its list in pool.yaml stops it, and every sign-in is refused.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: deny
    variables: {WEB_CLIENT_ID: any}
    clients: {web: "${WEB_CLIENT_ID}"}
    ```

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties: {Handler: pre_token_generation.handler}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: deny
    variables: {WEB_CLIENT_ID: any}
    clients: {web: "${WEB_CLIENT_ID}"}
    ```

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Environment: {Variables: {WEB_CLIENT_ID: !Ref WebClient}}
    ```

    Source: the rule language, on variables.
    """
    for function in facts.functions:
        environment = environment_of(function, facts)
        for name, allowed in loaded.policy.pool.variables.items():
            at: At = ("template", function.name, "Environment", name)
            cure = f"write `{typed(name)}: VALUE` under its `Environment`, in `Variables`"
            if name not in environment.variables:
                if environment.complete:
                    message = f"the function {named(function.name)} has no variable {named(name)}"
                    yield Doubt(at, message, cure, place=environment.place)
                continue
            wrong = [why for value in environment.variables[name] if (why := _wrong(value, allowed))]
            if wrong:
                place = next((one.place for one in environment.variables[name] if one), environment.place)
                message = f"the variable {named(name)} of the function {named(function.name)} {wrong[0]}"
                yield Doubt(at, message, cure, place=place)


def _wrong(value: Node | None, allowed: str | tuple[str, ...]) -> str:
    """Say what is wrong with a value of a variable; nothing if nothing is, or it isn't known."""
    if value is None:
        return "isn't set under every condition"
    written = text(value)
    if written == "":
        return "is empty"
    return "isn't one of those that pool.yaml allows" if written and allowed != "any" and written not in allowed else ""


@check(
    "notice",
    gain="readers take it for something that rules use",
    cure="declare it in pool.yaml, under `variables: {NAME: any}`, or leave it out",
)
def undeclared_variable(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a variable of the function in the template that pool.yaml doesn't declare.

    Rules can't read it: it is left from a rule that is gone, or its name has a typo.
    Those of AWS, Python and of what measures functions are no finding, such as `AWS_ENDPOINT_URL`.

    Bad:

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Environment: {Variables: {ANY: a, STAGE: live, STAEG: live}}
    ```

    Good:

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Environment: {Variables: {ANY: a, STAGE: live, AWS_ENDPOINT_URL: ""}}
    ```

    Source: the rule language, on variables.
    """
    declared = loaded.policy.pool.variables
    for function in facts.functions:
        for name, values in environment_of(function, facts).variables.items():
            if name in declared or name.startswith(_READ_BY_OTHERS):
                continue
            for value in [one for one in values if one is not None][:1]:
                message = f"the function {named(function.name)} has the variable {quoted(name)}, which no rule can read"
                cure = f"declare it in pool.yaml, `variables: {{{typed(name)}: any}}`, or leave it out"
                yield Doubt(("template", function.name, "Environment", name), message, cure, place=value.place)
