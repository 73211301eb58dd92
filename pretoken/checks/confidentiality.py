"""Confidentiality: no personal data reaches the access token in the clear."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.checks.flow import Label, Sink, sinks_of
from pretoken.checks.flow.label import PERSONAL, SECRET, SENSITIVE
from pretoken.checks.possible import Possible
from pretoken.checks.sources import flow_to, path_of
from pretoken.policy.errors import quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.trigger.inputs import CONFIDENTIALITY
from pretoken.trigger.outcomes import ABSENT

_DECLARED = ("attribute.custom:", "attribute.dev:", "metadata.")
_VISIBLE = ("claim", "add", "preferred", "take", "suppress", "message")


@check(
    "error",
    gain="everyone who holds or logs the token reads it: the user's browser, every API, every proxy on the way",
    cure="encrypt it for the one API that needs it, `encrypted_for`, put it into the ID token, or state a fact: `test`",
)
def personal_data_in_clear(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report personal data that a token shows to everyone who holds it.

    An access token goes through browsers, gateways and logs to every API, signed and not encrypted.
    Personal data has no place in it, be it whole, in a template, cut, joined or in another case.
    A fact instead of the datum is fine: whether a test holds, or one of few constants.
    A `table` states a fact only if each of its results stands for two keys or more, and none spells its key.
    Sensitive data (health, religion, government ids and the like) stays sensitive even as a fact.
    Whatever depends on it by a condition shows it: a claim, a scope, a removal, or that there is a message at all.
    A message that is there only for those who have something sensitive tells as much: give it a constant member.

    What an input holds is declared in pool.yaml by `data`; attributes and metadata without it are personal.

    Bad:

    ```yaml
    rules:
      contact:
        when: {principal: user, attribute.email_verified: true}
        access_token: {claims: {contact: {from: attribute.email}}}
    ```

    Good:

    ```yaml
    rules:
      contact:
        when: {principal: user, attribute.email_verified: true}
        access_token:
          claims: {staff: {test: {attribute.email: {domain: example.com}}}}
          encrypted_for: {billing-api: {email: {from: attribute.email}}}
    ```

    Source: RFC 9068 section 6, on the privacy of access tokens; Fideslang's data categories.
    """
    policy = loaded.policy
    yield from _telling_messages(policy)
    yield from (doubt for secrecy, doubt in _in_clear(policy) if secrecy < SECRET)


