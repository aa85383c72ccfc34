"""Step 4: the finding gets its ICD-10-CM code; who wrote the version before stays in the history."""

from __future__ import annotations

from server.tour.visit import ICD, Visit


def run(visit: Visit) -> None:
    """Code the condition, and show that the uncoded version is still there."""
    guide = visit.guide
    coded = {**visit.condition, "code": {"coding": [{"system": ICD, "code": "J06.9"}], "text": "A cold"}}
    visit.condition = guide.put(f"Condition/{coded['id']}", coded)
    guide.fact("code", f"J06.9 of {ICD}")
    found = guide.one(f"Condition?encounter=Encounter/{visit.encounter['id']}&code={ICD}|J06.9")
    history = guide.get(f"Condition/{found['id']}/_history")
    guide.fact("versions", len(history["entry"]))
