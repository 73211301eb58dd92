"""Whose token it is: by the app client's id, and by the user name that machines don't have."""

from __future__ import annotations

import pytest

from pretoken.token_schema import TokenSchemaError
from tests.token_schema.tokens import tokens_of

RULES = {
    "a": {"when": {"client": "web"}, "access_token": {"claims": {"of_web": "a"}}},
    "b": {"when": {"client": "worker"}, "access_token": {"claims": {"of_worker": "a"}}},
    "c": {"when": {"client": {"exists": False}}, "access_token": {"claims": {"of_others": "a"}}},
    "d": {"when": {"client.id": "web-id"}, "access_token": {"claims": {"of_id": "a"}}},
}
WEB, WORKER, OTHERS = {"of_web": "a"}, {"of_worker": "a"}, {"of_others": "a"}


def test_an_unnamed_client_is_refused_where_the_policy_refuses_it() -> None:
    tokens = tokens_of(RULES)
    assert not tokens.take("other-id")
    assert not tokens.take("other-id", machine=True)


def test_an_unnamed_client_has_claims_of_its_own_where_rules_apply() -> None:
    tokens = tokens_of(RULES, other_clients="apply_rules")
    assert tokens.take("other-id", **OTHERS)
    assert not tokens.take("other-id", **WEB)
    assert not tokens.take("other-id", of_web="a")
    assert not tokens.take(**WEB, **OTHERS)
    assert tokens.definition("user")["x-pretoken"]["client"] is None


def test_a_pool_may_name_no_client_at_all() -> None:
    assert tokens_of(RULES, clients={}, other_clients="apply_rules").take("any-id", **OTHERS)
    assert not tokens_of({}, clients={}).take("any-id")


def test_a_client_whose_id_is_not_known_may_have_any_other() -> None:
    clients = {"web": ["${ANY}", "web-id"], "worker": ["worker-id"]}
    tokens = tokens_of(RULES, clients=clients)
    assert tokens.take("web-id", of_id="a", **WEB)
    assert tokens.take("any-id", of_id="a", **WEB)
    assert not tokens.take("any-id", **WORKER)
    assert not tokens.take("worker-id", **WEB)
    assert tokens.schema["x-pretoken"]["clients"] == {
        "web": {"ids": ["web-id"], "unknown": ["${ANY}"]},
        "worker": {"ids": ["worker-id"], "unknown": []},
    }


def test_of_two_clients_whose_ids_are_not_known_a_token_may_be_either() -> None:
    clients = {"web": ["${ANY}"], "worker": ["w-${ANY}"]}
    tokens = tokens_of(RULES, clients=clients)
    assert tokens.take("any-id", **WEB)
    assert tokens.take("any-id", **WORKER)
    assert not tokens.take("any-id", **WEB, **WORKER)


def test_a_variable_that_is_given_makes_an_id_known() -> None:
    tokens = tokens_of(RULES, {"ANY": "given-id"}, clients={"web": ["${ANY}"], "worker": ["worker-id"]})
    assert tokens.take("given-id", **WEB)
    assert not tokens.take("any-id", **WEB)


def test_a_variable_with_known_values_gives_an_id_for_each() -> None:
    tokens = tokens_of(RULES, clients={"web": ["web-${STAGE}"]})
    assert tokens.take("web-live", **WEB)
    assert tokens.take("web-test", **WEB)
    assert not tokens.take("web-any", **WEB)


def test_two_clients_with_one_id_are_an_error() -> None:
    with pytest.raises(TokenSchemaError, match="the clients `web` and `worker` have one app client id") as caught:
        tokens_of(RULES, {"ANY": "worker-id"}, clients={"worker": ["worker-id"], "web": ["${ANY}"]})
    assert caught.value.code == "client-id-twice"


def test_a_token_that_rules_always_refuse_is_refused() -> None:
    deny = {"d": {"when": {"client": "worker", "principal": "user"}, "deny": "Only machines."}}
    tokens = tokens_of(deny)
    assert not tokens.take("worker-id")
    assert tokens.take("worker-id", machine=True)
    assert tokens.take()
    assert "worker.user" not in tokens.schema["definitions"]
    all_denied = tokens_of({"d": {"deny": "No."}}, clients={"web": ["${ANY}"]})
    assert not all_denied.take()
    assert all_denied.schema["x-pretoken"]["bytes"] == 0


def test_machines_for_which_cognito_does_not_ask_the_trigger_have_cognitos_own_token() -> None:
    """Before V3_0 no rule reaches them, and none refuses them."""
    rules = {"r": {"access_token": {"claims": {"plan": "free"}, "scopes": {"remove": "a"}}}, "d": {"deny": "No."}}
    tokens = tokens_of(rules, trigger=["V2_0"])
    assert tokens.take(machine=True, scope="a")
    assert tokens.take("other-id", machine=True, scope="a")
    assert not tokens.take(machine=True, plan="free")
    assert not tokens.take()
    both = tokens_of({"r": rules["r"]}, trigger=["V2_0", "V3_0"])
    assert both.take(machine=True, scope="a")
    assert both.take(machine=True, plan="free")
    assert not both.take(scope="a")
    assert not both.take("other-id", machine=True, plan="free")


def test_sizes_are_told_for_each_kind_of_token() -> None:
    rules = {
        "r": {"when": {"client": "web"}, "access_token": {"claims": {"text": {"from": "attribute.custom:text"}}}},
        "m": {"access_token": {"encrypted_for": {"billing-api": {"level": {"test": {"groups": "a"}}}}}},
    }
    tokens = tokens_of(rules, groups=["a"], scopes=["a"])
    sizes = {kind: tokens.definition(kind)["x-pretoken"]["bytes"] for kind in tokens.schema["definitions"]}
    assert sizes["web.user"] > sizes["worker.user"] > sizes["worker.machine"] > 0
    assert tokens.schema["x-pretoken"]["bytes"] == sizes["web.user"]
    message = tokens.definition("web.user")["x-pretoken"]["encrypted_for"]["billing-api"]
    assert 500 < message["characters"] < sizes["web.user"]


def test_a_size_without_a_bound_is_null() -> None:
    tokens = tokens_of({"r": {"access_token": {"claims": {"tags": {"from": "lookup.user.tags"}}}}})
    assert tokens.definition("web.user")["x-pretoken"]["bytes"] is None
    assert tokens.schema["x-pretoken"]["bytes"] is None
