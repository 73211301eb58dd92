"""`pretoken build`."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CASES, POOL, Run
from tests.simulator.folders import write

ROOT = Path(__file__).parents[2]
RULES = "rules: {plan: {when: {client: web}, access_token: {claims: {plan: free}}}}\n"
PLAIN_POOL = re.sub(r"attributes:\n(?:  .*\n)+|lookups:.*\n.*|recipients:.*|, KEY: any", "", POOL)


@pytest.fixture(autouse=True)
def _project(run: Run) -> Iterator[None]:
    """Have a function and a policy that encrypts nothing, and end on signals as before."""
    run("--version")
    shutil.rmtree("policies")
    write(Path("policies"), RULES, PLAIN_POOL, **{"cases/a.yaml": CASES})
    shutil.copytree(ROOT / "triggers", "triggers")
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


def test_a_build_tells_its_digest_and_sizes(run: Run) -> None:
    result = run("build", "--output", "out", "--no-bytecode")
    digest = Path("out/package.yaml").read_text().removeprefix("PackageDigest: ").strip()

    assert result.exit_code == 0
    assert re.sub(r"\d+(?= files| kB)", "N", re.sub(r" +", " ", result.stdout)) == (
        f"built out\n {digest}\n N files, N kB, zipped about N kB\n N kB pretoken\n N kB policy.json\n"
        " N kB pre_token_generation.py\n N kB package.yaml\n"
        "warning: without bytecode a cold start takes two to three times as long; before you deploy, build with it\n"
    )
    assert result.stderr == ""


def test_small_parts_are_summed_up(run: Run) -> None:
    for number in range(10):
        Path(f"triggers/part{number}.py").write_text("")

    assert re.search(r"\n +\d+ kB  9 more\nwarning: ", run("build", "--output", "out", "--no-bytecode").stdout)


def test_findings_are_shown_and_nothing_is_built(run: Run) -> None:
    write(Path("policies"), RULES.replace("client: web", "client: wep"), PLAIN_POOL)
    result = run("build", "--output", "out")

    assert (result.exit_code, result.stdout) == (1, "")
    first, *_, last = result.stderr.splitlines()
    assert first.startswith("policies/rules/a.yaml:1:31: unknown-client: ")
    assert last == "nothing is built until `pretoken check` passes"
    assert not Path("out").exists()


def test_failed_cases_are_shown_and_nothing_is_built(run: Run) -> None:
    Path("policies/cases/a.yaml").write_text(CASES.replace("plan: free", "plan: pro"))
    result = run("build", "--output", "out")

    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == """\
failed policies/cases/a.yaml:2:11: a free plan for everyone
    access_token.claims.plan, expected on line 4
        expected  "pro"
        actual    "free"  (written by `plan`)
    rules that applied: plan

nothing is built until `pretoken test` passes
"""
    )
    assert not Path("out").exists()


def test_what_cannot_be_built_is_told(run: Run) -> None:
    result = run("build", "--output", "out", "--triggers", "none")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "none: there is no `pre_token_generation.py`; name another folder: `--triggers DIR`\n"


def test_a_lock_that_must_not_be_used_is_a_refusal(run: Run) -> None:
    rule = "when: {client: web}, access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}"
    variables = "clients: {web: web-id}\nrecipients: {billing-api: {key: '${KEY}'}}\nvariables: {KEY: any}\n"
    write(
        Path("policies"),
        f"rules: {{bill: {{{rule}}}}}\n",
        f"language: 1\ntrigger: V3_0\nother_clients: deny\n{variables}",
    )
    Path("policies/cases/a.yaml").write_text(CASES.replace("access_token: {claims: {plan: free}}", "denied: false"))
    Path("triggers/requirements.txt").write_text(f"boto3==1.0 --hash=sha256:{'0' * 64}\n")
    result = run("build", "--output", "out")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "triggers/requirements.txt:1:1: not-allowed: `boto3` is in Lambda's Python already;"
    )


def test_a_folder_with_something_else_in_it_is_refused(run: Run) -> None:
    result = run("build", "--output", "policies")

    assert result.exit_code == 2
    assert result.stderr.startswith("policies: this folder isn't empty, nor a build as it was made; ")
    assert Path("policies/pool.yaml").exists()


def test_an_output_must_be_named(run: Run) -> None:
    assert run("build").exit_code == 2


def test_python_rule_files_can_be_refused(run: Run) -> None:
    Path("policies/rules/b.py").write_text("raise SystemExit('it ran')\n")
    result = run("build", "--output", "out", "--no-python")

    assert result.exit_code == 1
    assert "python-refused" in result.stderr
