"""The moment of a call in the zone of the practice.

Source: http://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

from datetime import date

from server.interactions.engine import Engine
from server.interactions.operation import Call


def created(engine: Engine, call: Call) -> str:
    """The moment as a FHIR dateTime, to the second."""
    return call.request.now.astimezone(engine.zone).isoformat(timespec="seconds")


def today(engine: Engine, call: Call) -> date:
    """The day of the moment."""
    return call.request.now.astimezone(engine.zone).date()
