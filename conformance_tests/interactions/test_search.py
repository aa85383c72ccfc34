"""Search: http://hl7.org/fhir/R4/search.html."""

from __future__ import annotations

import html
import re

import pytest

from conformance_tests.interactions.serving import BASE, Service, body, issues, link, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

PEOPLE = (
    patient(
        id="anna",
        name=[{"family": "Müller-Lüdenscheidt", "given": ["Anna", "Maria"]}],
        birthDate="1980-03-04",
        gender="female",
        identifier=[{"system": "urn:mrn", "value": "A1"}],
        telecom=[{"system": "phone", "value": "555-0100"}],
        generalPractitioner=[{"reference": "Practitioner/d"}],
        active=True,
    ),
    patient(
        id="ben",
        name=[{"family": "O'Brien", "given": ["Ben"], "text": "Captain Ben"}],
        birthDate="1980",
        gender="male",
        identifier=[{"system": "urn:mrn", "value": "B2"}, {"value": "bare"}],
        managingOrganization={"reference": "Organization/o/_history/3"},
        deceasedDateTime="2020-02-03",
    ),
    patient(
        id="cleo",
        name=[{"family": "Mull"}],
        birthDate="1979-12",
        address=[{"city": "São Paulo", "line": ["Rua 1"]}],
        link=[{"other": {"reference": "http://elsewhere.example/fhir/Patient/9"}, "type": "seealso"}],
    ),
)


async def _people(server: Service) -> None:
    for one in PEOPLE:
        assert (await server.put(f"Patient/{one['id']}", one)).status_code == 201


SEARCHES = (
    ("", "cleo ben anna"),
    ("name=mull", "cleo anna"),
    ("name=MULLER", "anna"),
    ("name=müller-lüd", "anna"),
    ("family=mull&given=anna", "anna"),
    ("name=maria", "anna"),
    ("name=captain", "ben"),
    ("family=o'b", "ben"),
    ("name=ull", ""),
    ("name=anna,ben", "ben anna"),
    ("address-city=sao", "cleo"),
    ("address=rua", "cleo"),
    ("gender=female", "anna"),
    ("gender=male,female", "ben anna"),
    ("gender=Female", "anna"),
    ("identifier=urn:mrn|A1", "anna"),
    ("identifier=urn:mrn|a1", ""),
    ("identifier=A1", "anna"),
    ("identifier=urn:mrn|", "ben anna"),
    ("identifier=|bare", "ben"),
    ("identifier=|A1", ""),
    ("identifier=urn:other|A1", ""),
    ("telecom=555-0100", "anna"),
    ("phone=555-0100", "anna"),
    ("email=555-0100", ""),
    ("active=true", "anna"),
    ("deceased=true", "ben"),
    ("deceased=false", "cleo anna"),
    ("_id=anna", "anna"),
    ("_id=anna,cleo", "cleo anna"),
    ("_id=Anna", ""),
    ("general-practitioner=Practitioner/d", "anna"),
    ("general-practitioner=d", "anna"),
    ("organization=Organization/o", "ben"),
    ("organization=o", "ben"),
    ("link=http://elsewhere.example/fhir/Patient/9", "cleo"),
    ("birthdate=1980-03-04", "anna"),
    ("birthdate=1980", "ben anna"),
    ("birthdate=1979", "cleo"),
    ("birthdate=ne1980", "cleo"),
    ("birthdate=ge1980-03-04", "ben anna"),
    ("birthdate=gt1980-03-04", "ben"),
    ("birthdate=lt1980", "cleo"),
    ("birthdate=le1980-03-04", "cleo ben anna"),
    ("birthdate=sa1979", "ben anna"),
    ("birthdate=eb1980", "cleo"),
    ("birthdate=ap1980", "cleo ben anna"),
    ("birthdate=ge1980&birthdate=le1980", "ben anna"),
    ("birthdate=eq1980-03-04,1979-12", "cleo anna"),
    ("_lastUpdated=2026-11-24", "cleo ben anna"),
    ("_lastUpdated=gt2026-11-24T09:30:00.250Z", ""),
    ("_lastUpdated=2026-11-24T10:30:00.25%2B01:00", "cleo ben anna"),
    ("death-date=2020-02", "ben"),
)


