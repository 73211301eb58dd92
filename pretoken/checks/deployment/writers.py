"""Who can write attributes: what pool.yaml says, held against a template."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.policy.walk import inputs_of_rule
from pretoken.pools.facts import Facts
from pretoken.pools.intrinsics import known, text
from pretoken.pools.writers import mappings, openings

_SOCIAL = frozenset({"Facebook", "Google", "LoginWithAmazon", "SignInWithApple"})
"""Providers that are the same for everybody; those of customers are `SAML` and `OIDC`."""


@check(
    "error",
    gain="anyone who signs up, or holds a token, writes the attribute, and has every claim that rests on it",
    cure="take the attribute out of every client's `WriteAttributes`, or declare it `writable_by: user`",
)
def writable_attribute(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report an attribute that pool.yaml trusts, and that others can write, as the template says.

    One app client is enough: what a user writes through it stands in the tokens of all clients.
    A client without `WriteAttributes`, or with an empty list, may write every attribute; a parameter may be empty.
    An attribute that the pool's `Schema` requires can be written by every client.
    Where anybody can register a client (`OpenDcrEnabled`), no list protects anything.
    An identity provider that maps to an attribute writes it, so it is `writable_by: provider` at best.

    `Mutable: false` changes nothing: whoever signs up sets the attribute then.
    Nor does `AllowAdminCreateUserOnly`: the answer to `NEW_PASSWORD_REQUIRED` sets attributes too.

    For `writable_by: provider`, clients that sign in through a provider may write it, as its mapping needs that.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:tenant: {writable_by: admin}}
    ```

    ```yaml
    # template.yaml
    Resources:
      UserPool: {Type: AWS::Cognito::UserPool}
      WebClient:
        Type: AWS::Cognito::UserPoolClient
        Properties: {UserPoolId: !Ref UserPool}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    attributes: {custom:tenant: {writable_by: admin}}
    ```

    ```yaml
    # template.yaml
    Resources:
      UserPool: {Type: AWS::Cognito::UserPool}
      WebClient:
        Type: AWS::Cognito::UserPoolClient
        Properties: {UserPoolId: !Ref UserPool, WriteAttributes: [nickname]}
    ```

    Source: Amazon Cognito Developer Guide, "Working with user attributes", on attribute permissions.
    """
    for name, attribute in loaded.policy.pool.attributes.items():
        who = attribute.writable_by
        for opening in openings(facts, name, by_providers=who == "provider") if who != "user" else ():
            at: At = ("pool", "attributes", name, "writable_by")
            message = f"{shown(at)} is `{who}`, but {opening.why}"
            yield Doubt(opening.at, message, opening.cure, place=opening.place)


@check(
    "warning",
    gain="who runs that provider says that any address is verified, and signs in as its owner",
    cure="take the flag out of the provider's `AttributeMapping`",
)
def verified_by_provider(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report an identity provider that says which addresses are verified, while rules believe it.

    `email_verified` vouches for an address as long as nobody but Cognito writes it.
    An identity provider of a customer that maps to it vouches for any address, of other customers too.

    The mappings of Google, Apple, Amazon and Facebook are no finding: these are the same for everybody.

    Bad:

    ```yaml
    rules:
      staff:
        when: {principal: user, attribute.email_verified: true, attribute.email: {domain: example.com}}
        access_token: {claims: {staff: true}}
    ```

    ```yaml
    # template.yaml
    Resources:
      Customer:
        Type: AWS::Cognito::UserPoolIdentityProvider
        Properties:
          ProviderType: OIDC
          AttributeMapping: {email: email, email_verified: email_verified}
    ```

    Good:

    ```yaml
    rules:
      staff:
        when: {principal: user, attribute.email_verified: true, attribute.email: {domain: example.com}}
        access_token: {claims: {staff: true}}
    ```

    ```yaml
    # template.yaml
    Resources:
      Customer:
        Type: AWS::Cognito::UserPoolIdentityProvider
        Properties:
          ProviderType: OIDC
          AttributeMapping: {email: email}
    ```

    Source: Amazon Cognito Developer Guide, "Mapping IdP attributes to profiles and tokens".
    """
    if not facts.providers:
        return
    social = {
        provider.name
        for provider in facts.providers
        if _SOCIAL >= {text(one) for one in known(provider.get("ProviderType"))} != set()
    }
    policy = loaded.policy
    inputs = {path for rule in policy.rules.values() for path in inputs_of_rule(rule, policy)}
    for name in ("email_verified", "phone_number_verified"):
        if f"attribute.{name}" in inputs:
            for opening in mappings(facts, name):
                if opening.at[1] not in social:
                    message = f"rules rest on {quoted(name)}, and {opening.why}"
                    yield Doubt(opening.at, message, opening.cure, place=opening.place)
