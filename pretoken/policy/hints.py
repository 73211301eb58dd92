"""What to write instead of what other languages, or earlier guesses, would have written."""

from pretoken.policy.lookups import Lookup
from pretoken.policy.model import Model
from pretoken.policy.pool import Pool
from pretoken.policy.rules import AccessToken, Edit, Rule, RuleFile, Token
from pretoken.policy.tests import Operators
from pretoken.policy.values import Form

_INTO_A_TOKEN = "`{key}` belongs to a token; move it into `access_token: {{…}}` or `id_token: {{…}}`"
_IN_POOL = "`{key}` belongs to pool.yaml; move `{key}: …` there"
_IN_RULES = "`{key}` belongs to a rules file; move it to `rules/example.yaml`"
_NO_ORDER = "rules have no order, so there is no `{key}`; use `overrides: [NAME]` or `choose`"
_IN_ORDER = "lists have no promised order, so there is no `{key}`; use `prefer: […]` or `only`"
_NO_PATTERN = (
    "there are no regular expressions, so there is no `{key}`; use `prefix`, `domain` or `safe_as: identifier`"
)
_THE_CONSTANT = "a test has no key `{key}`; write the constant itself, or a list such as `[a, b]`"

WRONG_PLACES: dict[type[Model], dict[str, str]] = {
    Rule: {
        "claims": _INTO_A_TOKEN,
        "suppress": _INTO_A_TOKEN,
        "encrypted_for": _INTO_A_TOKEN,
        "scopes": "scopes are in the access token only; move `scopes` into `access_token: {{…}}`",
        "derived": "`derived` stands beside `rules`; move `derived: …` to the top of the file",
        "tables": "`tables` stands beside `rules`; move `tables: …` to the top of the file",
    },
    AccessToken: {
        "groups": "groups are the same in both tokens; move `groups` beside `access_token`",
        "iam_roles": "IAM roles are in the ID token only; move `iam_roles` beside `access_token`",
    },
    Token: {
        "groups": "groups are the same in both tokens; move `groups` beside `id_token`",
        "iam_roles": "IAM roles have their own effect; move `iam_roles` beside `id_token`",
        "scopes": "the ID token has no scopes; move `scopes` into `access_token: {{…}}`",
    },
    RuleFile: {
        **dict.fromkeys(Pool.model_fields, _IN_POOL),
        "cases": "cases stand in files of their own; move `cases: …` to `cases/example.yaml`",
    },
    Pool: {
        **dict.fromkeys(("rules", "derived", "tables"), _IN_RULES),
        "cases": "cases stand in files of their own; move `cases: …` to `cases/example.yaml`",
    },
    Form: {"add": "`add` stands only directly as a claim or as a member of an `object`; use `union: […]` here"},
}
"""Keys that exist elsewhere, by the mapping in which they were written."""

UNKNOWN_KEYS: dict[type[Model], dict[str, str]] = {
    Rule: {
        "unless": "a rule has no key `unless`; write `not: {{…}}` inside `when`",
        **dict.fromkeys(("if", "condition", "conditions"), "a rule has no key `{key}`; write `when: {{…}}`"),
        **dict.fromkeys(("priority", "order", "before", "after"), _NO_ORDER),
        **dict.fromkeys(("description", "reason", "comment"), "a rule has no key `{key}`; write `why: …`"),
        "tokens": "each token is written by itself; write `access_token: {{…}}` and `id_token: {{…}}`",
        "default_on_failure": "a default for failures would grant; write `on_failure: deny`",
    },
    Form: {
        "otherwise": "`otherwise` stands beside `choose`; write `choose: [{{when: {{…}}, value: …}}]`",
        "when": "a value has no `when`; use `choose: [{{when: {{…}}, value: …}}]`",
        **dict.fromkeys(("else", "if"), "a value has no key `{key}`; use `choose: […]` with `otherwise: …`"),
        **dict.fromkeys(("required", "optional"), "a value has no key `{key}`; write a rule with `deny: …`"),
        "default_on_failure": "a default for failures would grant; write `on_failure: deny` in the rule",
        **dict.fromkeys(("steps", "transform"), "a value has no key `{key}`; write `then: […]`"),
    },
    Operators: {
        **dict.fromkeys(("equals", "eq", "is", "in", "any_of", "any", "or"), _THE_CONSTANT),
        **dict.fromkeys(("regex", "pattern", "matches", "suffix", "ends_with"), _NO_PATTERN),
        "contains": (
            "there is no `contains`: a test of a list asks for one item, and none looks into a text; "
            "write the constant itself"
        ),
        **dict.fromkeys(("all", "and"), "a test has no key `{key}`; write `all: [{{groups: a}}, {{groups: b}}]`"),
        "starts_with": "a test has no key `starts_with`; write `prefix: …`",
        **dict.fromkeys(
            ("gt", "greater_than", "min", "minimum"), "a test has no key `{key}`; write `above: 1` or `at_least: 1`"
        ),
        **dict.fromkeys(
            ("lt", "less_than", "max", "maximum"), "a test has no key `{key}`; write `below: 1` or `at_most: 1`"
        ),
        "before": "a test has no key `before`; write `not: {{after: now}}`",
        "present": "a test has no key `present`; write `exists: true`",
    },
    Lookup: {
        **dict.fromkeys(
            ("http", "https", "url", "query", "scan", "sql"),
            "a lookup has no key `{key}`, whose time has no bound; use `lambda: {{function: …, input: {{…}}}}`",
        ),
    },
    Edit: {
        **dict.fromkeys(("suppress", "drop", "exclude"), "an edit has no key `{key}`; write `remove: …`"),
        "only": "an edit has no key `only`; write `keep: …`",
    },
    Token: {"when": "a token has no `when`; write `when: {{…}}` in the rule, or `choose: […]` for one claim"},
}
"""Keys that don't exist, by the mapping in which they were written."""

UNKNOWN_STEPS = {
    **dict.fromkeys(("first", "last", "index", "slice"), _IN_ORDER),
    **dict.fromkeys(
        ("regex", "replace", "match"),
        "there are no regular expressions, so there is no step `{key}`; use `table: {{…}}`",
    ),
    **dict.fromkeys(
        ("hash", "sha256", "md5"), "a plain hash can be guessed, so there is no step `{key}`; use `pseudonym: NAME`"
    ),
    "split": "there is no step `split`; declare the input with `type: strings` and `encoded_as: comma_list`",
    "default": "`default` is no step; write `default: …` beside `then`",
    "one_of": "`one_of` is no step; write `one_of: …` beside `then`",
    "remove": "there is no step `remove`; write `keep: {{not: …}}`",
    "count": "there is no step `count`; test it with `count: {{at_least: 1}}`",
    "sort": "lists have no promised order, so there is no step `sort`; `at_most: 100` sorts",
}


def hint_for(model: type[Model], key: str) -> tuple[str, str] | None:
    """Give the name and the text of the hint for a key that a mapping doesn't have."""
    for name, hints in (("wrong-place", WRONG_PLACES), ("unknown-key", UNKNOWN_KEYS)):
        for base in model.__mro__:
            text = hints.get(base, {}).get(key)
            if text is not None:
                return name, text.format(key=key)
    return None
