"""Everything that must hold for a policy beyond the shape of its parts."""

from pretoken.policy.circles import check_circles
from pretoken.policy.clients import check_clients, check_recipients
from pretoken.policy.conflicts import check_conflicts
from pretoken.policy.contract import Contract
from pretoken.policy.names import Names
from pretoken.policy.policy import Policy
from pretoken.policy.report import At, Report
from pretoken.policy.tables import check_tables
from pretoken.policy.texts import check_text
from pretoken.policy.types import Typing
from pretoken.policy.versions import check_versions
from pretoken.policy.vocabulary import Vocabulary
from pretoken.policy.walk import walk


def check(policy: Policy, report: Report) -> None:
    """Report every way in which a policy isn't sound."""
    names = Names(policy, report)
    vocabulary = Vocabulary(names, report)
    typing = Typing(policy, report)
    names.check_pool(report)
    check_clients(policy.pool, report)
    check_recipients(policy.pool, report)
    check_tables(policy.pool, report)
    for part in walk(policy):
        if part.kind == "input":
            names.check_input(part.item, part.at, report, key=part.key)
        elif part.kind == "step":
            names.check_step(part, report)
        elif part.kind in ("constant", "template", "plain"):
            check_text(part, names, report)
        vocabulary.check_part(part)
    if not check_circles(policy, report):
        return
    contract = Contract(policy.pool, typing, report)
    typing.check()
    for name, rule in policy.rules.items():
        at: At = ("rules", name)
        names.check_rule(rule, at, report)
        vocabulary.check_rule(rule, at)
        contract.check(rule, at)
        check_versions(rule, at, policy, report)
    check_conflicts(policy, report)
