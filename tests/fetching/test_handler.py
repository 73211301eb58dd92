"""The handler with lookups: its answers, metrics and lines, and the time that it gives them."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.sealing import kms
from pretoken.trigger import create_handler
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.fetching import FetchError
from pretoken.trigger.fetching import lookups as module
from pretoken.trigger.fetching.aws import AWS
from pretoken.trigger.handler import NEUTRAL, Handler
from tests.fetching.kinds import Broken, Slow, Table, answered_by, patient
from tests.trigger.plans import KEY, WEB, claim, lookup, make_event, make_plan, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.trigger.fetching.kinds import Kind, Kinds

pytestmark = pytest.mark.usefixtures("environment")

A, B, C = ({"from": f"lookup.{name}.string"} for name in "abc")
ROWS: dict[str, Any] = {name: {"string": name, "strings": [name]} for name in "abc"}
THREE = {"a": patient(), "b": patient(cache="1h"), "c": patient("{lookup.a.string}")}
PERSONAL = {"attribute.email": {"domain": "example.com"}}
REFERENCE = "c7a1e2b0-0000-4000-8000-1234567890ab"
SEALED = {"access_token": {"encrypted_for": {"crm": {"email": {"from": "attribute.email"}, "a": A}}}}
COUNTS = ("LookupsMade", "LookupsCached", "LookupsFailed", "LookupsSkipped")


class Run:
    """A handler that makes its own lookups, answered by a kind, with its log."""

    def __init__(
        self, rules: Mapping[str, Any], kind: Kind, lookups: Mapping[str, Any] | None = None, **parts: Any
    ) -> None:
        options = {name: parts.pop(name) for name in ("seal", "environment") if name in parts}
        declared = pool(**{"lookups": lookups or THREE, "limits": {"lookups_total": "1h"}, **parts.pop("pool", {})})
        self.written: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "kinds_of", _instead_of_aws(kind))
            self.handler = create_handler(
                make_plan(dict(rules), pool=declared, **parts),
                write=self.written.append,
                **{"environment": {}, **options},
            )

    def answer(self, event: object = None, context: object = None) -> dict[str, Any]:
        """Answer an event, and give the claims of the access token."""
        answer = self.handler(event or _event(), context or SimpleNamespace(aws_request_id=REFERENCE))
        details = answer["response"]["claimsAndScopeOverrideDetails"] or {}
        claims: dict[str, Any] = details.get("accessTokenGeneration", {}).get("claimsToAddOrOverride", {})
        return claims

    def refuse(self, event: object = None, context: object = None) -> str:
        with pytest.raises(SignInRefused) as refused:
            self.handler(event or _event(), context or SimpleNamespace(aws_request_id=REFERENCE))
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
        return str(refused.value)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """The lookups of the lines `lookup failed`, with their causes."""
        return [(line["Lookup"], line["Cause"]) for line in self.lines if line["message"] == "lookup failed"]


def _instead_of_aws(kind: Kind) -> Callable[[AWS], Kinds]:
    def kinds_of(aws: AWS) -> Kinds:
        assert isinstance(aws, AWS)
        return answered_by(kind)

    return kinds_of


def _event(**parts: Any) -> dict[str, Any]:
    return make_event(**{"attributes": {"email": "anna@example.com"}, **parts})


def _left(milliseconds: float) -> SimpleNamespace:
    return SimpleNamespace(aws_request_id=REFERENCE, get_remaining_time_in_millis=lambda: milliseconds)


# Answers and metrics.


def test_rules_are_answered_with_what_was_looked_up_and_the_line_tells_how_much_that_was() -> None:
    table = Table(ROWS)
    run = Run({"r": claim({"object": {"k": A, "l": B, "m": C}})}, table)
    assert run.answer() == {"c": {"k": "a", "l": "b", "m": "c"}}
    assert table.names == ["a", "b", "c"]
    (line,) = run.lines
    assert (line["message"], line["level"]) == ("decided", "INFO")
    assert [line[name] for name in COUNTS] == [3, 0, 0, 0]
    assert line["LookupMs"] <= line["DurationMs"]
    run.answer()
    assert [run.lines[1][name] for name in COUNTS] == [2, 1, 0, 0]


def test_metrics_of_lookups_follow_the_embedded_metric_format() -> None:
    """Their own namespace and dimensions: those of failures have the lookup's name and the cause."""
    run = Run({"r": claim(A)}, Table({"a": FetchError("throttled")}))
    run.answer()
    failed, decided = run.lines
    for line, dimensions in ((failed, ["FunctionName", "Lookup", "Cause"]), (decided, ["FunctionName"])):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("pretoken", [dimensions])
        assert all(isinstance(line[name], str) for name in dimensions)
        assert all(type(line[metric["Name"]]) in (int, float) for metric in directive["Metrics"])
    assert [metric["Name"] for metric in failed["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["LookupFailures"]
    units = {metric["Name"]: metric["Unit"] for metric in decided["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units["LookupMs"] == "Milliseconds"
    assert {units[name] for name in COUNTS} == {"Count"}


def test_a_policy_without_lookups_has_no_metrics_of_any() -> None:
    run = Run({"r": claim("x")}, Table())
    run.answer()
    assert not [name for name in run.lines[0] if "Lookup" in name]


def test_a_lookup_that_failed_is_a_line_that_tells_of_the_event_what_others_do() -> None:
    run = Run({"r": claim(A), "s": {"id_token": {"claims": {"x": B}}}}, Broken(ROWS, errors={"a": ValueError("anna")}))
    assert run.answer() == {}
    failed, decided = run.lines
    assert failed.pop("_aws")["Timestamp"] == decided["_aws"]["Timestamp"]
    assert failed.pop("timestamp") == decided["timestamp"]
    assert failed == {
        "level": "WARN",
        "message": "lookup failed",
        "reference": REFERENCE,
        "version": "V3_0",
        "source": "TokenGeneration_HostedAuth",
        "client": "web",
        "principal": "user",
        "FunctionName": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        "Lookup": "a",
        "Cause": "failed",
        "LookupFailures": 1,
    }
    assert [decided[name] for name in COUNTS] == [2, 0, 1, 0]
    assert decided["left_out"] == ["r: access_token.claims.c"]


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"r": claim(A)}, "a"),
        ({"r": claim(A, when={"client": "web"})}, "a"),
        ({"r": claim(A, when=PERSONAL)}, "other"),
        ({"r": claim(A), "s": {"id_token": {"claims": {"x": A}}, "when": PERSONAL}}, "other"),
        ({"r": claim({"first_of": [{"from": "attribute.name"}, A]})}, "other"),
        ({"r": claim({"from": "derived.d"})}, "other"),
        ({"r": {"groups": {"keep": {"one_of": "lookup.a.strings"}, "add": {"from": "attribute.email"}}}}, "other"),
        (
            {"r": {"groups": {"keep": {"one_of": "lookup.a.strings"}}}, "s": {"groups": {"add": {"from": "username"}}}},
            "other",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("answer", [FetchError("refused"), {"string": 5, "strings": 5}], ids=["failed", "wrong type"])
def test_a_name_that_tells_of_personal_data_is_other(rules: dict[str, Any], named: str, answer: Any) -> None:
    derived = {"d": {"choose": [{"when": PERSONAL, "value": A}]}}
    run = Run(rules, Table({"a": answer}), derived=derived)
    run.answer()
    assert run.failures == [(named, "refused" if isinstance(answer, FetchError) else "wrong-type")]
    assert "anna" not in "".join(run.written)


def test_nothing_of_a_key_or_an_answer_is_told() -> None:
    rows = {"a": {"string": {"Secret1": "Secret1"}}, "b": {"string": ["Secret2"]}}
    lookups = {"a": patient("{attribute.email}"), "b": patient("{username}"), "c": patient("{lookup.b.string}")}
    rules = {"r": claim({"object": {"k": A, "l": B, "m": C}}), "s": {"deny": "No.", "when": {"lookup.a.string": "x"}}}
    run = Run(rules, Table(rows), lookups)
    refused = run.refuse(_event(userName="Secret3"))
    told = "".join(run.written) + refused
    assert run.failures == [("other", "wrong-type")] * 2
    assert not [secret for secret in ("Secret", "anna", "example.com") if secret in told]


# Refusals.


def test_a_sign_in_that_is_denied_tells_of_its_lookups_too() -> None:
    rules = {"r": {"deny": "No.", "when": {"lookup.a.string": "x"}}, "s": claim(B)}
    run = Run(rules, Table({"a": FetchError("unreachable"), "b": ROWS["b"]}))
    assert run.refuse() == f"No. (reference {REFERENCE})"
    failed, denied = run.lines
    assert (failed["message"], failed["Lookup"], failed["Cause"]) == ("lookup failed", "a", "unreachable")
    assert (denied["message"], denied["Denied"], denied["rule"]) == ("denied", 1, "r")
    assert [denied[name] for name in COUNTS] == [2, 0, 1, 0]


def test_a_rule_that_refuses_on_failure_does_so_for_a_lookup() -> None:
    run = Run({"r": claim(A, on_failure="deny")}, Table({"a": FetchError("timeout")}))
    assert run.refuse() == f"{NEUTRAL} (reference {REFERENCE})"
    assert run.failures == [("a", "timeout")]


def test_a_denial_by_what_was_looked_up_needs_no_failure() -> None:
    run = Run({"r": {"deny": "No.", "when": {"lookup.a.string": "a"}}}, Table(ROWS))
    assert run.refuse() == f"No. (reference {REFERENCE})"
    assert [run.lines[0][name] for name in COUNTS] == [1, 0, 0, 0]


def test_an_answer_that_cannot_leave_tells_of_its_lookups_too() -> None:
    run = Run({"r": {"access_token": {"claims": {"iss": A}}}}, Table(ROWS))
    assert run.refuse() == f"{NEUTRAL} (reference {REFERENCE})"
    (line,) = run.lines
    assert (line["message"], line["code"], line["LookupsMade"]) == ("refused", "reserved-claim", 1)


def test_an_event_that_is_none_makes_no_lookup() -> None:
    table = Table(ROWS)
    run = Run({"r": claim(A)}, table)
    run.refuse({"version": "3"})
    assert table.names == []
    assert not [name for name in run.lines[0] if "Lookup" in name]


def test_an_unknown_client_makes_no_lookup_where_others_are_refused() -> None:
    table = Table(ROWS)
    run = Run({"r": claim(A)}, table, pool={"other_clients": "deny"})
    run.refuse(_event(client="unknown"))
    assert table.names == []
    assert [run.lines[0][name] for name in COUNTS] == [0, 0, 0, 0]


def test_an_error_in_the_report_of_lookups_refuses_neutrally(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("anna")

    monkeypatch.setattr(module.Lookups, "report", fail)
    run = Run({"r": claim(A)}, Table(ROWS))
    assert run.refuse() == f"{NEUTRAL} (reference {REFERENCE})"
    assert (run.lines[0]["code"], run.lines[0]["error"]) == ("unforeseen", "KeyError")
    assert "anna" not in run.written[0]


# Time.


def test_lookups_have_what_the_function_has_left_without_what_comes_after_them() -> None:
    with Slow(ROWS, hanging="a") as kind:
        run = Run({"r": claim(A), "s": {"id_token": {"claims": {"x": B}}}}, kind)
        began = time.monotonic()
        assert run.answer(context=_left(700)) == {}
        assert 0.2 <= time.monotonic() - began < 10
        assert run.failures == [("a", "deadline")]
        assert run.lines[-1]["message"] == "decided"
        assert run.lines[-1]["LookupMs"] > 0


@pytest.mark.parametrize("milliseconds", [500, 100, 0, -1000])
def test_a_function_without_time_makes_no_lookup_and_answers_all_the_same(milliseconds: int) -> None:
    table = Table(ROWS)
    run = Run({"r": claim(A), "s": {"id_token": {"claims": {"x": 1}}}}, table)
    assert run.answer(context=_left(milliseconds)) == {}
    assert table.names == []
    assert run.failures == [("a", "deadline")]
    assert [run.lines[-1][name] for name in COUNTS] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    "context",
    [
        SimpleNamespace(),
        SimpleNamespace(get_remaining_time_in_millis=None),
        SimpleNamespace(get_remaining_time_in_millis=lambda: "soon"),
        SimpleNamespace(get_remaining_time_in_millis=lambda: 1 / 0),
        _left(3_600_000),
    ],
    ids=["none", "no function", "no number", "error", "plenty"],
)
def test_where_nobody_tells_what_is_left_lookups_total_alone_counts(context: SimpleNamespace) -> None:
    with Slow(ROWS, hanging="a") as kind:
        run = Run({"r": claim(A)}, kind, pool={"limits": {"lookups_total": "20ms"}})
        run.answer(context=context)
        assert run.failures == [("a", "deadline")]
    assert Run({"r": claim(A)}, Table(ROWS)).answer(context=context) == {"c": "a"}


# Who answers.


def test_whoever_is_given_answers_instead_of_aws() -> None:
    lines: list[str] = []
    handler = create_handler(
        make_plan({"r": claim(A)}, pool=pool(lookups=THREE)),
        environment={},
        answers=lambda name, key: {"string": f"{name} {sorted(key)}"},
        write=lines.append,
    )
    details = handler(_event(), None)["response"]["claimsAndScopeOverrideDetails"]
    assert details["accessTokenGeneration"]["claimsToAddOrOverride"] == {"c": "a ['pk']"}
    assert "Lookup" not in lines[0]


@pytest.mark.parametrize("rules", [{}, {"r": claim("x")}, {"r": {"groups": {"remove": "x"}}}], ids=str)
def test_a_policy_that_reads_no_lookup_makes_no_session(rules: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pretoken.trigger.fetching.aws.AWS.__init__", None)
    handler = create_handler(make_plan(rules, pool=pool(lookups=THREE)), environment={}, write=lambda _line: None)
    assert handler(_event(), None)


def test_lookups_in_aws_fail_where_nobody_is_there() -> None:
    lines: list[str] = []
    lookups = {"a": patient(), "b": {"lambda": {"function": "f"}, "data": "none", "fields": {"string": {}}}}
    rules = {"r": claim({"object": {"k": A, "l": B}})}
    handler = create_handler(make_plan(rules, pool=pool(lookups=lookups)), environment={}, write=lines.append)
    assert handler(_event(), None)
    failed = [json.loads(line) for line in lines[:-1]]
    assert [(line["Lookup"], line["Cause"]) for line in failed] == [("a", "unreachable"), ("b", "unreachable")]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ({"parameter": {"name": "/{client}"}}, "the lookup `p` is a `parameter`, which isn't supported yet"),
        ({"appconfig": {"application": "a", "environment": "e", "profile": "p"}}, "the lookup `p` is a `appconfig`"),
    ],
    ids=["parameter", "appconfig"],
)
def test_a_plan_that_needs_a_lookup_that_is_not_made_yet_does_not_start(source: dict[str, Any], problem: str) -> None:
    declared = pool(lookups={"a": lookup(), "p": {**source, "data": "none", "fields": {"string": {}}}})
    with pytest.raises(PlanError, match=problem):
        create_handler(make_plan({"r": claim({"from": "lookup.p.string"})}, pool=declared), environment={})
    handler = create_handler(make_plan({"r": claim(A)}, pool=declared), environment={}, write=lambda _line: None)
    assert isinstance(handler, Handler)


def test_a_plan_with_lookups_does_not_start_without_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(PlanError, match="no AWS region is set"):
        create_handler(make_plan({"r": claim(A)}, pool=pool(lookups=THREE)), environment={})


def test_variables_are_those_of_the_functions_environment() -> None:
    table = Table(ROWS)
    lookups = {"a": patient("${STAGE}#{client}")}
    run = Run({"r": claim(A)}, table, lookups, pool={"variables": {"STAGE": "any"}}, environment={"STAGE": "prod"})
    assert run.answer() == {"c": "a"}
    assert table.asked == [("a", {"pk": "prod#web"})]


def test_around_a_snapshot_what_is_kept_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Callable[[], object]] = []
    restore = ModuleType("snapshot_restore_py")
    restore.register_before_snapshot = hooks.append  # type: ignore[attr-defined]
    restore.register_after_restore = hooks.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", restore)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    table = Table(ROWS)
    run = Run({"r": claim(B)}, table)
    assert len(hooks) == 2
    for hook in (None, *hooks):
        if hook is not None:
            hook()
        for _ in range(2):
            run.answer()
    assert table.names == ["b"] * 3


# Beside encryption.


def test_a_message_may_hold_what_was_looked_up() -> None:
    sealed: list[Any] = []

    def seal(recipient: str, members: Mapping[str, Any], _sub: str) -> str:
        sealed.append((recipient, dict(members)))
        return "sealed"

    run = Run({"r": SEALED}, Table(ROWS), pool={"recipients": {"crm": {"key": KEY}}}, seal=seal)
    for context in (None, _left(3_600_000)):
        assert run.answer(context=context) == {"encrypted_for_crm": "sealed"}
    assert sealed == [("crm", {"email": "anna@example.com", "a": "a"})] * 2


def test_the_clients_for_keys_share_the_session_of_the_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[object] = []
    clients = kms.kms_clients

    def kms_clients(session: Any) -> Any:
        sessions.append(session)
        return clients(session)

    monkeypatch.setattr("pretoken.sealing.kms.kms_clients", kms_clients)
    Run({"r": SEALED}, Table(ROWS), pool={"recipients": {"crm": {"key": KEY}}})
    rule = {"access_token": {"encrypted_for": {"crm": {"email": {"from": "attribute.email"}}}}}
    Run({"r": rule}, Table(ROWS), pool={"recipients": {"crm": {"key": KEY}}})
    assert type(sessions[0]).__name__ == "Session"
    assert sessions[1] is None


def test_encrypting_has_what_the_function_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lookups' time is gone, and what they leave is there for the key service."""
    given: list[float] = []

    def seal(_self: object, seconds: float, _recipient: str, _members: object, _sub: str) -> str:
        given.append(seconds)
        return "sealed"

    monkeypatch.setattr("pretoken.sealing.patience.PatientSeal._seal_within", seal)
    with Slow(ROWS, hanging="b") as kind:
        rules = {"r": SEALED, "s": {"id_token": {"claims": {"x": B}}}}
        run = Run(rules, kind, pool={"recipients": {"crm": {"key": KEY}}})
        run.answer(context=_left(800))
        assert run.failures == [("b", "deadline")]
        run.answer(context=_left(50))
    assert 0 <= given[0] <= 0.35
    assert given[1] == 0


# Threads.


def test_events_in_many_threads_have_their_own_answers() -> None:
    run = Run({"r": claim(A)}, Table({"a": lambda key: {"string": key["pk"]}}))
    wrong: list[object] = []

    def sign_in(number: int) -> None:
        for at in range(10):
            sub = f"{number} {at}"
            answer = run.answer(_event(attributes={"sub": sub}))
            if answer != {"c": sub}:
                wrong.append((sub, answer))

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert {line["message"] for line in run.lines} == {"decided"}
    assert {line["client"] for line in run.lines} == {"web"}
    assert WEB not in "".join(run.written)
