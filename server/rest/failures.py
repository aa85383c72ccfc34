"""Failures as OperationOutcomes: the only broad except of the HTTP edge ends here.

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

import logging
import traceback
from uuid import uuid4

from server.fhir import codec
from server.fhir.errors import FhirError
from server.fhir.outcome import Issue, outcome
from server.interactions.request import Reply

log = logging.getLogger("almoner.rest")


def expected(error: FhirError) -> Reply:
    """The answer to a failure that has its status and issues."""
    return Reply(error.status, codec.encode(outcome(error.issues)), error.headers)


def unexpected(error: Exception) -> Reply:
    """The answer to a fault of our own: an id, under which the log has where it arose, and nothing of the request."""
    name = uuid4().hex
    places = "; ".join(f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__))
    log.error("fault %s: %s at %s", name, type(error).__name__, places)
    issue = Issue("fatal", "exception", f"the server failed; its log has the details under {name}")
    return Reply(500, codec.encode(outcome([issue])))
