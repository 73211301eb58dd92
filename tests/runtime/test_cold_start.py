"""A cold start: what it imports, from where, and that it leaves the package as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.runtime.emulator import PYTHON, Emulator, environment
from tests.runtime.packages import SIGN_IN, VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """
import sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])

def loaded():
    new = [(name, module) for name, module in sys.modules.items() if name not in before]
    return {name: [getattr(module, part, None) for part in ("__file__", "__cached__")] for name, module in new}

from pre_token_generation import handler
start = loaded()
import json
handler(json.loads(sys.argv[2]), None)
call = {name: files for name, files in loaded().items() if name not in start}
print(json.dumps({"start": start, "call": call}))
"""


def imported(package: Path, variables: dict[str, str], *options: str) -> dict[str, dict[str, list[str | None]]]:
    """Give the modules that a cold start and a first call import, with their source and compiled files."""
    done = subprocess.run(  # noqa: S603 - our own command
        [str(PYTHON), "-I", *options, "-c", _SCRIPT, str(package), json.dumps(SIGN_IN)],
        stdout=subprocess.PIPE,
        check=True,
        env=environment(package, variables),
        text=True,
    )
    modules: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return modules


def own(modules: dict[str, Any]) -> set[str]:
    return {name for name in modules if name.startswith("pretoken")}


def roots(modules: dict[str, list[str | None]]) -> set[str]:
    """Give the top-level names of what neither Python nor pretoken brings."""
    return {
        name.partition(".")[0]
        for name, (file, _) in modules.items()
        if file and ("site-packages" in file or "/lib/python3" not in file)
    } - {"pretoken", "pre_token_generation"}


def files_of(package: Path) -> dict[str, tuple[int, int]]:
    return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in package.rglob("*")}


def test_a_policy_that_asks_nothing_of_aws_needs_the_standard_library_alone(plain: Path) -> None:
    """There is no third-party package on the path, and nothing slow is imported."""
    modules = imported(plain, VARIABLES, "-S")
    assert roots(modules["start"]) == set()
    assert not {
        name for name in own(modules["start"]) if name.startswith(("pretoken.sealing", "pretoken.trigger.fetching"))
    }
    slow = {"asyncio", "contextlib", "dataclasses", "enum", "inspect", "logging", "pathlib", "re", "typing"}
    assert slow & set(modules["start"]) == {"enum", "re"}  # by way of `json`
    assert modules["call"] == {}


def test_a_policy_that_looks_up_imports_botocore_and_not_the_sealing_side(
    looking_up: Path, variables: dict[str, str]
) -> None:
    """All clients are made at the start, not when an event comes."""
    modules = imported(looking_up, variables)
    assert own(modules["start"]) >= {"pretoken.trigger.fetching.dynamodb", "pretoken.trigger.snapstart"}
    assert not {name for name in own(modules["start"]) if name.startswith("pretoken.sealing")}
    assert roots(modules["start"]) == {"botocore", "dateutil", "jmespath", "six", "urllib3"}
    assert own(modules["call"]) == set()


def test_a_policy_that_encrypts_imports_the_sealing_side_alone(encrypting: Path, variables: dict[str, str]) -> None:
    modules = imported(encrypting, variables)
    assert own(modules["start"]) >= {"pretoken.sealing.sealer", "pretoken.trigger.snapstart"}
    assert not own(modules["start"]) & {"pretoken.sealing.local_kms", "pretoken.sealing.opener"}
    assert not {name for name in own(modules["start"]) if name.startswith("pretoken.trigger.fetching")}
    in_package = {name: files for name, files in modules["start"].items() if str(encrypting) in str(files[0])}
    assert roots(in_package) == {"_cffi_backend", "attr", "aws_encryption_sdk", "cryptography", "wrapt"}
    lambdas = {name: files for name, files in modules["start"].items() if name not in in_package}
    assert roots(lambdas) == {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
    assert own(modules["call"]) == set()


@pytest.mark.parametrize("name", ["sample", "plain", "looking_up"])
def test_what_is_imported_was_compiled_and_the_package_stays_as_it_is(
    name: str, request: pytest.FixtureRequest, variables: dict[str, str]
) -> None:
    """Lambda's package folder can't be written to, so a module without bytecode is compiled at each cold start."""
    package: Path = request.getfixturevalue(name)
    before = files_of(package)
    modules = imported(package, variables)
    for module in (*modules["start"].values(), *modules["call"].values()):
        file, compiled = module
        if str(file).startswith(f"{package}/") and str(file).endswith(".py"):
            assert compiled in before
    assert files_of(package) == before


def test_a_package_that_cannot_be_written_to_works(plain: Path, tmp_path: Path) -> None:
    package = shutil.copytree(plain, tmp_path / "package")
    for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    before = files_of(package)
    with Emulator(package, VARIABLES) as function:
        assert function.invoke(SIGN_IN)["response"]
    assert files_of(package) == before
    for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
