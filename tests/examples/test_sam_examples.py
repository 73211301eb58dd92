"""Each example runs by its README's command; its template lints, translates, and takes no token without a scope."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pretoken.packaging import BuildError
from pretoken.packaging.bytecode import find_python
from tests.examples.sample_events import EXAMPLES, ROOT, events, text_of
from tests.template.conftest import SAM, environment

WITH_EVENTS = ["appsync", "http-api", "rest-api"]
TEMPLATES = sorted(EXAMPLES.glob("*/template.yaml"))
needs_sam = pytest.mark.skipif(not (SAM / "sam").exists(), reason="`make test` makes .venv/sam, which has the SAM CLI")
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parent.name)


def run(*command: str | Path, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    surroundings = environment() | {"PATH": path, "PYTHONPATH": str(ROOT)} | variables
    return subprocess.run(  # noqa: S603
        [*map(str, command)], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )


@cache
def resources(template: Path) -> dict[str, Any]:
    """Give the resources of a template that SAM has translated to plain CloudFormation."""
    answer = run(SAM / "python", ROOT / "tests/template/translate.py", template)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)["Resources"]
    return found


def test_the_events_are_the_tokens_of_the_sample_policy_as_gateways_hand_them_over() -> None:
    files = {
        str(path.relative_to(EXAMPLES)): path for name in WITH_EVENTS for path in EXAMPLES.glob(f"{name}/events/*")
    }
    assert {name: path.read_text("utf-8") for name, path in files.items()} == {
        name: text_of(event) for name, event in events().items()
    }


@pytest.mark.parametrize("example", [path.parent.name for path in sorted(EXAMPLES.glob("*/README.md"))])
def test_the_command_of_the_readme_prints_what_it_shows(example: str) -> None:
    readme = (EXAMPLES / example / "README.md").read_text("utf-8")
    command, shown = re.findall(
        r"^```console\n\$ \.venv/bin/python (\S+)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL
    )[0]
    answer = run(sys.executable, command)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == shown


@needs_sam
@each_template
def test_templates_pass_sams_own_lint(template: Path) -> None:
    answer = run(SAM / "sam", "validate", "--lint", folder=template.parent)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@needs_sam
@each_template
def test_templates_translate_to_cloudformation(template: Path) -> None:
    """What `sam validate` doesn't see: such as two resources of one name."""
    assert resources(template)


@needs_sam
@pytest.mark.parametrize(
    ("example", "authorizers"), [("rest-api", {"cognito_user_pools"}), ("http-api", {"jwt"})], ids=["rest", "http"]
)
def test_no_route_takes_a_token_without_a_scope(example: str, authorizers: set[str]) -> None:
    """An authorizer without scopes lets ID tokens in."""
    (body,) = (
        one["Properties"]["Body"]
        for one in resources(EXAMPLES / example / "template.yaml").values()
        if "Body" in one["Properties"]
    )
    kinds = {
        scheme["x-amazon-apigateway-authorizer"]["type"] for scheme in body["components"]["securitySchemes"].values()
    }
    assert kinds == authorizers
    routes = [method for path in body["paths"].values() for method in path.values()]
    assert routes
    for route in routes:
        assert [list(one) for one in route["security"]] == [["AccessToken"]]
        assert route["security"][0]["AccessToken"], "scopes"


@needs_sam
def test_appsync_takes_tokens_of_the_given_clients_alone() -> None:
    found = resources(EXAMPLES / "appsync" / "template.yaml")
    config = found["Api"]["Properties"]["UserPoolConfig"]
    assert config["AppIdClientRegex"] == {"Fn::Sub": ["^(${Ids})$", {"Ids": {"Fn::Join": ["|", {"Ref": "ClientIds"}]}}]}
    fields = {one["Properties"]["FieldName"] for one in found.values() if one["Type"] == "AWS::AppSync::Resolver"}
    assert fields == {"orders", "approveOrder"}


@needs_sam
@pytest.mark.parametrize(
    ("example", "function", "module", "event"),
    [
        ("rest-api", "Orders", "orders", "admin-reads"),
        ("http-api", "Approvals", "approvals", "admin-approves"),
        ("appsync", "Resolver", "order_resolver", "auditor-reads"),
    ],
)
def test_sam_builds_a_function_that_needs_the_standard_library_only(
    tmp_path: Path, example: str, function: str, module: str, event: str
) -> None:
    try:
        find_python()
    except BuildError:
        pytest.skip("the functions' Python isn't on this machine")
    answer = run(SAM / "sam", "build", "--build-dir", tmp_path, folder=EXAMPLES / example, PIP_NO_BUILD_ISOLATION="0")
    assert answer.returncode == 0, answer.stderr
    script = (
        f"import json, sys; sys.path.insert(0, {str(tmp_path / function)!r}); import {module};"
        f"print(json.dumps({module}.handler(json.load(open(sys.argv[1])), None)))"
    )
    client = {"USER_POOL_ID": "eu-west-1_Ab12Cd34", "CLIENT_IDS": "7q3webexample1client0id", "PYTHONPATH": ""}
    path = EXAMPLES / example / "events" / f"{event}.json"
    answer = run(sys.executable, "-S", "-c", script, path, folder=tmp_path, **client)
    assert answer.returncode == 0, answer.stderr
    assert "A-1" in answer.stdout
