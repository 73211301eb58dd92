"""The built package under Lambda's runtime: cold starts, and what there is to download."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.rows import Row
from pretoken.packaging import build
from pretoken.packaging.sizes import sizes_of
from tests.runtime.aws import running_aws
from tests.runtime.emulator import MISSING, PYTHON, Emulator
from tests.runtime.packages import ROOT, SIGN_IN, VARIABLES, encrypted_claim, make_policies

if TYPE_CHECKING:
    from collections.abc import Mapping

STARTS = 15
SMALL = 150 * 1024  # bytes that a package without native code may have, zipped; Lambda counts in 1,024 too
LARGE = 12_000_000  # bytes that one with the wheels of both architectures may have, zipped
BUILDS = 5
WARM = 3.0  # seconds that a build may take
LAMBDAS_OWN = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3")
_WHEELS = """
import sys
from pathlib import Path
from tempfile import mkdtemp
from pretoken.packaging.wheels import install

install(Path("triggers/requirements.txt"), Path(mkdtemp(dir=sys.argv[1])))
"""
_HANDWRITTEN = """
import time
from handwritten import handler as answer

def handler(event, _context):
    return answer(event, int(time.time()), lambda *_: None, lambda *_: "")
"""


class Function(NamedTuple):
    """Something to start: a folder, its variables, module and function."""

    folder: Path
    variables: Mapping[str, str]
    handler: str = "pre_token_generation.handler"

    def cold_start(self) -> float:
        """Start, answer one event, and give the milliseconds of CPU time that took."""
        with Emulator(self.folder, self.variables, handler=self.handler) as emulator:
            answer = emulator.invoke(SIGN_IN)
            if "response" not in answer or bool(encrypted_claim(answer)) != ("BILLING_KEY_ARN" in self.variables):
                raise AssertionError(emulator.output)
            return emulator.cpu_seconds * 1e3


def cold_start(what: str, against: str, ours: Function, theirs: Function, budget: float) -> Row:
    """Start two functions in turns, each time in fresh processes; the first start of each only fills caches."""
    pairs = [(ours.cold_start(), theirs.cold_start()) for _ in range(STARTS + 1)][1:]
    our_time, their_time = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(one / other for one, other in pairs)
    return Row(what, f"{our_time:.0f} ms of CPU", f"{their_time:.0f} ms of CPU", against, ratio, budget)


def size(what: str, ours: int, theirs: int, against: str, budget: float) -> Row:
    """Compare two sizes in bytes."""
    return Row(what, f"{ours / 1000:.0f} kB", f"{theirs / 1000:.0f} kB", against, ours / theirs, budget)


def _boto3_zipped(folder: Path) -> int:
    """Measure what the function finds in Lambda, and a package could bring all the same."""
    (site,) = PYTHON.parents[1].glob("lib/python*/site-packages")
    for name in LAMBDAS_OWN:
        shutil.copytree(site / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return sizes_of(folder).zipped


def warm_build(folder: Path) -> Row:
    """Build again what was built before, in turns with the wheels alone."""
    (folder / "wheels").mkdir()
    commands = (
        [sys.executable, "-c", "from pretoken.cli import main; main()", "build", "--output", str(folder / "sample")],
        [sys.executable, "-c", _WHEELS, str(folder / "wheels")],
    )
    pairs = [[_seconds(command) for command in commands] for _ in range(BUILDS)]
    ours, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    what = f"build of the sample, warm, at most {WARM:.0f} s"
    return Row(what, f"{ours:.1f} s", f"{theirs:.1f} s", "its wheels alone, by uv", ours / theirs, WARM / theirs)


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)  # noqa: S603 - our own commands
    return time.perf_counter() - started


def rows() -> list[Row]:
    """Measure all rows of this file; there are none where the emulator can't run."""
    if MISSING:
        return []
    with tempfile.TemporaryDirectory() as temporary, running_aws() as aws:
        folder = Path(temporary)
        alone = folder / "alone"
        alone.mkdir()
        plain, encrypting, looking_up = (
            build(make_policies(folder / "policies" / name, **parts), ROOT / "triggers", folder / name)
            for name, parts in (
                ("plain", {}),
                ("encrypting", {"encrypts": True}),
                ("looking-up", {"looks_up": True}),
            )
        )
        sample = build(ROOT / "policies", ROOT / "triggers", folder / "sample")
        for name in ("handwritten.py", "encryption_sdk.py", "get_item.py"):
            shutil.copy(Path(__file__).with_name(name), alone)
        (alone / "function.py").write_text(_HANDWRITTEN)
        command = [str(PYTHON), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(alone)]
        subprocess.run(command, check=True)  # noqa: S603 - our own command
        to_aws = VARIABLES | {"AWS_ENDPOINT_URL": aws.endpoint, "AWS_DEFAULT_REGION": "eu-west-1"}
        to_kms = to_aws | {"BILLING_KEY_ARN": aws.key}
        boto3 = _boto3_zipped(folder / "boto3")
        beside_wheels = {"PYTHONPATH": f"{alone}:{encrypting.folder}"}
        return [
            cold_start(
                "cold start under Lambda's runtime, nothing encrypted: until the first answer",
                "handwritten",
                Function(plain.folder, VARIABLES),
                Function(alone, {}, "function.handler"),
                1.2,
            ),
            cold_start(
                "cold start under Lambda's runtime, encrypting: until the first answer",
                "Encryption SDK with client and cache alone",
                Function(encrypting.folder, to_kms),
                Function(alone, to_kms | beside_wheels, "encryption_sdk.handler"),
                1.1,
            ),
            cold_start(
                "cold start under Lambda's runtime, looking up: until the first answer",
                "handwritten, with the SDK's client for DynamoDB",
                Function(looking_up.folder, to_aws),
                Function(alone, to_aws, "get_item.handler"),
                1.2,
            ),
            size(
                f"package, nothing encrypted, zipped, at most {SMALL / 1024:.0f} KiB",
                plain.sizes.zipped,
                sample.sizes.zipped,
                "a package that encrypts",
                SMALL / sample.sizes.zipped,
            ),
            size(
                f"package, encrypting, for both architectures, zipped, at most {LARGE / 1e6:.0f} MB",
                sample.sizes.zipped,
                sample.sizes.zipped + boto3,
                "with the boto3 that Lambda has anyway",
                LARGE / (sample.sizes.zipped + boto3),
            ),
            warm_build(folder),
        ]
