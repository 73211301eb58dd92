"""The built packages, each made once for all workers of a test run."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import build
from tests.runtime.aws import AWS, running_aws
from tests.runtime.emulator import MISSING
from tests.runtime.packages import ROOT, VARIABLES, make_policies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def _runnable() -> None:
    if MISSING:
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that all workers of this test run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture(scope="session")
def sample(shared: Path) -> Path:
    """Give the package of the sample policy, which encrypts and looks up."""
    return _built(shared, "sample", ROOT / "policies")


@pytest.fixture(scope="session")
def encrypting(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the package of a policy that encrypts and looks nothing up."""
    return _built(shared, "encrypting", make_policies(tmp_path_factory.mktemp("encrypting"), encrypts=True))


@pytest.fixture(scope="session")
def plain(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the package of a policy that asks nothing of AWS."""
    return _built(shared, "plain", make_policies(tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="session")
def looking_up(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the package of a policy that looks up and encrypts nothing."""
    return _built(shared, "looking-up", make_policies(tmp_path_factory.mktemp("looking-up"), looks_up=True))


@pytest.fixture(scope="module")
def aws() -> Iterator[AWS]:
    """Run a KMS and a DynamoDB for the tests of one file: tests of other files may reset moto."""
    with running_aws() as aws:
        yield aws


@pytest.fixture(scope="module")
def variables(aws: AWS) -> dict[str, str]:
    """Give the function's variables, which lead there."""
    return {**VARIABLES, "BILLING_KEY_ARN": aws.key, "AWS_ENDPOINT_URL": aws.endpoint}


def _built(shared: Path, name: str, policies: Path) -> Path:
    package = shared / f"package-{name}"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not package.exists():
            build(policies, ROOT / "triggers", package)
    return package
