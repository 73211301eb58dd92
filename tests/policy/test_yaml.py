"""Rule files as YAML: what they say, where, and what is refused."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import pretoken.policy.yaml as reader
from pretoken.policy.errors import Place
from pretoken.policy.yaml import Document, read_yaml

LARGEST = 2**53 - 1


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def either_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with PyYAML's C scanner and with its Python one."""
    monkeypatch.setattr(reader, "_LOADER", getattr(yaml, request.param))


def read(source: str | bytes) -> Document:
    return read_yaml(source, "a.yaml")


def errors(source: str | bytes) -> list[str]:
    return [str(error).removeprefix("a.yaml:") for error in read(source).errors]


# --- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-0", 0),
        ("12", 12),
        ("-1.5", -1.5),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (str(LARGEST), LARGEST),
        (str(-LARGEST), -LARGEST),
        ("1e300", 1e300),
        ("tenant", "tenant"),
        ("SE", "SE"),
        ("nobody", "nobody"),
        ("10.0.0.1", "10.0.0.1"),
        ("--", "--"),
        ("1.2.3", "1.2.3"),
        ("2024-01", "2024-01"),
        ("5m", "5m"),
        ("12:3x", "12:3x"),
        ("arn:aws:kms:eu-north-1:111122223333:key/x", "arn:aws:kms:eu-north-1:111122223333:key/x"),
        ("two words", "two words"),
        ("two\n  lines", "two lines"),
        ("'true'", "true"),
        ('"12"', "12"),
        ("'no'", "no"),
        ("''", ""),
        ("|\n  12\n", "12\n"),
        (">-\n  true\n", "true"),
        ("[]", []),
        ("{}", {}),
        ('"\\u0085\\U0001f511"', "\x85\U0001f511"),
        ("å-\U0001f511", "å-\U0001f511"),
    ],
)
@pytest.mark.usefixtures("either_loader")
def test_a_plain_scalar_is_a_boolean_a_json_number_or_text(text: str, value: object) -> None:
    """Only `true`, `false` and JSON's numbers are not text, and nothing quoted is."""
    document = read(f"key: {text}")
    assert document.errors == []
    assert document.data == {"key": value}
    assert isinstance(document.data, dict)
    assert type(document.data["key"]) is type(value)


@pytest.mark.parametrize("key", ["true", "no", "on", "null", "12", "0123", "12:30", "2024-01-01", "1_000", "-1"])
def test_a_mapping_key_is_text_however_it_looks(key: str) -> None:
    """No reader of rule files takes a key for anything else, so keys need no quotes."""
    document = read(f"{key}: x")
    assert (document.data, document.errors) == ({key: "x"}, [])


AMBIGUOUS = {
    "`{text}` is true to some YAML readers; put it in quotes, or write `true`": "y Y yes Yes YES on On ON True TRUE",
    "`{text}` is false to some YAML readers; put it in quotes, or write `false`": (
        "n N no No NO off Off OFF False FALSE"
    ),
    "`{text}` is null to some YAML readers; put it in quotes, or leave its key out": "~ null Null NULL",
    "YAML readers disagree about this number; put it in quotes, or write the number as JSON does": (
        "0123 00 08 -01 +1 1_000 1. .5 +.5 1.e3 0x1f 0XFF 0o17 0b101 12:30 1:02:03 12:30:01.5 .inf -.inf .Inf .NaN .nan"
    ),
    "YAML readers disagree about this date; put it in quotes": (
        "2024-01-01 2024-1-1 2024-01-01T00:00:00Z 2024-01-01t10:00:00.5+01:00 2024-01-01T00:00:00"
    ),
}


@pytest.mark.parametrize(
    ("text", "message"), [(text, message) for message, texts in AMBIGUOUS.items() for text in texts.split()]
)
def test_text_that_another_yaml_reader_takes_for_something_else_has_to_be_quoted(text: str, message: str) -> None:
    """The error says what a word is elsewhere, but repeats no number or date; the value is still the text."""
    document = read(f"- a\n- {text}")
    assert [str(error) for error in document.errors] == [f"a.yaml:2:3: ambiguous-text: {message.format(text=text)}"]
    assert document.data == ["a", text]
    assert read(f"- a\n- '{text}'").errors == []


