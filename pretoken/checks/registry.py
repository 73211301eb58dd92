"""All checks by name, and what they find in a policy."""

from typing import NamedTuple

from pretoken.checks.acceptances import Accepted, acceptances, unused_acceptance
from pretoken.checks.check import Check
from pretoken.checks.conditions import never_true
from pretoken.checks.edits import add_without_effect, roles_kept_for_removed_groups
from pretoken.checks.errors import UnknownFindingError
from pretoken.checks.finding import Finding
from pretoken.checks.keys import not_a_key_arn
from pretoken.checks.lookups import constant_key
from pretoken.checks.machines import reaches_machines
from pretoken.checks.names import unused_name
from pretoken.checks.pseudonyms import pseudonym_beside_sub
from pretoken.checks.refresh import lost_on_refresh
from pretoken.checks.scopes import unbounded_scopes
from pretoken.checks.sizes.check import token_too_large
from pretoken.checks.suppressions import claim_suppressed_elsewhere
from pretoken.checks.templates import ambiguous_template
from pretoken.checks.texts import looks_like_a_path
from pretoken.policy.load import LoadedPolicy

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        claim_suppressed_elsewhere,
        not_a_key_arn,
        ambiguous_template,
        constant_key,
        looks_like_a_path,
        lost_on_refresh,
        never_true,
        reaches_machines,
        roles_kept_for_removed_groups,
        token_too_large,
        unbounded_scopes,
        unused_acceptance,
        add_without_effect,
        pseudonym_beside_sub,
        unused_name,
    )
}
"""The checks by name, errors first, notices last."""


class Findings(NamedTuple):
    """What the checks find: what stands, and what is accepted; both in the order of places."""

    standing: list[Finding]
    accepted: list[Accepted]


def findings(loaded: LoadedPolicy) -> list[Finding]:
    """Give the findings of a policy that nobody has accepted, in the order of their places."""
    return all_findings(loaded).standing


def all_findings(loaded: LoadedPolicy) -> Findings:
    """Give the findings of a policy, those that are accepted as well."""
    found = [
        finding for check in CHECKS.values() if check is not unused_acceptance for finding in check.findings(loaded)
    ]
    reasons = {(rule, accepted.finding, accepted.at): accepted.why for _, rule, accepted in acceptances(loaded)}
    standing, silenced = unused_acceptance.findings(loaded, found, CHECKS), []
    for finding in sorted(found):
        why = reasons.get((finding.rule, finding.name, finding.at))
        if why is None:
            standing.append(finding)
        else:
            silenced.append(Accepted(finding, why))
    return Findings(sorted(standing), silenced)


def explain(name: str) -> str:
    """Explain a finding: what it is and why, an example of a bad and a good rule, and the source.

    Args:
        name: such as `reaches-machines`.

    Raises:
        UnknownFindingError: no check gives such findings.

    """
    if name not in CHECKS:
        raise UnknownFindingError(name, CHECKS)
    check = CHECKS[name]
    return f"{check.name} ({check.severity})\n\n{check.explanation}\n\nIf left: {check.gain}.\nCure: {check.cure}.\n"
