"""Event versions: what the declared ones can't carry."""

from pretoken.policy.policy import Policy
from pretoken.policy.report import At, Report
from pretoken.policy.rules import Rule
from pretoken.policy.walk import Part, inputs_in, walk_rule, with_sources

_ONLY_ID_TOKEN = "V1_0 events can't change the access token; declare `trigger: V2_0` in pool.yaml, or use `id_token`"
_NO_SCOPES = (
    "V1_0 events don't carry scopes, so nothing but the access token can depend on them; declare `trigger: V2_0`"
)


def check_versions(rule: Rule, at: At, policy: Policy, report: Report) -> None:
    """Report effects and inputs that a declared event version doesn't have."""
    versions = policy.pool.trigger
    if "V1_0" not in versions:
        return
    if len(versions) == 1 and rule.access_token is not None:
        report.add("not-in-this-event-version", (*at, "access_token"), _ONLY_ID_TOKEN, key=True)
    denies = rule.deny is not None and not report.is_left_out((*at, "deny"))
    others = denies or any((rule.id_token, rule.groups, rule.iam_roles))
    for part in walk_rule(rule, at):
        decides = part.at[len(at)] == "when"
        if (others if decides else part.at[len(at)] != "access_token") and _reads_scopes(part, policy):
            report.add("not-in-this-event-version", part.at, _NO_SCOPES, key=part.key)


def _reads_scopes(part: Part, policy: Policy) -> bool:
    return part.kind in ("input", "template") and "scopes" in with_sources(inputs_in(iter((part,))), policy)