def test_a_date_with_blanks_has_to_be_quoted() -> None:
    """YAML's timestamps may have blanks before the time and the zone."""
    assert errors("a: 2001-12-14 21:59:43.10 -5") == [
        "1:4: ambiguous-text: YAML readers disagree about this date; put it in quotes"
    ]


@pytest.mark.parametrize("number", [str(LARGEST + 1), str(-LARGEST - 1), "9" * 39, "1e999", "-1e999"])
def test_a_number_that_loses_digits_elsewhere_is_refused(number: str) -> None:
    """Integers stay within 2**53 - 1 and all numbers are finite."""
    document = read(f"a: {number}")
    assert [str(error) for error in document.errors] == [
        "a.yaml:1:4: number-range: this number is more than JSON readers agree on; put it in quotes"
    ]
    assert document.data == {"a": None}


def test_a_number_of_very_many_digits_is_refused_and_cut_in_the_message() -> None:
    """Python itself raises for integers of more than 4,300 digits."""
    assert errors("a: " + "9" * 5000) == [
        "1:4: number-range: this number is more than JSON readers agree on; put it in quotes"
    ]


@pytest.mark.parametrize(
    "text", ["- phone_number\n  - address", "- phone_number\r\n  - address", "phone_number\n  - address"]
)
@pytest.mark.usefixtures("either_loader")
def test_a_list_item_that_yaml_takes_for_text_of_the_item_above_is_refused(text: str) -> None:
    """One blank too many would silently turn two names into one that names nothing."""
    assert [error.split(":")[2] for error in errors(f"suppress:\n {text}\n")] == [" ambiguous-text"]


# --- what JSON's data model doesn't have


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\nb: 1", ["1:1: empty-value: `a` has no value; write one after its `: `, or leave the key out"]),
        (
            "b: {template: {attribute.sub}}",
            ["1:16: empty-value: `attribute.sub` has no value; write one after its `: `, or put the braces in quotes"],
        ),
        ("- a\n-\n- b", ["2:2: empty-value: an item is empty; write it, or leave its `- ` out"]),
        ("?\n: 1", ["1:2: empty-value: a key is missing; write it before the `:`"]),
        ("", ["1:1: empty-value: nothing stands in this file; write `{}` if that is meant"]),
        ("# only a comment\n", ["2:1: empty-value: nothing stands in this file; write `{}` if that is meant"]),
        ("---\n", ["2:1: empty-value: nothing stands in this file; write `{}` if that is meant"]),
        ("why: a\nwhen: b\nwhy: c", ["3:1: duplicate-key: `why` stands twice, first on line 1"]),
        ("12: a\n'12': b", ["2:1: duplicate-key: `12` stands twice, first on line 1"]),
        ("a: &x 1", ["1:4: unknown-yaml: `&x` is an anchor; leave it out"]),
        ("a: &x [1]", ["1:4: unknown-yaml: `&x` is an anchor; leave it out"]),
        ("&x a: 1", ["1:1: unknown-yaml: `&x` is an anchor; leave it out"]),
        ("a: *x", ["1:4: unknown-yaml: `*x` is an alias; write the value out"]),
        (
            "a: {<<: *x}",
            [
                "1:5: unknown-yaml: `<<` merges mappings, which rule files don't; write the keys out",
                "1:9: unknown-yaml: `*x` is an alias; write the value out",
            ],
        ),
        (
            "a: !!str 12",
            ["1:4: unknown-yaml: a tag stands here; leave it out, or put text that begins with `!` in quotes"],
        ),
        (
            "a: ! {}",
            ["1:4: unknown-yaml: a tag stands here; leave it out, or put text that begins with `!` in quotes"],
        ),
        (
            "a: {{b}}",
            [
                "1:6: empty-value: `b` has no value; write one after its `: `, or put the braces in quotes",
                "1:5: unknown-yaml: a key is one text; put it in quotes",
            ],
        ),
        ("? [a]\n: b", ["1:3: unknown-yaml: a key is one text; put it in quotes"]),
        (
            "%YAML 1.1\n---\na: 1",
            ["1:1: unknown-yaml: rule files have no directives; leave the lines with `%` out"],
        ),
        ("a: 1\n---\nb: 2", ["2:1: unknown-yaml: a second document begins; move it to a file of its own"]),
    ],
)
@pytest.mark.usefixtures("either_loader")
def test_yaml_that_json_does_not_have_is_refused_with_its_cure(text: str, expected: list[str]) -> None:
    """Rule files carry JSON's data model and nothing more."""
    assert errors(text) == expected