@check(
    "error",
    gain="a secret that stands in a token, or decides over one, is none any more",
    cure="leave it out of all rules",
)
def secret_in_token(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report secret data in a token, encrypted or not, or in a condition that tells of it.

    An input with `data: secret` is declared so that nobody uses it by mistake: a PIN, a recovery code, a token.
    Even encrypted it would be kept in browsers and logs for as long as somebody wants to break it.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:pin: {writable_by: admin, data: secret}}
    ```

    ```yaml
    rules:
      pin:
        id_token: {claims: {pin: {from: attribute.custom:pin}}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:pin: {writable_by: admin, data: secret}}
    ```

    Source: OWASP JSON Web Token Cheat Sheet, on information disclosure.
    """
    yield from (doubt for secrecy, doubt in _in_clear(loaded.policy) if secrecy == SECRET)


def _in_clear(policy: Policy) -> Iterator[tuple[int, Doubt]]:
    """Give what tokens show, or depend on, and mustn't, each with how confidential it is."""
    for sink in sinks_of(policy):
        if sink.kind in ("claim", "member", "add") and sink.value.secrecy >= _first_forbidden(sink):
            yield sink.value.secrecy, _shown_datum(sink, sink.value, policy)
        elif sink.kind in _VISIBLE:
            asked = sink.most_confidential
            if asked.secrecy >= (SENSITIVE if sink.in_access_token else SECRET):
                yield asked.secrecy, _shown_condition(sink, asked)


def _telling_messages(policy: Policy) -> Iterator[Doubt]:
    """Doubt messages of the access token that are there only for those of whom there is something sensitive."""
    possible = Possible(policy, lambda _path: None)
    members: dict[At, list[Sink]] = {}
    for sink in sinks_of(policy):
        if sink.kind == "member" and sink.target == "access_token":
            members.setdefault(sink.at[:5], []).append(sink)
    for at, sinks in members.items():
        told = next((sink for sink in sinks if sink.value.secrecy == SENSITIVE), None)
        token = policy.rules[str(at[1])].access_token
        values = {} if token is None else token.encrypted_for[str(at[4])]
        # What is sensitive may be unreadable as well, for which there is no default.
        unsure = {sink.at[5] for sink in sinks if sink.value.secrecy >= SENSITIVE}
        if told is not None and all(name in unsure or ABSENT in possible.value(values[name]) for name in values):
            name = quoted(path_of(told.value.leak), "an input")
            message = f"whether there is {shown(at)} tells of {name}, which is sensitive data"
            cure = "add a member that is always there, for example `version: 1`"
            yield Doubt(at, message, cure, flow=flow_to(told.value.leak, at), key=True)


def _first_forbidden(sink: Sink) -> int:
    """Give the least confidentiality that a sink must not have."""
    return PERSONAL if sink.kind != "member" and sink.target != "id_token" else SECRET


def _shown_datum(sink: Sink, label: Label, policy: Policy) -> Doubt:
    path = path_of(label.leak)
    name = quoted(path, "an input")
    message = f"{shown(sink.at)} shows {name}, which is {CONFIDENTIALITY[label.secrecy]} data"
    recipient = next(iter(policy.pool.recipients), "RECIPIENT")
    if label.secrecy == SECRET:
        cure = "secrets are for no token, so leave it out"
    elif label.secrecy == SENSITIVE:
        cure = f"write it under `encrypted_for: {{{typed(recipient)}: …}}`, for a fact tells of it as well"
    elif any(hop.kind == "table" for hop in label.leak):
        cure = "let every result of the table stand for two keys or more and be none, or encrypt it: `encrypted_for`"
    else:
        cure = f"write it under `encrypted_for: {{{typed(recipient)}: …}}`, put it into the ID token, or state a fact"
        cure += f": `{{test: {{{typed(path)}: TEST}}}}`"
    if label.secrecy == PERSONAL and path.startswith(_DECLARED):
        cure += "; if it is about nobody, declare `data: none`"
    return Doubt(sink.at, message, cure, flow=flow_to(label.leak, sink.at), key=True)


def _shown_condition(sink: Sink, label: Label) -> Doubt:
    name = quoted(path_of(label.leak), "an input")
    message = f"{shown(sink.at)} depends on {name}, so that the token tells of {CONFIDENTIALITY[label.secrecy]} data"
    cure = "let something else decide, or write both cases into a member of an encrypted message: `encrypted_for`"
    return Doubt(sink.at, message, cure, flow=flow_to(label.leak, sink.at), key=True)


@check(
    "warning",
    gain="the client application, its logs and whoever gets hold of an ID token read it",
    cure="encrypt it for the one API that needs it: `encrypted_for`",
)
def sensitive_data_in_id_token(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report sensitive data in an ID token.

    The ID token is for the client application, which may show a name; it is stored in browsers and often sent on.
    Health, religion, government ids and the like, and what depends on them, need a better place.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:diet: {data: user.health_and_medical}}
    ```

    ```yaml
    rules:
      diet:
        id_token: {claims: {diet: {from: attribute.custom:diet}}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:diet: {data: user.health_and_medical}}
    recipients: {kitchen-api: {key: "arn:aws:kms:eu-west-1:000000000000:key/a"}}
    ```

    ```yaml
    rules:
      diet:
        access_token: {encrypted_for: {kitchen-api: {version: 1, diet: {from: attribute.custom:diet}}}}
    ```

    Source: GDPR article 9; OpenID Connect Core 1.0 section 16.
    """
    for sink in sinks_of(loaded.policy):
        if (sink.kind == "claim" and sink.target == "id_token") or sink.target == "iam_roles":
            label = sink.most_confidential
            if label.secrecy == SENSITIVE:
                name = quoted(path_of(label.leak), "an input")
                message = f"{shown(sink.at)} shows {name}, which is sensitive data, to the client application"
                yield Doubt(sink.at, message, flow=flow_to(label.leak, sink.at), key=True)
