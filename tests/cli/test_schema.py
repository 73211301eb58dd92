"""`pretoken schema rules` and `pretoken schema tokens`."""

import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from pretoken.cli.program import program
from tests.cli.conftest import Run


def test_the_schema_of_rules_files_is_printed_with_declared_paths(run: Run) -> None:
    result = run("schema", "rules")
    schema = json.loads(result.output)

    assert result.exit_code == 0
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "attribute.custom:tenant" in result.output


def test_without_a_policy_folder_it_is_printed_all_the_same(run: Run) -> None:
    result = run("schema", "rules", "--policies", "nowhere")

    assert result.exit_code == 0
    assert "attribute.custom:tenant" not in result.output


def test_the_schemas_of_all_files_are_written_into_a_folder(run: Run) -> None:
    result = run("schema", "rules", "--output", "policies/.schema")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "policies/.schema/pool.json",
        "policies/.schema/rules.json",
        "policies/.schema/cases.json",
    ]
    for name in result.output.splitlines():
        jsonschema.Draft202012Validator.check_schema(json.loads(Path(name).read_text()))
    assert run("check").exit_code == 0  # they don't disturb the policy


def test_a_folder_that_can_not_be_written_to_is_told(run: Run) -> None:
    Path("taken").write_text("")
    result = run("schema", "rules", "--output", "taken")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "taken: this folder can't be written to; name another: `--output DIR`\n"


def test_the_schemas_beside_the_sample_policy_are_current(tmp_path: Path) -> None:
    """`pretoken schema rules --output policies/.schema` writes anew what editors read."""
    committed = Path(__file__).parents[2] / "policies"
    command = ["schema", "rules", "--policies", str(committed), "--output", str(tmp_path)]

    assert CliRunner().invoke(program, command).exit_code == 0
    for name in ("pool.json", "rules.json", "cases.json"):
        assert (committed / ".schema" / name).read_text() == (tmp_path / name).read_text()


def test_the_schema_of_tokens_is_printed_and_tells_whose_id_is_not_known(run: Run) -> None:
    result = run("schema", "tokens")
    schema = json.loads(result.stdout)

    assert result.exit_code == 0
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["definitions"]["web.user"]["properties"]["plan"] == {"type": "string", "maxLength": 16}
    assert result.stderr == (
        "web: its app client id isn't known, so the schema takes any other id for it; give it: `--variable WEB_ID=…`\n"
    )


def test_a_variable_that_is_given_is_known_in_the_schema_of_tokens(run: Run) -> None:
    result = run("schema", "tokens", "--variable", "WEB_ID=7q3web")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["x-pretoken"]["clients"]["web"] == {"ids": ["7q3web"], "unknown": []}


def test_the_schema_of_tokens_is_written_into_a_file_and_is_the_same_each_time(run: Run) -> None:
    for name in ("one.json", "other.json"):
        result = run("schema", "tokens", "--variable", "WEB_ID=7q3web", "--output", name)
        assert (result.exit_code, result.output) == (0, "")
    text = Path("one.json").read_text(encoding="utf-8")
    assert text == Path("other.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert json.loads(text)["title"] == "Access tokens"


def test_a_file_that_can_not_be_written_is_told(run: Run) -> None:
    result = run("schema", "tokens", "--output", "policies")

    assert result.exit_code == 2
    assert "policies: this file can't be written; name another: `--output FILE`\n" in result.stderr


def test_wrong_variables_are_told(run: Run) -> None:
    unknown = run("schema", "tokens", "--variable", "OTHER=a")
    twice = run("schema", "tokens", "--variable", "WEB_ID=worker-id")

    assert (unknown.exit_code, twice.exit_code) == (2, 2)
    assert unknown.stderr.startswith("--variable: unknown-name: `OTHER`")
    assert twice.stderr == (
        "--variable: the clients `web` and `worker` have one app client id; give each variable its own value\n"
    )
