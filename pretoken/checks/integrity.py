"""Integrity: no input that a user or a caller controls decides what a token authorizes."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.checks.flow import Traces, authorizes, sinks_of
from pretoken.checks.flow.conditions import guards, losers_of, steerers_of, writers_of
from pretoken.checks.flow.context import ANYWHERE, is_for_all_users
from pretoken.checks.flow.inputs import input_label
from pretoken.checks.sources import flow_to, sources_of
from pretoken.policy.errors import typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.trigger.inputs import STANDARD_ATTRIBUTES

Purpose: TypeAlias = Literal["authorize", "read", "pass"]
"""What somebody does with an input: be authorized by it, choose who reads data, or pass a denial or removal."""

_GAINS: dict[Purpose, str] = {
    "authorize": "be authorized by it",
    "read": "choose who reads the data",
    "pass": "pass",
}


@check(
    "error",
    gain="users or callers choose what a token authorizes them to do",
    cure="read an input that they can't write, or believe it only from a list about the user: `one_of: PATH`",
)
def untrusted_authorization(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a claim, scope, group or role that users or callers can choose.

    APIs believe an access token, whatever it says, since Cognito signed it.
    So nothing may decide over it that users can write, such as an attribute in some client's WriteAttributes.
    The same holds for what callers send: client metadata, and which scopes they don't ask for.
    A condition is a way too: who chooses whether it holds, chooses what it guards.

    Believed are groups, what Cognito itself writes, attributes with `writable_by: admin`, and lookups keyed by such.
    `attribute.email` is believed, as it is stored, where `attribute.email_verified: true` must hold as well.
    What somebody chooses is believed if `one_of` finds it in a trusted list about the user.
    A table, `keep` or a trusted condition beside it isn't enough.
    What stands in for a missing value, by `default` or `first_of`, must be about the user as well.
    Otherwise whoever leaves the value out has chosen what stands in.

    Scopes, groups and roles that are added may have untrusted tests beside trusted ones about the user.
    Those only take away.
    That an address isn't verified is no reason to grant: whoever changes it has an unverified one.
    ID-token claims are for the client application, and no finding unless `id_token_authorizes` names them.
    Then attributes that Cognito itself writes into ID tokens are looked at as well; of `all`, those in pool.yaml.

    Bad:

    ```yaml
    rules:
      region:
        when: {principal: user}
        access_token: {claims: {region: {from: attribute.custom:region}}}
    ```

    Good:

    ```yaml
    rules:
      plan:
        when: {principal: user}
        access_token: {claims: {plan: {from: lookup.user.plan}}}
      tenant:
        when: {principal: user, metadata.tenant: {exists: true}}
        id_token: {claims: {tenant: {from: metadata.tenant, one_of: lookup.user.tenants}}}
    ```

    Source: Amazon Cognito Developer Guide, "Working with user attributes"; API Reference, on `ClientMetadata`.
    """
    policy = loaded.policy
    for sink in sinks_of(policy):
        if sink.kind in ("claim", "add", "preferred") and authorizes(sink, policy.pool):
            asked = writers_of(sink.when)
            if sink.kind == "add":
                asked = {} if guards(sink.when) else {**asked, **losers_of(sink.when)}
            yield from _doubts(sink.at, {**asked, **sink.value.writers}, "authorize")
    yield from _native(policy)


def _native(policy: Policy) -> Iterator[Doubt]:
    """Doubt attributes that Cognito itself writes into ID tokens, where someone authorizes by them."""
    authorizing, declared = policy.pool.id_token_authorizes, policy.pool.attributes
    ruled = {
        claim
        for rule in policy.rules.values()
        if is_for_all_users(rule.when) and rule.id_token is not None
        for claim in (*rule.id_token.claims, *rule.id_token.suppress)
    }
    at: At = ("pool", "id_token_authorizes")
    for number, claim in enumerate(declared if authorizing == "all" else authorizing):
        if (claim in declared or claim in STANDARD_ATTRIBUTES) and claim not in ruled:
            where = at if authorizing == "all" else (*at, number)
            label = input_label(f"attribute.{claim}", ANYWHERE, where, policy)
            cure = f"let a rule without `when` take it out or write it: `id_token: {{suppress: [{typed(claim)}]}}`"
            yield from _doubts(where, label.writers, "authorize", cure)


@check(
    "error",
    gain="users or callers choose for which API their data is encrypted",
    cure="let only trusted inputs decide about it: groups, `client`, attributes with `writable_by: admin`",
)
def recipient_chosen_by_untrusted_input(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report data that is encrypted for an API because a user or a caller wants it so.

    Who can read what is what reviewers ask first, and `encrypted_for` answers it.
    A condition on metadata, on a writable attribute or on a missing scope hands that answer to whoever calls.
    What the message holds may be written by users themselves: their address is theirs.

    Bad:

    ```yaml
    rules:
      address:
        when: {principal: user, metadata.device: kiosk}
        access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}
    ```

    Good:

    ```yaml
    rules:
      address:
        when: {principal: user, scopes: invoices/read}
        access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}
    ```

    Source: the rule language, on sinks.
    """
    policy = loaded.policy
    for sink in sinks_of(policy):
        if sink.kind == "message":
            yield from _doubts(sink.at, {**sink.value.writers, **writers_of(sink.when)}, "read")


@check(
    "error",
    gain="whoever should be stopped evades it",
    cure="let it rest on trusted inputs alone: groups, lookups about the user, attributes with `writable_by: admin`",
)
def removal_can_be_evaded(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a denial or a removal that a user or a caller can evade.

    A `deny`, `suppress`, `keep` or `remove` protects somebody, and works only if nobody can talk it away.
    Users write their attributes and can empty them; callers send metadata or none, and ask for fewer scopes.
    So every input of the condition must be one that neither can write nor leave out.
    The same holds for every list that `keep` and `remove` compare with.
    What users choose from a list of their own by `one_of` is no exception: they choose to pass.

    Suppressing ID-token claims on which nobody authorizes is no finding: the client application is theirs.

    Bad:

    ```yaml
    rules:
      suspended:
        when: {attribute.custom:suspended: true}
        deny: Your account is suspended.
    ```

    Good:

    ```yaml
    rules:
      no-plan:
        when: {principal: user, lookup.user.plan: {exists: false}}
        deny: Ask your administrator for a plan.
    ```

    Source: Amazon Cognito API Reference, `UpdateUserAttributes`, `DeleteUserAttributes`, `RespondToAuthChallenge`.
    """
    policy = loaded.policy
    for sink in sinks_of(policy):
        if sink.kind in ("deny", "take") or (sink.kind == "suppress" and authorizes(sink, policy.pool)):
            steerers = {**losers_of(sink.unless), **steerers_of(sink.unless), **sink.value.absence}
            yield from _doubts(sink.at, steerers, "pass")


def _doubts(at: At, writers: Traces, purpose: Purpose, cure: str | None = None) -> Iterator[Doubt]:
    for source in sources_of(writers)[:1]:
        message = f"{shown(at)} rests on {source.what}"
        if cure is None:
            cures = {"authorize": source.cure, "read": source.cure_of_message, "pass": source.cure_of_removal}
            cure = cures[purpose]
        yield Doubt(at, message, cure, source.gain(_GAINS[purpose]), flow_to(source.trace, at), key=True)