@pytest.mark.parametrize(("query", "expected"), SEARCHES)
async def test_a_search_finds(server: Service, query: str, expected: str) -> None:
    await _people(server)
    assert await server.found(f"Patient?{query}") == expected.split()


async def test_a_searchset_has_full_urls_modes_and_a_self_link(server: Service) -> None:
    await _people(server)
    found = body(await server.get("Patient?gender=female"))
    assert found["type"] == "searchset"
    assert [(one["fullUrl"], one["search"]) for one in found["entry"]] == [(f"{BASE}/Patient/anna", {"mode": "match"})]
    assert found["entry"][0]["resource"] == body(await server.get("Patient/anna"))
    assert found["link"] == [{"relation": "self", "url": f"{BASE}/Patient?gender=female"}]


async def test_an_empty_searchset_has_no_entries(server: Service) -> None:
    assert "entry" not in body(await server.get("Patient?gender=female"))


async def test_pages_hold_what_count_asks_and_lead_to_the_next(server: Service) -> None:
    await _people(server)
    first = body(await server.get("Patient?_count=2"))
    assert [one["resource"]["id"] for one in first["entry"]] == ["cleo", "ben"]
    second = body(await server.get(link(first, "next") or ""))
    assert [one["resource"]["id"] for one in second["entry"]] == ["anna"]
    assert link(second, "next") is None


async def test_what_is_created_between_pages_does_not_come(server: Service) -> None:
    await _people(server)
    first = body(await server.get("Patient?_count=1"))
    await server.put("Patient/dora", patient(id="dora"))
    await server.put("Patient/cleo", patient(id="cleo", gender="female"))
    rest = await server.found(link(first, "next") or "")
    assert rest == ["ben", "anna"]


async def test_a_count_of_zero_counts(server: Service) -> None:
    await _people(server)
    found = body(await server.get("Patient?_count=0"))
    assert (found["total"], "entry" in found) == (3, False)


async def test_an_update_moves_a_resource_from_one_search_to_another(server: Service) -> None:
    await _people(server)
    await server.put("Patient/anna", patient(id="anna", gender="other"))
    assert await server.found("Patient?gender=female") == []
    assert await server.found("Patient?gender=other") == ["anna"]


REFUSED = (
    ("nonsense=1", "not-supported", "nonsense"),
    ("name:text=x", "not-supported", "name"),
    ("name:nonsense=x", "not-supported", "name"),
    ("_sort=name", "not-supported", "_sort"),
    ("name=", "invalid", "name"),
    ("name=,", "invalid", "name"),
    ("birthdate=soon", "invalid", "birthdate"),
    ("birthdate=1980-02-30", "invalid", "birthdate"),
    ("birthdate=xx1980", "invalid", "birthdate"),
    ("identifier=a|b|c", "invalid", "identifier"),
    ("identifier=|", "invalid", "identifier"),
    ("_id=a_b", "invalid", "_id"),
    ("organization=a b", "invalid", "organization"),
    ("_count=x", "invalid", "_count"),
    ("_count=-1", "invalid", "_count"),
    ("_count=1&_count=2", "invalid", "_count"),
    ("_cursor=AAAA", "invalid", "_cursor"),
)


@pytest.mark.parametrize(("query", "code", "expression"), REFUSED)
async def test_what_is_not_understood_is_refused_by_name(
    server: Service, query: str, code: str, expression: str
) -> None:
    answer = await server.get(f"Patient?{query}")
    assert (answer.status_code, issues(answer)) == (400, [("error", code, expression)])


async def test_all_faults_of_a_query_are_named_at_once(server: Service) -> None:
    answer = await server.get("Patient?nonsense=1&birthdate=soon&gender=male")
    assert [one[2] for one in issues(answer)] == ["nonsense", "birthdate"]


async def test_a_cursor_serves_only_the_query_that_it_was_given_for(server: Service) -> None:
    await _people(server)
    following = link(body(await server.get("Patient?_count=1&gender=male,female")), "next") or ""
    answer = await server.get(following.replace("male,female", "male"))
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "_cursor")])


async def test_special_characters_are_escaped_by_backslashes(server: Service) -> None:
    odd: Resource = patient(id="odd", identifier=[{"system": "urn:a|b", "value": "1,2$3\\4"}], name=[{"text": "a,b"}])
    assert (await server.put("Patient/odd", odd)).status_code == 201
    assert await server.found("Patient?identifier=urn:a%5C|b|1%5C,2%5C$3%5C%5C4") == ["odd"]
    assert await server.found("Patient?name=a%5C,b") == ["odd"]


