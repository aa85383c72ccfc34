"""The moment of a call in the zone of the practice.

Source: http://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

from datetime import date, datetime

from server.interactions.engine import Engine
from server.interactions.operation import Call


def created(engine: Engine, call: Call) -> str:
    """The moment as a FHIR dateTime, to the second."""
    return now(engine, call).isoformat(timespec="seconds")


def today(engine: Engine, call: Call) -> date:
    """The day of the moment."""
    return now(engine, call).date()


def now(engine: Engine, call: Call) -> datetime:
    """The moment, in the zone of the practice."""
    return call.request.now.astimezone(engine.zone)
