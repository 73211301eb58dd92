"""A policy folder: which files count, what is wrong with the others, and where each part was written."""

import os
from pathlib import Path

import pytest

from pretoken.policy.errors import Place, PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.policy.yaml import MAX_BYTES
from tests.policy.conftest import POOL, Errors, Load

RULES = """\
derived:
  sole: {from: groups, then: only}
  kept: {from: groups, then: {keep: [admins, {prefix: team-}]}}
rules:
  a:
    when: {client: web}
    id_token:
      claims:
        sole: {from: derived.sole}
"""


def test_a_policy_knows_its_files_and_places(load: Load) -> None:
    """Each part of the policy is found in its file, in the long form too."""
    loaded = load(RULES, **{"rules/more/b.yaml": "tables: {t: {a: b}}\n"})
    assert loaded.files == ("pool.yaml", "rules/a.yaml", "rules/more/b.yaml")
    assert loaded.place(("pool", "clients", "web", 0)) == Place("pool.yaml", 4, 16)
    assert loaded.place(("rules", "a", "when", "client")) == Place("rules/a.yaml", 6, 20)
    assert loaded.key_place(("rules", "a", "id_token")) == Place("rules/a.yaml", 7, 5)
    assert loaded.place(("derived", "sole", "then", 0)) == Place("rules/a.yaml", 2, 30)
    assert loaded.key_place(("derived", "kept", "then", 0, "keep", 1, "prefix")) == Place("rules/a.yaml", 3, 47)
    assert loaded.place(("tables", "t", "a")) == Place("rules/more/b.yaml", 1, 17)
    assert loaded.place(()) == loaded.place(("rules",)) == loaded.place(("rules", "none")) == Place("pool.yaml", 1, 1)
    assert loaded.plan() == loaded.policy.plan()


def test_the_order_of_files_and_rules_means_nothing(load: Load, tmp_path: Path) -> None:
    """Shuffled files give an equal policy."""
    one = load(RULES, **{"rules/b.yaml": "rules: {b: {deny: x}, c: {deny: x}}\n"}).policy
    (tmp_path / "rules" / "a.yaml").unlink()
    other = load(
        "rules: {c: {deny: x}, b: {deny: x}}\n", **{"rules/z.yaml": RULES, "rules/b.yaml": "rules: {}\n"}
    ).policy
    assert one == other


def test_messages_begin_with_the_folder_as_it_was_given(load: Load, tmp_path: Path) -> None:
    """A path of the command line stays as it was typed."""
    load()
    (tmp_path / "rules" / "a.yaml").write_text("rules: {a: {}}\n", encoding="utf-8")
    with pytest.raises(PolicyErrors, match=f"^{tmp_path}/rules/a.yaml:1:12: no-effect"):
        load_policy(tmp_path)


@pytest.mark.parametrize("folder", ["nowhere", "pool.yaml"])
def test_a_folder_must_be_there(load: Load, folder: str) -> None:
    """No folder is an error with a cure."""
    load()
    with pytest.raises(
        PolicyErrors, match=f"{folder}:1:1: no-policy: there is no such folder; make it with a `pool.yaml`"
    ):
        load_policy(folder)


def test_a_pool_must_be_there(load: Load, tmp_path: Path) -> None:
    """Without pool.yaml the rules files are still read."""
    load()
    (tmp_path / "pool.yaml").unlink()
    (tmp_path / "rules" / "a.yaml").write_text("rules: {a: {}}\n", encoding="utf-8")
    with pytest.raises(PolicyErrors) as refused:
        load_policy(".")
    assert [error.name for error in refused.value.errors] == ["no-pool", "no-effect"]
    assert "write one that begins with `language: 1`" in str(refused.value)
    (tmp_path / "pool.yml").write_text(POOL, encoding="utf-8")
    with pytest.raises(PolicyErrors, match=r"rename `pool\.yml` to `pool\.yaml`"):
        load_policy(".")


def test_a_folder_without_rules_is_a_policy(load: Load, tmp_path: Path) -> None:
    """`rules` may be missing; it has no rules then."""
    load()
    (tmp_path / "rules" / "a.yaml").unlink()
    (tmp_path / "rules").rmdir()
    assert load_policy(".").policy.rules == {}


