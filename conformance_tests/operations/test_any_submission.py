"""Whatever is submitted is answered: taken, or refused with its reasons, and never failed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy

import pytest

from conformance_tests.interactions.serving import Service, body
from conformance_tests.operations.claims import claim, submitted
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio

Change = Callable[[Json, str | int], object]
"""Breaks a value, given what holds it and its key or index."""


def _left_out(container: Json, key: str | int) -> None:
    del container[key]


def _extended(container: Json, key: str | int) -> None:
    del container[key]
    if isinstance(container, dict):
        container[f"_{key}"] = {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}


def _retyped(container: Json, key: str | int) -> None:
    container[key] = 5 if isinstance(container[key], dict | list | str) else "x"


def _emptied(container: Json, key: str | int) -> None:
    container[key] = None


CHANGES: Mapping[str, Change] = {"left out": _left_out, "extended": _extended, "retyped": _retyped, "null": _emptied}
WHOLE = ("text", "name", "telecom", "address", "meta", "coding")
"""Of these nothing is changed within: what is read of them is changed elsewhere."""


def _places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(one, dict | list) and key not in WHOLE:
            yield from _places(one, (*path, key))


def _changed(sent: Resource, place: tuple[str | int, ...], change: Change) -> Resource:
    found = deepcopy(sent)
    container: Json = found
    for key in place[:-1]:
        container = container[key]
    change(container, place[-1])
    return found


ALONG = (
    "Patient/mirabel-thistledown",
    "Encounter/mirabel-september",
    "Practitioner/juniper-ashgrove",
)


async def _family(server: Service) -> Resource:
    """A claim in a Bundle with all that it refers to and a submitter may bring, all of it new."""
    given = claim("mirabel-visit")
    (covered,) = given["insurance"]
    diagnosis = {"sequence": 1, "diagnosisReference": {"reference": "Condition/theirs"}}
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J02.9"}]}
    condition = {"resourceType": "Condition", "id": "theirs", "subject": given["patient"], "code": code}
    given.update(provider={"reference": ALONG[2]}, diagnosis=[diagnosis])
    given["item"][0]["diagnosisSequence"] = given["item"][1]["diagnosisSequence"] = [1]
    listed = [given, condition, *[body(await server.get(one)) for one in (*ALONG, covered["coverage"]["reference"])]]
    return {"resourceType": "Bundle", "type": "collection", "entry": [*map(_entry, listed)]}


def _entry(one: Resource) -> Resource:
    bare = {name: value for name, value in one.items() if name not in ("id", "meta", "text")}
    return {"fullUrl": f"http://elsewhere.example/fhir/{one['resourceType']}/{one.get('id', 'c')}", "resource": bare}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_whatever_element_is_changed_a_submission_is_answered(server: Service, change: str) -> None:
    sent = await _family(server)
    places = list(_places(sent))
    assert len(places) > 100
    for place in places:
        answer = await server.post("Claim/$submit", _changed(sent, place, CHANGES[change]))
        assert answer.status_code < 500, (place, answer.text)


async def test_what_is_changed_would_be_taken(server: Service) -> None:
    await submitted(server, await _family(server))
