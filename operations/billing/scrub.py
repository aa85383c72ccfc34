"""The scrubber: every reason why a claim cannot be billed, at once, each with its FHIRPath.

Source: http://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from operations.billing.case import Case
from operations.billing.rules import amounts, codes, dates, history, parties, structure
from operations.billing.rules.rule import Rule
from server.fhir.outcome import Issue

RULES = (*structure.RULES, *parties.RULES, *codes.RULES, *dates.RULES, *amounts.RULES, *history.RULES)
"""Every rule; to add one, write its check and a row in the table of its group."""


def issues(case: Case) -> tuple[Issue, ...]:
    """What is wrong with a claim that is structurally valid; empty when it can be billed."""
    return _found(case, structure.FIRST) or tuple(issue for rule in RULES for issue in _found(case, rule))


def _found(case: Case, rule: Rule) -> tuple[Issue, ...]:
    return tuple(Issue(rule.severity, rule.code, f"{rule.id}: {text}", path) for path, text in rule.check(case))
