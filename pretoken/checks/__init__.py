"""Is it safe to deploy? Findings that doubt a policy which loads and runs."""

from pretoken.checks.errors import UnknownFindingError
from pretoken.checks.finding import Finding
from pretoken.checks.registry import Findings, all_findings, explain, findings

__all__ = ["Finding", "Findings", "UnknownFindingError", "all_findings", "explain", "findings"]