def test_a_quoted_merge_key_is_a_key() -> None:
    """Only the plain `<<` means something to other readers."""
    assert read("'<<': 1").data == {"<<": 1}


def test_one_document_between_its_marks_is_a_file() -> None:
    """`---` and `...` around the only document are allowed."""
    assert (read("---\na: 1\n...\n").data, errors("---\na: 1\n...\n")) == ({"a": 1}, [])


def test_of_a_duplicate_key_the_first_value_counts_and_the_second_is_read_for_errors() -> None:
    """A file shows all its errors in one run."""
    document = read("a: 1\na: {b: no}")
    assert document.data == {"a": 1}
    assert [error.name for error in document.errors] == ["ambiguous-text", "duplicate-key"]


# --- syntax

SYNTAX = [
    ("a:\n\tb: 1", "2:1: syntax: a tab indents this line; indent with spaces"),
    ("a: 1\n\tb: 2", "2:1: syntax: a tab indents this line; indent with spaces"),
    ("a: |\n\tx", "2:1: syntax: a tab indents this line; indent with spaces"),
    ("a: @x", "1:4: syntax: `@` can't begin a text; put the text in quotes"),
    ("a: *", "1:4: syntax: `*` can't begin a text; put the text in quotes"),
    (
        "a: b: c",
        (
            "1:5: syntax: a key can't stand here; put text that contains `: ` in quotes,"
            " or indent this line like its neighbours"
        ),
    ),
    ("a: - b", "1:4: syntax: a list can't begin behind `key:`; put `- ` on a line of its own"),
    ("a: 1\nb\nc: 2", "2:1: syntax: this line has no `:`; write `key: value`"),
    ("a: 'x\nb: 1\n", "1:4: syntax: the quote that opens here isn't closed; write the other one"),
    (
        "a: [1,\n  2\nb: 3",
        "3:2: syntax: the `[` on line 1 isn't closed; write `,` or `]`, and text that contains it in quotes",
    ),
    (
        "a: {b: USER#{c}}",
        "1:13: syntax: the `{` on line 1 isn't closed; write `,` or `}`, and text that contains it in quotes",
    ),
    ("a: ]", "1:4: syntax: `]` stands where a value should; put it in quotes if it is text"),
    (
        'a: "\\d"',
        (
            "1:5: syntax: double quotes have no such escape; write `\\\\` for a backslash,"
            " and any other character as it is"
        ),
    ),
    (
        "a: [1",
        "1:4: syntax: the `[` on line 1 isn't closed; write `,` or `]`, and text that contains it in quotes",
    ),
    ("a: | b\n  c", "1:6: syntax: text can't stand behind `|` or `>`; begin it on the next line"),
    (
        "a:\n  b: 1\n c: 2",
        (
            "3:2: syntax: this doesn't go on with what stands above it; indent it like its neighbours,"
            " or put the whole text in quotes"
        ),
    ),
    (
        'a: "x" y',
        (
            "1:8: syntax: this doesn't go on with what stands above it; indent it like its neighbours,"
            " or put the whole text in quotes"
        ),
    ),
    ("a: !e!x y", "1:4: syntax: this isn't YAML as rule files use it; put text with special characters in quotes"),
]


@pytest.mark.parametrize(("text", "expected"), SYNTAX)
def test_a_syntax_error_says_what_to_write_and_ends_the_file(text: str, expected: str) -> None:
    """The message names no token of a scanner, and no half-read data remains."""
    assert errors(text) == [expected]
    assert read(text).data is None