async def test_periods_and_timings_are_found_by_when_they_are(server: Service) -> None:
    encounter: Resource = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p"},
        "period": {"start": "2026-01-31T23:00:00-05:00", "end": "2026-02-02"},
    }
    created = await server.create(encounter)
    open_ended = await server.create({**encounter, "period": {"start": "2026-03-01"}})
    assert await server.found("Encounter?date=2026-02-01") == []
    assert await server.found("Encounter?date=ge2026-02-01&date=le2026-02-02") == [created["id"]]
    assert await server.found("Encounter?date=2026-02") == [created["id"]]
    assert await server.found("Encounter?date=gt2030") == [open_ended["id"]]
    assert await server.found("Encounter?subject=Patient/p&patient=p&date=lt2026-02-15") == [created["id"]]


@pytest.mark.parametrize("path", ["Patient?_count=1&_format=xml", "Patient/a/_history?_count=1&_format=xml"])
async def test_the_next_page_comes_in_the_format_of_the_first(server: Service, path: str) -> None:
    for given in ("A", "B"):
        await server.put("Patient/a", patient(id="a", name=[{"given": [given]}]))
    await server.put("Patient/b", patient(id="b"))
    first = await server.get(path)
    (after,) = re.findall(r'<relation value="next"/><url value="([^"]*)"/>', first.text)
    second = await server.get(html.unescape(after).removeprefix(f"{BASE}/"))
    assert (second.status_code, second.headers["content-type"][:20]) == (200, "application/fhir+xml")


@pytest.mark.parametrize(("values", "status"), [(200, 200), (201, 400)])
async def test_very_many_alternatives_are_found_or_refused(server: Service, values: int, status: int) -> None:
    await server.put("Patient/a", patient(id="a", name=[{"family": "ab7"}]))
    answer = await server.get("Patient?name=" + ",".join(f"ab{number}" for number in range(values)))
    assert answer.status_code == status
    if status == 400:
        assert issues(answer)[0][1] == "too-costly"


@pytest.mark.parametrize(("prefix", "most"), [("", 200), ("sa", 200), ("ge", 100), ("le", 100), ("ne", 100)])
async def test_a_date_that_asks_for_two_ranges_counts_twice(server: Service, prefix: str, most: int) -> None:
    dates = [f"{prefix}{1900 + number}" for number in range(most + 1)]
    assert (await server.get(f"Patient?birthdate={','.join(dates[:most])}")).status_code == 200
    answer = await server.get(f"Patient?birthdate={','.join(dates)}")
    assert (answer.status_code, issues(answer)[0][1]) == (400, "too-costly")


async def test_thousands_of_ids_are_asked_for_at_once(server: Service) -> None:
    await server.put("Patient/a", patient(id="a"))
    await server.put("Provenance/p", PROVENANCE)
    ids = ",".join([f"x{number}" for number in range(3_000)])
    assert await server.found(f"Patient?_id={ids},a") == ["a"]
    assert await server.found(f"Provenance?target={ids[:400]},a") == ["p"]
    answer = await server.get(f"Provenance?target={ids},a")
    assert (answer.status_code, issues(answer)[0][1]) == (400, "too-costly")


PROVENANCE: Resource = {
    "resourceType": "Provenance",
    "id": "p",
    "target": [{"reference": "Patient/a"}],
    "recorded": "2026-01-01T00:00:00Z",
    "agent": [{"who": {"display": "x"}}],
}


@pytest.mark.parametrize(("asked", "total"), [("accurate", 3), ("estimate", 3), ("none", None)])
async def test_the_total_is_told_to_who_asks_for_it(server: Service, asked: str, total: int | None) -> None:
    for _ in range(3):
        await server.create({"resourceType": "Patient", "active": True})
    found = body(await server.get(f"Patient?active=true&_count=2&_total={asked}"))
    assert (found.get("total"), len(found["entry"])) == (total, 2)


async def test_a_total_of_another_kind_is_refused(server: Service) -> None:
    answer = await server.get("Patient?_total=about")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "_total")])