def test_only_yaml_and_python_files_are_rules(errors: Errors) -> None:
    """Other files and hidden folders are left alone; `.yml` is probably a mistake."""
    assert errors(RULES, **{"rules/README.md": "#", "rules/.old/x.yaml": "[", "rules/__pycache__/x.py": "["}) == []
    assert errors(RULES, **{"rules/b.YAML": "rules: {}"})
    (Path("rules") / "b.YAML").unlink()
    assert errors(RULES, **{"rules/b.yml": "rules: {}"}) == [
        "rules/b.yml:1:1: wrong-extension: rules files end in `.yaml`; rename it to `b.yaml`"
    ]


def test_a_link_out_of_the_folder_is_refused(
    load: Load, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is reviewed is what is in the folder."""
    load()
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text("rules: {}\n", encoding="utf-8")
    (tmp_path / "rules" / "b.yaml").symlink_to(outside)
    (tmp_path / "rules" / "c.py").symlink_to(outside)
    (tmp_path / "rules" / "d.yaml").symlink_to(tmp_path / "rules" / "a.yaml")
    with pytest.raises(PolicyErrors) as refused:
        load_policy(".")
    assert [str(error).split("; ")[0] for error in refused.value.errors] == [
        "rules/b.yaml:1:1: outside: this link leads out of the folder",
        "rules/c.py:1:1: outside: this link leads out of the folder",
    ]


def test_rules_stand_in_a_folder_and_not_behind_a_link(
    load: Load, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Rules that would be passed over in silence are an error."""
    load()
    (tmp_path / "rules" / "more").symlink_to(tmp_path_factory.mktemp("outside"))
    with pytest.raises(PolicyErrors, match=r"^rules/more:1:1: outside: links to folders aren't followed"):
        load_policy(".")
    (tmp_path / "rules" / "more").unlink()
    (tmp_path / "rules" / "a.yaml").rename(tmp_path / "a.yaml")
    (tmp_path / "rules").rmdir()
    (tmp_path / "a.yaml").rename(tmp_path / "rules")
    with pytest.raises(PolicyErrors, match=r"^rules:1:1: no-folder: this must be a folder; move what it says to"):
        load_policy(".")


def test_an_unreadable_file_is_an_error(load: Load, tmp_path: Path) -> None:
    """A folder named like a file, for one."""
    load()
    (tmp_path / "pool.yaml").unlink()
    (tmp_path / "pool.yaml").mkdir()
    with pytest.raises(
        PolicyErrors, match=r"pool\.yaml:1:1: not-a-file: this is no file; move it away, and write a file of this name"
    ):
        load_policy(".")


def test_what_is_no_file_ends_no_run(load: Load, tmp_path: Path) -> None:
    """A circle of links, a named pipe that nobody writes to, and a file beyond all measure."""
    load()
    (tmp_path / "rules" / "b.yaml").symlink_to("b.yaml")
    os.mkfifo(tmp_path / "rules" / "c.yaml")
    os.mkfifo(tmp_path / "rules" / "d.py")
    with (tmp_path / "rules" / "e.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PolicyErrors) as refused:
        load_policy(".")
    assert [str(error).split("; ")[0] for error in refused.value.errors] == [
        "rules/b.yaml:1:1: unreadable: this file can't be read",
        "rules/c.yaml:1:1: not-a-file: this is no file",
        "rules/d.py:1:1: not-a-file: this is no file",
        "rules/e.py:1:1: too-large: more than 5000000 bytes",
    ]


@pytest.mark.parametrize("name", ["rules", "pool.yaml"])
def test_a_link_to_nothing_is_an_error(load: Load, tmp_path: Path, name: str) -> None:
    """What is there but leads nowhere isn't missing."""
    load()
    (tmp_path / name).rename(tmp_path / ".away")
    (tmp_path / name).symlink_to(name)
    with pytest.raises(PolicyErrors, match=f"^{name}:1:1: (no-folder|unreadable): "):
        load_policy(".")


def test_a_folder_that_cannot_be_listed_is_an_error(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rules would be passed over in silence."""
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "no", str(path))
        return scan(path)

    load(**{"rules/closed/b.yaml": "rules: {}\n"})
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(PolicyErrors) as refused:
        load_policy(".")
    assert list(map(str, refused.value.errors)) == [
        "rules/closed:1:1: unreadable: this folder can't be read; check it with `ls -ld`"
    ]


def test_a_file_that_is_not_read_is_an_error(errors: Errors) -> None:
    """It stands where nobody looks; hidden folders and other files may stand anywhere."""
    stray = {"rule/b.yaml": "", "more.YML": "", "deep/rules/c.yaml": "", "pool.yml": ""}
    fine = {".schema/a.yaml": "", "README.md": "", "conftest.py": "", "cases/a.yaml": ""}
    cure = "1:1: stray-file: this file isn't read; move it to `rules/` or `cases/`"
    assert errors(**stray, **fine) == [
        f"deep/rules/c.yaml:{cure}",
        f"more.YML:{cure}",
        "pool.yml:1:1: stray-file: this file isn't read; move what it says to `pool.yaml`",
        f"rule/b.yaml:{cure}",
    ]


@pytest.mark.parametrize(
    ("section", "noun"),
    [("rules: {a: {deny: x}}", "rule"), ("derived: {a: x}", "derived value"), ("tables: {a: {b: c}}", "table")],
)
def test_a_name_is_defined_once_over_all_files(errors: Errors, section: str, noun: str) -> None:
    """The second definition is the error, and it names the first."""
    found = errors(f"{section}\n", **{"rules/b.yaml": f"\n{section}\n"})
    column = section.index("a:") + 1
    name = "a_2" if noun == "derived value" else "a-2"
    assert found == [
        (
            f"rules/b.yaml:2:{column}: defined-twice: the {noun} `a` is defined twice, first in rules/a.yaml:1; "
            f"rename one, for example `{name}`"
        )
    ]


def test_empty_values_are_reported_once(errors: Errors) -> None:
    """What the reader refuses isn't refused again by the models, and hides nothing else."""
    rules = """\
derived:
  a:
  b: {first_of: [x, ]}
rules:
  c:
    when:
    id_token: {claims: {d: , e: {from: grups}}}
  f:
  g:
    deny:
"""
    found = [message.split(": ")[:2] for message in errors(rules)]
    assert found == [
        ["rules/a.yaml:2:3", "empty-value"],
        ["rules/a.yaml:3:17", "too-short"],
        ["rules/a.yaml:6:5", "empty-value"],
        ["rules/a.yaml:7:25", "empty-value"],
        ["rules/a.yaml:7:40", "unknown-input"],
        ["rules/a.yaml:8:3", "empty-value"],
        ["rules/a.yaml:10:5", "empty-value"],
    ]


def test_a_wrong_key_hides_nothing_beside_it(errors: Errors) -> None:
    """The rest of a rule with a wrong key is checked in the same run, but not for conflicts."""
    rules = """\
rules:
  a:
    when: {clients: web}
    wen: {client: web}
    id_token: {claims: {x: {from: grups}, z: {choose: [{when: {groups: 5}, valu: 1}]}}}
  b:
    id_token: {claims: {x: {from: username}}}
"""
    assert [message.split(": ")[:2] for message in errors(rules)] == [
        ["rules/a.yaml:3:12", "unknown-input"],
        ["rules/a.yaml:4:5", "unknown-key"],
        ["rules/a.yaml:5:35", "unknown-input"],
        ["rules/a.yaml:5:56", "missing-key"],
        ["rules/a.yaml:5:72", "wrong-type"],
        ["rules/a.yaml:5:76", "unknown-key"],
    ]


LOST = {
    "a mistake in a claim hides none in the condition": (
        "rules: {a: {when: {cleint: web}, access_token: {claims: {tenant: {form: groups}}}}}",
        ["1:20 unknown-input", "1:67 unknown-key"],
    ),
    "a mistake in a condition hides none in a claim": (
        "rules: {a: {when: {groups: {prefx: a}}, id_token: {claims: {x: {from: grups}}}}}",
        ["1:29 unknown-key", "1:71 unknown-input"],
    ),
    "a condition that is none hides nothing in its neighbours": (
        "rules: {a: {when: {any: [{}, web, {cleint: web}]}, deny: x}}",
        ["1:26 empty-condition", "1:30 wrong-type", "1:36 unknown-input"],
    ),
    "an empty branch hides nothing in the next": (
        "derived: {a: {choose: [{when: {}}, {when: {grups: a}, value: 1}]}}",
        ["1:24 missing-key", "1:31 empty-condition", "1:44 unknown-input"],
    ),
    "a list that can't be read hides nothing around it": (
        "rules: {a: {when: {cleint: a}, deny: x}, b: {id_token: {claims: {c: {choose: [5, {value: a}]}}}}}",
        ["1:20 unknown-input", "1:79 wrong-type", "1:82 missing-key"],
    ),
    "a step that doesn't exist hides no other one, and its value has no type": (
        "derived: {a: {first_of: [{from: groups, then: [frist, {keep: {prefix: 5}}, {table: tabel}]}, 1]}}",
        ["1:48 unknown-step", "1:71 wrong-type", "1:84 unknown-table"],
    ),
    "an unknown key of a value may be a step": (
        "derived: {a: {from: groups, thn: only, default: a}, b: {first_of: [{from: groups, thn: only}, a]}}",
        ["1:29 unknown-key", "1:83 unknown-key"],
    ),
    "a member that is no value hides none beside it": (
        "derived: {a: {union: [[[x]], {form: a}, {from: groups, one_of: grups, default: {}}]}}",
        ["1:23 wrong-constant", "1:31 unknown-key", "1:64 unknown-input", "1:80 wrong-constant"],
    ),
    "a rule without an effect still has a condition": (
        "rules: {a: {when: {cleint: web}}, b: {when: {cleint: web}, groups: {ad: x}}}",
        ["1:12 no-effect", "1:20 unknown-input", "1:46 unknown-input", "1:69 unknown-key"],
    ),
    "an unreadable value may be any, also that of a reserved claim": (
        "rules: {a: {access_token: {claims: {aud: {form: client.id}, acr: {form: x}}}}}",
        ["1:43 unknown-key", "1:61 reserved-claim", "1:67 unknown-key"],
    ),
}


@pytest.mark.parametrize(("rules", "found"), LOST.values(), ids=LOST)
def test_all_mistakes_are_told_in_one_run(errors: Errors, rules: str, found: list[str]) -> None:
    """What stands beside something unreadable is checked, and nothing is told that only follows from it."""
    shown = [message.removeprefix("rules/a.yaml:").split(": ")[:2] for message in errors(rules)]
    assert [" ".join(parts) for parts in shown] == found


def test_a_lookup_that_lacks_a_key_is_no_reason_for_more(errors: Errors) -> None:
    """Its fields aren't known, but the texts in it are checked."""
    pool = POOL.replace(
        "recipients:", "  new: {dynamodb: {table: t, key: {pk: '{attribute.subb}'}}, data: none}\nrecipients:"
    )
    names = [message.split(": ")[1] for message in errors("derived: {a: {from: lookup.new.x}}", pool=pool)]
    assert names == ["missing-key", "unknown-input"]


@pytest.mark.parametrize(
    "section",
    ["clients", "variables", "identity_providers", "attributes", "metadata", "lookups", "recipients", "pseudonyms"],
)
def test_a_misspelt_section_is_one_mistake(errors: Errors, section: str) -> None:
    """The names in it aren't known, but nothing says that they don't exist."""
    rules = """\
rules:
  a:
    when: {client: web, metadata.tenant: a, identity_providers: Google, lookup.user.age: 1, attribute.custom:tenant: a}
    id_token:
      claims: {a: {from: username, then: {pseudonym: analytics}}, b: "${ANY}"}
      encrypted_for: {billing-api: {x: z}}
"""
    (message,) = errors(rules, pool=POOL.replace(f"\n{section}:", f"\n{section[:-1]}x:"))
    assert f": unknown-key: pool.yaml has no key `{section[:-1]}x`; " in message