@pytest.mark.parametrize(("text", "expected"), SYNTAX)
@pytest.mark.usefixtures("either_loader")
def test_a_syntax_error_has_one_message_whichever_scanner_finds_it(text: str, expected: str) -> None:
    """PyYAML's Python scanner stands in where the C one is missing; its columns may differ."""
    assert [error.message for error in read(text).errors] == [expected.partition("syntax: ")[2]]


def test_errors_before_a_syntax_error_are_shown_too() -> None:
    """Reading ends at a syntax error, not at the first error."""
    assert [error.split(": ")[1] for error in errors("a: no\nb: [c")] == ["ambiguous-text", "syntax"]


# --- files


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"a: 1\nb: \xff", "2:4: not-text: this isn't UTF-8; save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "1:1: not-text: this isn't UTF-8; save the file as UTF-8"),
        ("å: \0", "1:4: not-text: U+0000 can't be seen; leave it out, or write its escape in double quotes"),
        (
            "a: 1\nb: x\u202ey",
            "2:5: not-text: U+202E can't be seen; leave it out, or write its escape in double quotes",
        ),
        ("a: \u2028", "1:4: not-text: U+2028 can't be seen; leave it out, or write its escape in double quotes"),
        ("a: \ud800", "1:4: not-text: U+D800 can't be seen; leave it out, or write its escape in double quotes"),
        (b"a: 1\n" * 1_000_001, "1:1: too-large: more than 5000000 bytes; split the file"),
        ("[" * 100_000, "1:65: too-deep: more than 64 levels; move a part under `derived`"),
        ("- " * 100_000, "1:129: too-deep: more than 64 levels; move a part under `derived`"),
        ("{a: " * 100_000, "1:257: too-deep: more than 64 levels; move a part under `derived`"),
        ("{" * 100_000, "1:65: too-deep: more than 64 levels; move a part under `derived`"),
    ],
)
def test_a_file_that_is_not_readable_text_or_not_of_human_size_is_refused(source: str | bytes, expected: str) -> None:
    """No file can hide characters, exhaust the stack or take minutes."""
    document = read(source)
    assert [str(error) for error in document.errors] == [f"a.yaml:{expected}"]
    assert document.data is None


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    """Editors on Windows write both."""
    document = read("\ufeffa: 1\r\nb: å".encode())
    assert (document.data, document.errors) == ({"a": 1, "b": "å"}, [])
    assert document.place(("b",)) == Place("a.yaml", 2, 4)


def test_64_levels_are_read() -> None:
    """The limit is far above what a rule needs."""
    assert errors("[" * 64 + "]" * 64) == []


# --- places

RULES = """\
rules:
  active-tenant:
    when: {client: web, groups: [admins, "staff"]}
    access_token:
      claims:
        tenant_id: {from: derived.tenant_id}
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("rules",), (2, 3), (1, 1)),
        (("rules", "active-tenant"), (3, 5), (2, 3)),
        (("rules", "active-tenant", "when"), (3, 11), (3, 5)),
        (("rules", "active-tenant", "when", "groups"), (3, 33), (3, 25)),
        (("rules", "active-tenant", "when", "groups", 1), (3, 42), (3, 42)),
        (("rules", "active-tenant", "access_token", "claims", "tenant_id", "from"), (6, 27), (6, 21)),
        (("rules", "active-tenant", "why"), (3, 5), (2, 3)),
        (("rules", "active-tenant", "when", "groups", 2), (3, 33), (3, 25)),
        (("rules", "active-tenant", "when", "groups", -1), (3, 33), (3, 25)),
        (("rules", "active-tenant", "when", "groups", "x"), (3, 33), (3, 25)),
        (("rules", "active-tenant", "when", "client", "x", "y"), (3, 20), (3, 12)),
        (("rules", 0), (2, 3), (1, 1)),
    ],
)
@pytest.mark.usefixtures("either_loader")
def test_a_path_leads_to_the_place_of_its_value_and_of_its_key(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    """A path that doesn't exist leads to the nearest thing around it that does."""
    document = read(RULES)
    assert document.place(path) == Place("a.yaml", *value)
    assert document.key_place(path) == Place("a.yaml", *key)


