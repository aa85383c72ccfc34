"""The scrubber: every reason why a claim cannot be billed, at once, each with its FHIRPath.

Source: http://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from operations.billing import readable
from operations.billing.case import Case
from operations.billing.readable import Unreadable
from operations.billing.rules import amounts, codes, dates, history, parties, prices, structure
from operations.billing.rules.rule import Rule
from server.fhir.outcome import Issue

RULES = (
    *structure.RULES,
    *parties.RULES,
    *codes.RULES,
    *dates.RULES,
    *amounts.RULES,
    *prices.RULES,
    *history.RULES,
)
"""Every rule; to add one, write its check and a row in the table of its group."""


def issues(case: Case, faults: Sequence[Issue] = ()) -> tuple[Issue, ...]:
    """What is wrong with a claim beside the `faults` of its structure; empty when it can be billed.

    A rule that needs what is faulty, or not stated, is silent of the element that lacks it: that it does has been said.
    """
    stated = _found(_readable(case, faults), structure.FIRST)
    rest = _readable(case, (*faults, *stated))
    others = (issue for rule in RULES if rule is not structure.FIRST for issue in _found(rest, rule))
    return (*stated, *case.plan_faults, *others)


def _readable(case: Case, faults: Sequence[Issue]) -> Case:
    return replace(case, claim=readable.of(case.claim, [one.expression for one in faults])) if faults else case


def _found(case: Case, rule: Rule) -> tuple[Issue, ...]:
    found: dict[Issue, None] = {}
    for one in case.each(rule.each) if rule.each else [case]:
        with suppress(Unreadable):
            found.update((_issue(rule, *finding), None) for finding in rule.check(one))
    return tuple(found)


def _issue(rule: Rule, path: str, text: str) -> Issue:
    return Issue("error", rule.code, f"{rule.id}: {text}", path)
