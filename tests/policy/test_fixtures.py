"""Good folders load and come back; bad folders give exactly the errors that stand beside them."""

from pathlib import Path

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.policy.policy import Policy

FIXTURES = Path(__file__).parent / "fixtures"
GOOD = sorted((FIXTURES / "good").iterdir())
BAD = sorted((FIXTURES / "bad").iterdir())


@pytest.mark.parametrize("folder", GOOD, ids=lambda folder: folder.name)
def test_a_good_folder_loads_and_its_plan_is_the_same_policy(folder: Path) -> None:
    """The plan is JSON that loads back as an equal policy, and dumps to the same plan."""
    loaded = load_policy(folder)
    again = Policy.model_validate(loaded.plan())
    assert again == loaded.policy
    assert again.plan() == loaded.plan()


@pytest.mark.parametrize("folder", BAD, ids=lambda folder: folder.name)
def test_a_bad_folder_gives_its_errors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All errors of all files, in the order of their places."""
    monkeypatch.chdir(folder)
    with pytest.raises(PolicyErrors) as refused:
        load_policy(".")
    assert str(refused.value).splitlines() == Path("expected.txt").read_text(encoding="utf-8").splitlines()