def test_a_file_that_cannot_be_read_has_its_first_character_as_place() -> None:
    """Whoever asks for a place always gets one."""
    assert read("a: [").place(("a", 0)) == Place("a.yaml", 1, 1)


# --- properties

TEXT = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=20)
SCALARS = st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


@given(JSON, st.sampled_from([None, 0, 1, 2, 4]))
def test_every_json_document_is_read_as_json_reads_it(data: object, indent: int | None) -> None:
    """Rule files can be written by any program that writes JSON."""
    text = json.dumps(data, indent=indent)
    document = read(text)
    assert document.errors == []
    assert document.data == json.loads(text)
    assert repr(document.data) == repr(json.loads(text))


@given(JSON, st.sampled_from([None, 1, 2]))
def test_the_place_of_every_key_and_value_holds_their_text(data: object, indent: int | None) -> None:
    """Lines and columns count characters, from one."""
    text = json.dumps(data, indent=indent)
    document, lines = read(text), text.split("\n")

    def text_at(place: Place) -> str:
        return lines[place.line - 1][place.column - 1 :]

    for path, value in _parts(data):
        shown = "{" if isinstance(value, dict) else "[" if isinstance(value, list) else json.dumps(value)
        assert text_at(document.place(path)).startswith(shown)
        if path and isinstance(path[-1], str):
            assert text_at(document.key_place(path)).startswith(f"{json.dumps(path[-1])}:")


def _parts(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    yield path, data
    items: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        yield from _parts(value, (*path, step))


YAML_LIKE = st.text(st.sampled_from("ab1:- \n\t[]{},&*!|>'\"%@?#~.0x<=\\u"), max_size=40)


@given(YAML_LIKE | st.text() | st.binary(), st.sampled_from(["CSafeLoader", "SafeLoader"]))
def test_any_text_gives_data_or_errors_and_never_an_exception(source: str | bytes, loader: str) -> None:
    """Whatever stands in a file, every error has a place in it, a name, a message, and no null stays unreported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_LOADER", getattr(yaml, loader))
        document = read(source)
    text = source if isinstance(source, str) else source.decode(errors="replace")
    lines = len(re.split("[\n\r]", text))
    for error in document.errors:
        assert error.place.file == "a.yaml"
        assert 1 <= error.place.line <= lines + 1
        assert error.place.column >= 1
        assert error.name.replace("-", "").isalpha()
        assert "\n" not in error.message
    if not document.errors:
        json.dumps(document.data, allow_nan=False)
        assert all(value is not None for _, value in _parts(document.data))


@given(st.text(st.sampled_from("ynoYNtrueTRUEfalsEoff~nul0123456789_.:+-eExobfINFaTZ "), min_size=1, max_size=12))
def test_what_is_read_without_error_is_read_alike_by_other_yaml_readers(text: str) -> None:
    """PyYAML, which reads YAML 1.1, agrees with us on whatever we don't refuse, but for numbers like `1e3`."""
    document = read(f"- {text}\n")
    if not document.errors:
        ours, theirs = document.data, yaml.safe_load(f"- {text}\n")
        assert ours == theirs or ours == [float(item) for item in theirs]


# --- speed


def test_a_thousand_rules_are_read_in_a_moment() -> None:
    """The budget is 0.15 s on a quiet machine; here several times that is allowed, for a busy one under coverage."""
    rule = (
        RULES.removeprefix("rules:\n") + "      scopes: {add: [orders/read]}\n    why: x\n    groups:\n      add: a\n"
    )
    text = "rules:\n" + "".join(rule.replace("active-tenant", f"rule-{number}") for number in range(1000))
    started = time.process_time()
    document = read(text)
    assert time.process_time() - started < 1
    assert (document.errors, document.key_place(("rules", "rule-999")).line) == ([], 2 + 999 * 9)
