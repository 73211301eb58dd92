"""Policy folders of git revisions."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pretoken.cli.inputs import CannotRun
from pretoken.cli.revisions import opened

Git = Callable[..., str]
POLICIES = Path("policies")


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Stand in a repository with one commit, and give what runs git there."""
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)

    def git(*arguments: str, stdin: str = "") -> str:
        identity = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, input=stdin)  # noqa: S603 - our own
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    (tmp_path / "policies" / "rules").mkdir(parents=True)
    (tmp_path / "policies" / "pool.yaml").write_text("language: 1\n")
    (tmp_path / "policies" / "rules" / "ä b.yaml").write_bytes(b"rules: {}\r\n$Id$\n")
    (tmp_path / "policies" / ".gitattributes").write_text("* ident text eol=lf\npool.yaml export-ignore\n")
    git("add", ".")
    git("commit", "--quiet", "--message=first")
    return git


def message(argument: str, folder: Path = POLICIES) -> str:
    with pytest.raises(CannotRun) as refused, opened(argument, folder):
        pass
    assert refused.value.exit_code == 2
    return refused.value.message


def test_a_revision_has_the_files_as_committed_and_nothing_stays(git: Git) -> None:
    git("tag", "v1")
    Path("policies/pool.yaml").write_text("language: 2\n")
    for name in ("main", "HEAD", "v1", git("rev-parse", "HEAD"), git("rev-parse", "--short", "HEAD")):
        with opened(name, POLICIES) as source:
            assert source.name == f"{name}:policies"
            assert source.told(f"{source.folder}/pool.yaml:1:1") == f"{name}:policies/pool.yaml:1:1"
            assert (source.folder / "pool.yaml").read_text() == "language: 1\n"
            committed = git("cat-file", "blob", "HEAD:policies/rules/ä b.yaml")
            assert (source.folder / "rules" / "ä b.yaml").read_text().strip() == committed
        assert not source.folder.exists()
    assert Path("policies/pool.yaml").read_text() == "language: 2\n"
    assert git("status", "--porcelain") == "M policies/pool.yaml"


@pytest.mark.usefixtures("git")
def test_a_folder_is_found_from_wherever_one_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path.cwd() / "policies"
    monkeypatch.chdir("policies/rules")
    for path in (Path(".."), folder):
        with opened("HEAD", path) as source:
            assert sorted(file.name for file in source.folder.rglob("*.yaml")) == ["pool.yaml", "ä b.yaml"]


def test_a_folder_with_a_pool_wins_over_a_branch_of_its_name(git: Git) -> None:
    git("branch", "policies")
    git("branch", "other")
    Path("other").mkdir()
    with opened("policies", POLICIES) as source:
        assert (source.folder, source.name) == (Path("policies"), "policies")
        assert source.told("policies/pool.yaml") == "policies/pool.yaml"
    with opened("other", POLICIES) as source:
        assert source.name == "other:policies"


def test_links_stay_links(git: Git) -> None:
    Path("policies/rules/link.yaml").symlink_to("/etc/hostname")
    git("add", ".")
    git("commit", "--quiet", "--message=link")
    with opened("HEAD", POLICIES) as source:
        assert (source.folder / "rules" / "link.yaml").readlink() == Path("/etc/hostname")


def test_submodules_are_left_out(git: Git) -> None:
    git("update-index", "--add", "--cacheinfo", f"160000,{git('rev-parse', 'HEAD')},policies/module")
    git("commit", "--quiet", "--message=module")
    with opened("HEAD", POLICIES) as source:
        assert not (source.folder / "module").exists()


@pytest.mark.parametrize("argument", ["nope", "main..main", "main:policies", "--help", "-x", "", "--output=out"])
@pytest.mark.usefixtures("git")
def test_what_is_neither_folder_nor_revision_is_told(argument: str) -> None:
    text = message(argument)

    assert text.startswith(
        f"{argument}: this is neither a folder with pool.yaml nor a revision that git knows; see `git log "
    )
    assert "\n" not in text
    assert not Path("out").exists()


@pytest.mark.usefixtures("git")
def test_the_folder_above_is_told_from_the_policy_folder() -> None:
    assert message(".").endswith("; did you mean `policies`?")


@pytest.mark.usefixtures("git")
def test_a_revision_without_the_folder_is_told_with_what_git_says() -> None:
    text = message("HEAD", Path("rules"))

    assert text.startswith("HEAD: this revision has no folder rules; name the one with pool.yaml: `--policies DIR`\n")
    assert "git says: not a valid object name" in text
    assert "is outside repository" in message("HEAD", Path("../elsewhere"))
    assert "git says: not a tree object" in message("HEAD", Path("policies/pool.yaml"))


@pytest.mark.usefixtures("git")
def test_a_folder_on_another_drive_is_in_no_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    def relpath(*_: object) -> str:
        raise ValueError  # as on Windows

    monkeypatch.setattr("os.path.relpath", relpath)

    assert message("HEAD").startswith("policies: this folder isn't in the repository; name one that is: ")


def test_outside_of_a_repository_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert "\n    git says: not a git repository" in message("main")


@pytest.mark.usefixtures("git")
def test_without_git_two_folders_are_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert message("main") == "git isn't installed, which reads revisions; install it, or name two policy folders"


@pytest.mark.parametrize(
    "entries",
    [
        "100644 blob {blob}\tpool.yaml\n100644 blob {blob}\tpool.yaml",
        "040000 tree {tree}\t..",
        "120000 blob {blob}\trules\n040000 tree {tree}\trules",
    ],
)
def test_a_tree_that_no_folder_can_be_is_refused(entries: str, git: Git) -> None:
    """Such a one is made by hand, to write where it shouldn't."""
    blob = git("hash-object", "-w", "--stdin", stdin="/etc")
    tree = git("mktree", stdin=f"100644 blob {blob}\tpool.yaml\n")
    bad = git("mktree", stdin=entries.format(blob=blob, tree=tree) + "\n")
    root = git("mktree", stdin=f"040000 tree {bad}\tpolicies\n")
    commit = git("commit-tree", root, "-m", "bad")

    assert message(commit) == f"{commit}: this revision has files that no folder can have; see `git fsck`"


def test_a_file_that_git_lost_is_told(git: Git) -> None:
    blob = git("rev-parse", "HEAD:policies/pool.yaml")
    Path(".git/objects", blob[:2], blob[2:]).unlink()

    assert message("HEAD").startswith("HEAD: git can't read this revision: ")
