"""One rule for each customer whose provider sends departments."""

from pretoken.policy.write import AccessToken, Rule, RuleFile, Scopes, obj, value

DEPARTMENTS = {"AcmeOkta": "acme", "GlobexEntra": "globex"}

file = RuleFile(
    rules={
        "no-profile-writes": Rule(access_token=AccessToken(scopes=Scopes(remove="aws.cognito.signin.user.admin"))),
    }
    | {
        f"{tenant}-department": Rule(
            when={"client": "web", "identity_providers": provider},
            access_token=AccessToken(claims={"departments": obj({tenant: value("attribute.custom:department")})}),
        )
        for provider, tenant in DEPARTMENTS.items()
    }
)
