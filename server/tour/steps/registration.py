"""Step 1: the patient, the spouse, the coverage, the account and the visit, from one ADT^A04."""

from __future__ import annotations

from server.tour import messages
from server.tour.visit import Visit

MRN = "https://willowmere.example/mrn"


def run(visit: Visit) -> None:
    """Send the registration and find what it made."""
    guide = visit.guide
    visit.door.send(guide, messages.registration(visit))
    visit.patient = guide.one(f"Patient?identifier={MRN}|{visit.record}")
    guide.fact("name", "Tobias Tourist, born 1979-04-12")
    chart = f"patient=Patient/{visit.patient['id']}"
    visit.coverage = guide.one(f"Coverage?{chart}")
    visit.account = guide.one(f"Account?{chart}")
    visit.encounter = guide.one(f"Encounter?{chart}")
    related = guide.one(f"RelatedPerson?{chart}")
    for one in (visit.patient, related, visit.coverage, visit.account, visit.encounter):
        guide.changed(f"{one['resourceType']}/{one['id']} version {one['meta']['versionId']}")
