"""All checks by name, and what they find in a policy."""

from typing import NamedTuple

from pretoken.checks.acceptances import Accepted, acceptances, unused_acceptance
from pretoken.checks.admin_scope import admin_scope_kept
from pretoken.checks.check import Check
from pretoken.checks.choices import unpaired_choices
from pretoken.checks.conditions import never_true
from pretoken.checks.confidentiality import personal_data_in_clear, secret_in_token, sensitive_data_in_id_token
from pretoken.checks.declarations import doubtful_label, personal_constant
from pretoken.checks.deployment.environment import missing_variable, undeclared_variable
from pretoken.checks.deployment.metadata import metadata_never_arrives
from pretoken.checks.deployment.permissions import excess_permission, missing_permission
from pretoken.checks.deployment.triggers import tier_too_low, wrong_trigger_version
from pretoken.checks.deployment.writers import verified_by_provider, writable_attribute
from pretoken.checks.edits import add_without_effect, roles_kept_for_removed_groups
from pretoken.checks.errors import UnknownFindingError
from pretoken.checks.facts import too_many_facts
from pretoken.checks.finding import Finding
from pretoken.checks.integrity import (
    recipient_chosen_by_untrusted_input,
    removal_can_be_evaded,
    untrusted_authorization,
)
from pretoken.checks.keys import not_a_key_arn
from pretoken.checks.lookups import constant_key
from pretoken.checks.machines import reaches_machines
from pretoken.checks.names import unused_name
from pretoken.checks.profile import chosen_user_name, scope_opens_profile, user_name_in_clear
from pretoken.checks.pseudonyms import pseudonym_beside_sub
from pretoken.checks.refresh import lost_on_refresh
from pretoken.checks.scopes import unbounded_scopes
from pretoken.checks.sizes.check import token_too_large
from pretoken.checks.suppressions import claim_suppressed_elsewhere
from pretoken.checks.templates import ambiguous_template
from pretoken.checks.texts import looks_like_a_path
from pretoken.checks.wildcards import iam_wildcard
from pretoken.policy.load import LoadedPolicy
from pretoken.pools import Template, facts_of

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        claim_suppressed_elsewhere,
        missing_variable,
        not_a_key_arn,
        personal_data_in_clear,
        recipient_chosen_by_untrusted_input,
        removal_can_be_evaded,
        secret_in_token,
        tier_too_low,
        untrusted_authorization,
        writable_attribute,
        wrong_trigger_version,
        admin_scope_kept,
        ambiguous_template,
        chosen_user_name,
        constant_key,
        doubtful_label,
        excess_permission,
        iam_wildcard,
        looks_like_a_path,
        lost_on_refresh,
        metadata_never_arrives,
        missing_permission,
        never_true,
        personal_constant,
        reaches_machines,
        roles_kept_for_removed_groups,
        scope_opens_profile,
        sensitive_data_in_id_token,
        token_too_large,
        too_many_facts,
        unbounded_scopes,
        unpaired_choices,
        unused_acceptance,
        verified_by_provider,
        add_without_effect,
        pseudonym_beside_sub,
        undeclared_variable,
        unused_name,
        user_name_in_clear,
    )
}
"""The checks by name, errors first, notices last."""

OF_TEMPLATES = (
    missing_variable,
    tier_too_low,
    writable_attribute,
    wrong_trigger_version,
    excess_permission,
    metadata_never_arrives,
    missing_permission,
    verified_by_provider,
    undeclared_variable,
)
"""The checks that hold a policy against its template."""


class Findings(NamedTuple):
    """What the checks find: what stands, and what is accepted; both in the order of places."""

    standing: list[Finding]
    accepted: list[Accepted]


def findings(loaded: LoadedPolicy, template: Template | None = None) -> list[Finding]:
    """Give the findings of a policy that nobody has accepted, in the order of their places."""
    return all_findings(loaded, template).standing


def all_findings(loaded: LoadedPolicy, template: Template | None = None) -> Findings:
    """Give the findings of a policy, and of its template if there is one, those that are accepted as well."""
    apart = (unused_acceptance, *OF_TEMPLATES)
    found = [finding for check in CHECKS.values() if check not in apart for finding in check.findings(loaded)]
    if template is not None:
        facts = facts_of(template)
        found += [finding for check in OF_TEMPLATES for finding in check.findings(loaded, facts)]
    reasons: dict[tuple[str | None, str, str | None], list[str]] = {}
    for _, rule, accepted in acceptances(loaded):
        reasons.setdefault((rule, accepted.finding, accepted.at), []).append(accepted.why)
    not_looked_for = {check.name for check in OF_TEMPLATES} if template is None else set()
    standing, silenced = unused_acceptance.findings(loaded, found, CHECKS, not_looked_for), []
    for finding in sorted(found):
        whys = reasons.get((finding.rule, finding.name, finding.at))
        if whys:
            silenced.append(Accepted.because(finding, whys.pop(0)))
        else:
            standing.append(finding)
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
