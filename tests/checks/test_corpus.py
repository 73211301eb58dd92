"""The corpus: policies as teams write them, the insecure ones with the findings they deserve.

Each file holds YAML documents: a header, the pool, and the rules if they don't stand in a Python file beside it.
The header of an insecure policy says what the `mistake` is, which `source` tells of it, and the `findings`.
That of a sound policy says what it `shows`, and perhaps which insecure policy it `mends`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from pretoken.checks import Findings, all_findings
from pretoken.policy.load import load_policy

CORPUS = Path(__file__).parent / "corpus"
INSECURE = sorted((CORPUS / "insecure").glob("*.yaml"))
SOUND = sorted((CORPUS / "sound").glob("*.yaml"))


def header(path: Path) -> Mapping[str, Any]:
    """Give the header of a policy of the corpus."""
    read: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("\n---\n")[0])
    return read


@pytest.fixture
def checked(tmp_path: Path) -> Any:
    """Write a policy of the corpus into a folder, and check it."""

    def checked(path: Path) -> Findings:
        _, pool, *rules = path.read_text(encoding="utf-8").split("\n---\n")
        python = path.with_suffix(".py")
        (tmp_path / "rules").mkdir()
        (tmp_path / "pool.yaml").write_text(pool, encoding="utf-8")
        for text in rules:
            (tmp_path / "rules" / "rules.yaml").write_text(text, encoding="utf-8")
        if python.exists():
            (tmp_path / "rules" / "rules.py").write_text(python.read_text(encoding="utf-8"), encoding="utf-8")
        return all_findings(load_policy(tmp_path))

    return checked


@pytest.mark.parametrize("path", INSECURE, ids=lambda path: path.stem)
def test_an_insecure_policy_gets_the_findings_it_deserves_and_nothing_else(path: Path, checked: Any) -> None:
    """Each mistake is found once, where it stands, and nothing is doubted beside it."""
    deserved = [(one["finding"], one.get("rule"), one["at"]) for one in header(path)["findings"]]
    standing = [(one.name, one.rule, one.at) for one in checked(path).standing]
    assert sorted(standing, key=str) == sorted(deserved, key=str)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_policy_gets_none(path: Path, checked: Any) -> None:
    """A check that doubts everything would find all mistakes too."""
    assert [str(finding) for finding in checked(path).standing] == []


def test_the_corpus_has_twenty_of_each_and_mends_mistakes_that_it_has() -> None:
    """Each insecure policy names its mistake and source; `mends` names one of them."""
    assert len(INSECURE) >= 20
    assert len(SOUND) >= 20
    assert all({"mistake", "source", "findings"} <= set(header(path)) for path in INSECURE)
    assert {header(path).get("mends") for path in SOUND} - {None} <= {path.stem for path in INSECURE}
