"""Faults of our own: what is told of one, and what the log has of it.

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

import logging
import traceback
from uuid import uuid4

from server.fhir.outcome import Issue

log = logging.getLogger("almoner.interactions")


def told(error: Exception) -> Issue:
    """What an answer says of a fault: an id, under which the log has where it arose, and nothing of the request."""
    name = uuid4().hex
    places = "; ".join(f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__))
    log.error("fault %s: %s at %s", name, type(error).__name__, places)
    return Issue("fatal", "exception", f"the server failed; its log has the details under {name}")
