"""The built packages, each made once for all workers of a test run."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import build
from tests.runtime.emulator import MISSING
from tests.runtime.kms import KMS, running_kms
from tests.runtime.packages import ROOT, VARIABLES, make_plain_policies

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
    """Give the package of the sample policy, which encrypts."""
    return _built(shared, "sample", ROOT / "policies")


@pytest.fixture(scope="session")
def plain(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the package of a policy that encrypts nothing."""
    return _built(shared, "plain", make_plain_policies(tmp_path_factory.mktemp("policies")))


@pytest.fixture(scope="module")
def kms() -> Iterator[KMS]:
    """Run a KMS for the tests of one file: tests of other files may reset moto."""
    with running_kms() as kms:
        yield kms


@pytest.fixture(scope="module")
def variables(kms: KMS) -> dict[str, str]:
    """Give the function's variables, which lead to that KMS."""
    return {**VARIABLES, "BILLING_KEY_ARN": kms.key, "AWS_ENDPOINT_URL": kms.endpoint}


def _built(shared: Path, name: str, policies: Path) -> Path:
    package = shared / f"package-{name}"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not package.exists():
            build(policies, ROOT / "triggers", package)
    return package
