"""`pytest policies` runs the cases."""

import subprocess
import sys

import pytest

from pretoken.simulator.running import Runner
from tests.simulator.folders import write

pytest_plugins = ["pytester"]

RULES = "rules: {plan: {access_token: {claims: {plan: {from: lookup.user.plan, default: free}}}}}"
GOOD = "cases:\n  - {name: a free plan, given: {client: web}, expect: {access_token: {claims: {plan: free}}}}\n"
BAD = "cases:\n  - {name: a better plan, given: {client: web}, expect: {access_token: {claims: {plan: pro}}}}\n"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Run pytest in a folder of its own, with this plugin alone, whether pretoken is installed or not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    imported_already = "-W ignore::pytest.PytestAssertRewriteWarning"  # by the pytest that runs this test
    options = f"-p pretoken.simulator.pytest_plugin -p no:cacheprovider {imported_already}"
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    return pytester


def test_each_case_is_a_test(run: pytest.Pytester) -> None:
    write(
        run.path / "policies",
        RULES,
        **{"cases/a.yaml": GOOD + GOOD[7:].replace("free plan", "plan"), "cases/deep/b.yaml": GOOD},
    )
    result = run.runpytest("policies", "-v")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["policies/cases/a.yaml::a free plan PASSED*", "policies/cases/deep/b.yaml::a free plan PASSED*"]
    )


def test_one_case_can_be_run_by_its_name(run: pytest.Pytester) -> None:
    write(run.path / "policies", RULES, **{"cases/a.yaml": GOOD + BAD[7:]})

    run.runpytest("policies", "-k", "free").assert_outcomes(passed=1, deselected=1)
    run.runpytest("policies/cases/a.yaml::a better plan").assert_outcomes(failed=1)


def test_a_failing_case_reads_like_one_and_has_no_traceback(run: pytest.Pytester) -> None:
    write(run.path / "policies", RULES, **{"cases/a.yaml": BAD})
    result = run.runpytest("policies")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "policies/cases/a.yaml:2:12: a better plan",
            "    access_token.claims.plan, expected on line 2",
            '        expected  "pro"',
            '        actual    "free"  (written by `plan`)',
            "    rules that applied: plan",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin*")


def test_mistakes_in_cases_are_told_in_words(run: pytest.Pytester) -> None:
    write(run.path / "policies", RULES, **{"cases/a.yaml": GOOD.replace("client: web", "client: nobody")})
    result = run.runpytest("policies")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["policies/cases/a.yaml:2:41: unknown-name: `nobody` isn't a client that is declared; there are*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_mistakes_in_rules_are_told_in_words(run: pytest.Pytester) -> None:
    write(run.path / "policies", "rules: {a: {acess_token: {}}}", **{"cases/a.yaml": GOOD})
    result = run.runpytest("policies")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["policies/rules/a.yaml:1:13: unknown-key: a rule has no key `acess_token`*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_a_bug_shows_its_traceback(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    write(run.path / "policies", RULES, **{"cases/a.yaml": GOOD})

    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(Runner, "run", fail)
    result = run.runpytest_inprocess("policies")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*KeyError: 'a bug'"])


def test_other_files_are_left_alone(run: pytest.Pytester) -> None:
    write(run.path / "policies", RULES, **{"cases/notes.txt": "", "data/a.yaml": "nonsense: ["})
    (run.path / "cases").mkdir()
    (run.path / "cases" / "b.yaml").write_text("not: [ours")
    run.makepyfile("def test_it(): pass")

    run.runpytest(".").assert_outcomes(passed=1)


def test_files_of_other_projects_are_left_alone(run: pytest.Pytester) -> None:
    """A pool.yaml beside `cases` isn't ours by its name alone, and nothing of it is run."""
    write(
        run.path / "theirs",
        "{}",
        "languages: [en]\npool: {\n  language: 1}\n",
        **{"cases/a.yaml": GOOD, "rules/b.py": "raise SystemExit\n"},
    )
    write(run.path / "mixed", RULES, **{"cases/a.yaml": "x: 1\n", "cases/b.yaml": '"cases": nonsense\n'})
    write(run.path / "folder", RULES, **{"cases/a.yaml": GOOD})
    (run.path / "folder" / "pool.yaml").unlink()
    (run.path / "folder" / "pool.yaml").mkdir()

    run.runpytest("theirs", "folder").assert_outcomes()
    result = run.runpytest("mixed")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mixed/cases/b.yaml:1:10: wrong-type*"])


def test_a_file_that_cannot_be_read_is_left_alone(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    write(run.path / "policies", RULES, **{"cases/a.yaml": GOOD})
    monkeypatch.setattr("pretoken.simulator.pytest_plugin.Path.open", refuse)

    run.runpytest_inprocess("policies").assert_outcomes()


def test_python_can_be_refused(run: pytest.Pytester) -> None:
    """In pull requests of strangers."""
    python = "from pretoken.policy.write import *\nfile = RuleFile()\n"
    write(run.path / "policies", RULES, **{"cases/a.yaml": GOOD, "rules/b.py": python})

    run.runpytest("policies").assert_outcomes(passed=1)
    result = run.runpytest("policies", "--pretoken-no-python")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["policies/rules/b.py:1:1: python-refused: *"])


def test_loading_it_imports_nothing_of_ours_and_no_pydantic() -> None:
    code = (
        "import sys, pytest, pretoken.simulator.pytest_plugin\n"
        "ours = {name for name in sys.modules if name.startswith(('pretoken', 'pydantic', 'yaml', 'click', 'boto'))}\n"
        "assert ours == {'pretoken', 'pretoken.simulator', 'pretoken.simulator.pytest_plugin'}, ours"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code


def test_an_answer_that_nobody_can_ask_for_is_noted(run: pytest.Pytester) -> None:
    given = "{client: worker, principal: machine, lookups: {user: failed}}"
    case = f"cases:\n  - {{name: a machine, given: {given}, expect: {{denied: false}}}}\n"
    write(run.path / "policies", RULES, **{"cases/a.yaml": case})
    result = run.runpytest("policies", "-rP")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["lookup `user` wasn't asked: `attribute.sub` is absent"])
