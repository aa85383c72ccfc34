"""The place of a decision among those before it, as an Identifier: what the decision stood on has not changed for as
long as its place is free.

Identifiers are searched without regard to case. Policies whose numbers differ by nothing else share one order, of which
each reads its own; patients are named by a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from operations.billing import coverage, vocabulary
from server.fhir.resource import Resource

_DIGITS = 32
"""Hexadecimal digits of a digest that are kept."""


def of_policy(covered: Resource, year: date, numbers: Iterable[int]) -> list[Resource]:
    """The places with some numbers among the EOBs of a policy and the plan year that begins on a day."""
    series = _series(covered, year)
    return [{"system": vocabulary.BENEFIT_ORDINAL, "value": f"{series}{number}"} for number in numbers]


def is_of_policy(explanation: Resource, covered: Resource, year: date) -> bool:
    """Whether an EOB has a place among those of just this policy."""
    series = _series(covered, year)
    return any(one.startswith(series) for one in vocabulary.identifiers(explanation, vocabulary.BENEFIT_ORDINAL))


def of_patient(patient: str, number: int) -> Resource:
    """The place with a number among the EOBs of a patient."""
    return {"system": vocabulary.CLAIM_ORDINAL, "value": f"{_digest(patient)}#{number}"}


def _series(covered: Resource, year: date) -> str:
    return f"{coverage.policy(covered)}#{year}#"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
