"""The place of a decision among those before it, as an Identifier: what the decision stood on has not changed for as
long as its place is free.

Policies whose numbers differ by nothing but case share one order: index entries of earlier versions tell no more.
Patients are named by a digest.
"""

from __future__ import annotations

import hashlib

from operations.billing import vocabulary
from server.fhir.resource import Resource

_DIGITS = 32
"""Hexadecimal digits of a digest that are kept."""


def of_policy(policy: str, number: int) -> Resource:
    """The place with a number among the EOBs of a policy."""
    return {"system": vocabulary.BENEFIT_ORDINAL, "value": f"{policy}#{number}"}


def of_patient(patient: str, number: int) -> Resource:
    """The place with a number among the EOBs of a patient."""
    return {"system": vocabulary.CLAIM_ORDINAL, "value": f"{_digest(patient)}#{number}"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
