"""Failures as OperationOutcomes: the only broad except of the HTTP edge ends here.

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

from server.fhir import codec
from server.fhir.errors import FhirError
from server.fhir.outcome import outcome
from server.interactions import faults
from server.interactions.request import Reply


def expected(error: FhirError) -> Reply:
    """The answer to a failure that has its status and issues."""
    return Reply(error.status, codec.encode(outcome(error.issues)), error.headers)


def unexpected(error: Exception) -> Reply:
    """The answer to a fault of our own: an id, under which the log has where it arose, and nothing of the request."""
    return Reply(500, codec.encode(outcome([faults.told(error)])))
