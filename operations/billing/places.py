"""The place of a decision among those before it, as an Identifier: what the decision stood on has not changed for as
long as its place is free.

Identifiers are searched without regard to case, policies differ by it: what is counted is named by its digest.
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
    series = f"{_digest(coverage.policy(covered))}#{year}"
    return [{"system": vocabulary.BENEFIT_ORDINAL, "value": f"{series}#{number}"} for number in numbers]


def of_patient(patient: str, number: int) -> Resource:
    """The place with a number among the EOBs of a patient."""
    return {"system": vocabulary.CLAIM_ORDINAL, "value": f"{_digest(patient)}#{number}"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
