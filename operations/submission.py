"""What is submitted: a claim or request, alone or in a Bundle with what it refers to and the server does not have.

What comes along is created in the same commit. Nothing that the server has is changed by it: a resource that is
there already must come as it is there, or be left out.
Source: http://hl7.org/fhir/R4/claim-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from operations import records
from operations.billing import coverage
from server.fhir import codec, resource
from server.fhir.errors import Conflict, Invalid, Unprocessable
from server.fhir.resource import Json, Resource
from server.interactions import naming, rewriting
from server.interactions.engine import Engine
from server.interactions.write import Draft
from server.storage.store import Row


@dataclass(frozen=True, slots=True)
class Submission:
    """A resource that has its id, what is under that id before it, and what comes along, by relative reference.

    `known` has what was where something comes along: a deletion, or nothing.
    """

    resource: Resource
    before: Row | None
    companions: Mapping[str, Resource]
    known: Mapping[str, Row]

    def among(self, references: Iterable[str]) -> Mapping[str, Resource]:
        """What comes along of these references."""
        return {one: self.companions[one] for one in references if one in self.companions}

    @property
    def drafts(self) -> Sequence[Draft]:
        """What comes along, to be created."""
        return [Draft(one, self.known.get(key)) for key, one in self.companions.items()]


async def read(engine: Engine, given: Resource, type: str, id: str = "", unread: Collection[str] = ()) -> Submission:
    """The submission of a valid resource of the type, or of a Bundle with one; raises Invalid for any other, Conflict
    for what was submitted before or comes along and differs from what the server has, Unprocessable for what is not a
    submitter's to bring. `id` is what the resource is to be called, empty for its own; what is `unread` of that which
    comes along is not compared.
    """
    listed = _named(engine, given, type, id)
    (main,) = (one for one in listed if one["resourceType"] == type)
    companions = _each_once([one for one in listed if one is not main])
    known = await records.latest(engine, [resource.key(main), *companions])
    absent = {key: one for key, one in companions.items() if key in unread or not _there(one, known.get(key))}
    before = known.get(resource.key(main))
    _refuse_taken(main, before)
    _refuse_judges(listed, absent.keys() - unread)
    return Submission(main, before, absent, known)


def _refuse_taken(main: Resource, before: Row | None) -> None:
    """Raises Conflict for what was submitted before, or is of another patient on this server."""
    if before is None or before.body is None:
        return
    if before.owner:
        raise Conflict(f"{resource.key(main)} has been submitted already", expression=f"{main['resourceType']}.id")
    if "patient" in main and not coverage.same(codec.stored(before.body)["patient"], main["patient"]):
        raise Conflict(f"{resource.key(main)} is of another patient here", expression=f"{main['resourceType']}.id")


def _refuse_judges(listed: Sequence[Resource], absent: Collection[str]) -> None:
    """Raises Unprocessable for what a provider's practice, and so its network, would be told by."""
    for place, one in enumerate(listed):
        if one["resourceType"] in REGISTERED and resource.key(one) in absent:
            path = f"Bundle.entry[{place}].resource"
            raise Unprocessable("a role is registered before claims are made by it", expression=path)


def _each_once(others: Sequence[Resource]) -> dict[str, Resource]:
    found = {resource.key(one): one for one in others}
    if len(found) < len(others):
        raise Invalid("two entries are of one resource", expression="Bundle.entry")
    return found


PAYERS_OWN = ("ChargeItemDefinition", "InsurancePlan", "OrganizationAffiliation")
"""What the payer judges by: nobody brings it along to be judged by."""
REGISTERED = ("PractitionerRole",)
"""What it judges by as well, and what may come along as the server has it."""


def _named(engine: Engine, given: Resource, type: str, id: str) -> list[Resource]:
    """The resource of the type and what comes along, each with its id, their references to one another resolved."""
    if given["resourceType"] == type:
        return [{**given, "id": id or given.get("id") or engine.new_id()}]
    if given["resourceType"] != "Bundle":
        raise Invalid(f"a {type} is expected, or a Bundle with one", expression="resourceType")
    types = [_type(entry, f"Bundle.entry[{place}]") for place, entry in enumerate(given.get("entry", ()))]
    if types.count(type) != 1:
        raise Invalid(f"the Bundle holds exactly one {type}", expression="Bundle.entry")
    return _renamed(engine, given["entry"], {type: id})


def _type(entry: Json, path: str) -> str:
    if "resource" not in entry:
        raise Invalid("an entry has no resource", expression=path)
    type_ = str(entry["resource"]["resourceType"])
    if entry.get("request", ()) not in ((), *_creates(entry["resource"])):
        raise Unprocessable("what comes along is created, and nothing else is done", expression=f"{path}.request")
    if type_ in PAYERS_OWN:
        raise Unprocessable("what the payer judges by does not come along", expression=f"{path}.resource")
    return type_


def _creates(one: Resource) -> tuple[Resource, ...]:
    """What the entry of a resource may ask for: to be created as it comes."""
    type_ = one["resourceType"]
    return {"method": "POST", "url": type_}, {"method": "PUT", "url": f"{type_}/{one.get('id', '')}"}


def _renamed(engine: Engine, entries: Sequence[Json], ids: Mapping[str, str]) -> list[Resource]:
    """The resources of the entries by their new names; `ids` are those that are given, by type."""
    names: dict[str, str] = {}
    listed = []
    for entry in entries:
        held = entry["resource"]
        one = {**held, "id": ids.get(held["resourceType"]) or held.get("id") or engine.new_id()}
        name = entry.get("fullUrl", "")
        if name and names.setdefault(name, resource.key(one)) != resource.key(one):
            raise Invalid("two resources have one fullUrl", expression="Bundle.entry")
        listed.append(one)
    return [_seen(engine, names, entry.get("fullUrl", ""), one) for entry, one in zip(entries, listed, strict=True)]


def _seen(engine: Engine, names: Mapping[str, str], full_url: str, one: Resource) -> Resource:
    """The resource of an entry, with what it refers to in the Bundle by its new name."""
    wanted, rename = naming.seen_from(names, full_url)
    renamed: Resource = rewriting.rewritten(one, engine.rewriter.sites(one, wanted), rename)
    return renamed


def _there(given: Resource, known: Row | None) -> bool:
    """Whether a resource that comes along is on the server already, as it comes."""
    if known is None or known.body is None:
        return False
    bare = {key: value for key, value in codec.stored(known.body).items() if key != "meta"}
    if {key: value for key, value in given.items() if key != "meta"} != bare:
        raise Conflict(f"{resource.key(given)} is on this server already, and differs from what is submitted")
    return True
