"""What access tokens show or open beside the claims that rules write."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.flow.context import ADMIN_SCOPE
from pretoken.checks.scopes import names_constants
from pretoken.policy.constants import Constant
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.steps import Keep, Prefer, Table
from pretoken.policy.values import Add, Form, From, Leaf, Tailed, Template
from pretoken.policy.variables import possible_texts
from pretoken.policy.vocabulary import compared
from pretoken.policy.walk import entries_of, members_of, walk

_OPENING = (ADMIN_SCOPE, "openid", "profile", "email", "phone")


@check(
    "warning",
    gain="every holder of the token can read the user's whole profile, the addresses that rules encrypt included",
    cure="leave it out; the application asks for what it needs when it sends people to sign in",
)
def scope_opens_profile(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a rule that adds a scope with which every holder of the access token can read the user's profile.

    With `openid` an access token opens userInfo, and `profile`, `email` and `phone` say how much of it.
    With `aws.cognito.signin.user.admin` it opens GetUser, and lets its holder write attributes too.
    What rules keep out of the token, or encrypt in it, is there for whoever has one.

    Bad:

    ```yaml
    rules:
      mail:
        when: {groups: staff}
        access_token: {scopes: {add: [openid, email]}}
    ```

    Good:

    ```yaml
    rules:
      mail:
        when: {groups: staff, scopes: invoices/read}
        access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}
    ```

    Source: Amazon Cognito Developer Guide, "The userInfo endpoint"; API Reference, `GetUser`.
    """
    policy = loaded.policy
    for name, rule in policy.rules.items():
        scopes = rule.access_token.scopes if rule.access_token is not None else None
        if scopes is None or scopes.add is None:
            continue
        at: At = ("rules", name, "access_token", "scopes", "add")
        given = _constants(scopes.add, at, policy, set())
        texts = (item for constant in given for item in (constant if isinstance(constant, tuple) else (constant,)))
        added = {text.lower() for item in texts for text in possible_texts(str(item), policy.pool) or ()}
        opening = [scope for scope in _OPENING if scope in added]
        if opening:
            yield Doubt(at, f"{shown(at)} adds {listed(opening)}, which opens the user's profile", "leave it out")


def _constants(value: Leaf, at: At, policy: Policy, seen: set[str]) -> Iterator[Constant]:
    """Give the constants that a value can be or begin with; the last step that gives constants decides."""
    if not isinstance(value, Tailed):
        yield from () if isinstance(value, (Form, Add)) else (value,)
        return
    if value.default is not None:
        yield value.default
    for step in reversed(value.then):
        if isinstance(step, Prefer):
            yield step.prefer
        elif isinstance(step, Table):
            yield from (constant for constant, _ in entries_of(step, at, policy.tables).values())
        elif isinstance(step, Keep) and names_constants(step.keep):
            yield from (constant for constant, _, _ in compared(step.keep, ()))
        else:
            continue
        return
    if isinstance(value, From) and value.from_.startswith("derived.") and value.from_ not in seen:
        seen.add(value.from_)
        yield from _constants(policy.derived[value.from_.removeprefix("derived.")], at, policy, seen)
    if isinstance(value, Template):
        yield value.template
    for _, member in members_of(value):
        yield from _constants(member, at, policy, seen)


@check(
    "notice",
    gain="everyone who holds an access token reads the user name, which may be an e-mail address",
    cure="have the provider send an opaque id, and accept the finding with that reason: `at: identity_providers`",
)
def user_name_in_clear(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report identity providers whose users' names may be personal data that no rule can take out.

    Every access token has `username`, which no trigger can change or suppress.
    Of users who come through a provider it is the provider's name and their id there.
    A SAML NameID is often an e-mail address.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    identity_providers: [AcmeOkta]
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    identity_providers: [AcmeOkta]
    accept:
      - {finding: user-name-in-clear, at: identity_providers, why: AcmeOkta sends opaque ids as NameID.}
    ```

    Source: Amazon Cognito Developer Guide, "Using SAML identity providers with a user pool", on NameID.
    """
    providers = loaded.policy.pool.identity_providers
    if providers:
        at: At = ("pool", "identity_providers")
        message = f"users of {listed(providers)} have their id there in `username` of every access token"
        yield Doubt(at, message, key=True)


@check(
    "warning",
    gain="whoever signs up under that name has what it gives",
    cure="name the people in a group, or in a row that `attribute.sub` finds: `groups: NAME`",
)
def chosen_user_name(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a rule that compares user names with constants.

    People choose their user name when they sign up, if the pool lets them: `admin-2` is free until somebody takes it.
    Nobody changes it later, so it serves as the key of a row; only `attribute.sub` says who it is for good.
    Where people sign in by e-mail address or phone number, it is the same as `attribute.sub`.

    Bad:

    ```yaml
    rules:
      admins:
        when: {username: {prefix: admin-}}
        access_token: {scopes: {add: [orders/write]}}
    ```

    Good:

    ```yaml
    rules:
      admins:
        when: {groups: admins}
        access_token: {scopes: {add: [orders/write]}}
    ```

    Source: Amazon Cognito Developer Guide, "Customizing sign-in attributes", and OpenID Connect Core 1.0 section 5.7.
    """
    for part in walk(loaded.policy):
        at: At | None = None
        if part.kind == "condition" and "username" in part.item.tests:
            at = (*part.at, "username")
        elif part.kind == "value" and isinstance(part.item, From) and part.item.from_ == "username":
            selects = any(isinstance(step, (Keep, Prefer, Table)) for step in part.item.then)
            at = part.at if selects else None
        if at is not None:
            yield Doubt(at, f"{shown(at)} believes a user name, which people choose when they sign up", key=True)
