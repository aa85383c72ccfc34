"""Search parameter types: what is indexed is found by what it is, and by nothing that it is not."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from profiles import load
from server.fhir import temporal
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.fhirpath.parser import parse
from server.search import implied, kinds
from server.search.compiler import Criteria
from server.search.entries import Entries
from server.search.indexer import Indexer
from server.search.interpreter import holds
from server.search.kinds.identifier import IDENTIFIER
from server.search.values import escape

DEFINITIONS = load.definitions()
INDEXER = Indexer(DEFINITIONS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

ASSESSED = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport-geneticsAssessedCondition"
MAIDEN = "http://hl7.org/fhir/StructureDefinition/patient-extensions-Patient-mothersMaidenName"
GENE = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene"

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1, max_size=8)
systems = texts.map(lambda text: f"urn:{text}")


def _entries(resource: Resource) -> Entries:
    return INDEXER.entries({"id": "a", **resource})


def _found(resource: Resource, code: str, value: str) -> bool:
    condition = Criteria(DEFINITIONS, resource["resourceType"], NOW).condition([(code, value)])
    return holds(condition, _entries(resource), f"{resource['resourceType']}/{resource.get('id', 'a')}")


def _patient(**elements: Json) -> Resource:
    return {"resourceType": "Patient", **elements}


@given(systems, texts)
def test_a_token_is_found_by_code_system_and_both(system: str, code: str) -> None:
    one = _patient(identifier=[{"system": system, "value": code}])
    asked = (escape(code), f"{escape(system)}|{escape(code)}", f"{escape(system)}|")
    assert all(_found(one, "identifier", value) for value in asked)
    assert not _found(one, "identifier", f"|{escape(code)}")


@given(systems, texts, systems, texts)
def test_a_token_is_not_found_by_another(system: str, code: str, other_system: str, other: str) -> None:
    assume(other_system != system)
    assume(other.casefold() != code.casefold())
    one = _patient(identifier=[{"system": system, "value": code}])
    asked = (escape(other), f"{escape(other_system)}|{escape(code)}", f"{escape(system)}|{escape(other)}")
    assert not any(_found(one, "identifier", value) for value in asked)
    assert not _found(one, "identifier", f"{escape(other_system)}|")


@given(texts)
def test_a_token_without_a_system_is_found_by_a_bare_pipe(code: str) -> None:
    assert _found(_patient(identifier=[{"value": code}]), "identifier", f"|{escape(code)}")


@pytest.mark.parametrize(
    ("code", "value", "system"),
    [
        ("gender", {"gender": "male"}, "http://hl7.org/fhir/administrative-gender"),
        ("active", {"active": True}, "http://terminology.hl7.org/CodeSystem/special-values"),
        ("deceased", {"deceasedBoolean": True}, "http://terminology.hl7.org/CodeSystem/special-values"),
    ],
)
def test_a_token_of_an_implied_system_is_found_by_that_system(code: str, value: Resource, system: str) -> None:
    one, token = _patient(**value), "male" if code == "gender" else "true"
    assert all(_found(one, code, asked) for asked in (token, f"{system}|{token}", f"{system}|"))
    assert not any(_found(one, code, asked) for asked in (f"|{token}", f"urn:other|{token}", f"{system}|false"))


def test_a_code_inside_an_element_is_of_the_system_that_it_is_bound_to() -> None:
    one = {"resourceType": "Observation", "status": "final", "component": []}
    assert _found(one, "status", "http://hl7.org/fhir/observation-status|FINAL")
    item = {"resourceType": "Questionnaire", "subjectType": ["Patient"]}
    assert _found(item, "subject-type", "http://hl7.org/fhir/resource-types|Patient")
    participant = {"resourceType": "Appointment", "participant": [{"status": "accepted"}]}
    assert _found(participant, "part-status", "http://hl7.org/fhir/participationstatus|accepted")


@given(texts)
def test_a_value_of_no_system_is_found_by_a_bare_pipe(code: str) -> None:
    one = {"resourceType": "Coverage", "subscriberId": code}
    assert _found(one, "subscriberid", f"|{escape(code)}")
    assert _found(one, "subscriberid", escape(code))
    assert not _found(one, "subscriberid", f"urn:x|{escape(code)}")


@given(texts)
def test_a_token_matches_in_any_letter_case(code: str) -> None:
    assume(code.upper().casefold() == code.casefold())
    assert _found(_patient(meta={"tag": [{"code": code}]}), "_tag", escape(code.upper()))


@given(texts, texts)
def test_an_identifier_matches_in_its_own_letter_case_only(number: str, other: str) -> None:
    one = _patient(identifier=[{"system": "urn:x", "value": number}])
    for asked in (number.swapcase(), other):
        assert _found(one, "identifier", escape(asked)) is (asked == number)
        assert _found(one, "identifier", f"urn:x|{escape(asked)}") is (asked == number)


def test_every_parameter_of_identifiers_is_told_by_its_expression() -> None:
    for type_, parameters in DEFINITIONS.parameters.items():
        for one in parameters.values():
            if one.type == "token" and one.expression:
                elements = implied.elements(DEFINITIONS, type_, parse(one.expression))
                types = {kind.code for element in elements for kind in element.types}
                assert types <= {"id"} or (kinds.of(one) is IDENTIFIER) is (types == {"Identifier"}), (type_, one.code)


@given(st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True))
def test_an_id_matches_in_its_own_letter_case_only(name: str) -> None:
    one = _patient(id=name)
    assert _found(one, "_id", name)
    assert _found(one, "_id", name.swapcase()) is (name == name.swapcase())


@given(texts, st.data())
def test_a_string_is_found_by_its_beginning_whatever_case_and_accents(text: str, data: st.DataObject) -> None:
    one = _patient(name=[{"family": text}])
    start = text[: data.draw(st.integers(1, len(text)))]
    plain = "".join(c for c in unicodedata.normalize("NFKD", start) if not unicodedata.combining(c))
    for asked in (start, start.upper(), plain):
        if _normal(asked) and _normal(text).startswith(_normal(asked)):
            assert _found(one, "family", escape(asked))


@given(texts, texts)
def test_a_string_is_not_found_by_what_it_does_not_begin_with(text: str, other: str) -> None:
    assume(not _normal(text).startswith(_normal(other)))
    assume(_normal(other))
    assert not _found(_patient(name=[{"family": text}]), "family", escape(other))


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("Smith", "smyth"), ("Catherine", "KATHERINE"), ("Stephen", "steven"), ("Müller", "muller"), ("李", "李")],
)
def test_a_name_is_found_by_its_sound(stored: str, asked: str) -> None:
    one = _patient(name=[{"family": "Rivera", "given": ["Rosa", stored]}])
    assert _found(one, "phonetic", asked)
    assert _found(one, "phonetic", f"{asked} rivera")
    assert not _found(one, "phonetic", f"{asked} romero")
    assert _found({"resourceType": "Organization", "name": f"{stored} Clinic"}, "phonetic", asked)


def test_a_sound_of_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="not understood"):
        _found(_patient(), "phonetic", " ")


def test_a_sound_is_not_found_by_its_beginning() -> None:
    assert not _found(_patient(name=[{"family": "Smithson"}]), "phonetic", "smith")


def test_the_sounds_of_names_are_those_that_stores_were_indexed_by() -> None:
    terms = _entries(_patient(name=[{"text": "Smith O'Brien Catherine Thistledown 7"}])).terms
    sounds = [one.partition("=")[2] for one in terms if one.startswith("Patient.phonetic=")]
    assert sounds == ["0STLTN", "7", "K0RN", "OBRN", "SM0"]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("Patient/1", "1"), ("Patient/1", "Patient/1"), ("Patient/1/_history/3", "Patient/1"), ("Group/1", "1")],
)
def test_a_reference_is_found_by_type_and_id_or_id(stored: str, asked: str) -> None:
    one = {"resourceType": "Observation", "subject": {"reference": stored}}
    assert _found(one, "subject", asked)


@pytest.mark.parametrize("stored", ["Patient/2", "Group/1", "#1", "urn:uuid:1", "http://a.example/Patient/1"])
def test_a_reference_is_not_found_by_another(stored: str) -> None:
    one = {"resourceType": "Observation", "subject": {"reference": stored}}
    assert not _found(one, "subject", "Patient/1")


@pytest.mark.parametrize("text", ["Patient/1", "Patient/1/_history/2"])
def test_a_reference_to_a_patient_places_a_resource_in_the_compartment(text: str) -> None:
    assert "_compartment=Patient/1" in _entries({"resourceType": "Observation", "subject": {"reference": text}}).terms
    assert "_compartment=Patient/a" in _entries(_patient()).terms
    other = _entries({"resourceType": "Observation", "focus": [{"reference": text}]}).terms
    assert not any(term.startswith("_compartment") for term in other)


days = st.dates(datetime(1900, 1, 1).date(), datetime(2099, 12, 30).date())
moments = st.one_of(
    days.map(lambda day: f"{day:%Y}"),
    days.map(lambda day: f"{day:%Y-%m}"),
    days.map(lambda day: f"{day:%Y-%m-%d}"),
    st.tuples(days, st.times(), st.sampled_from(("Z", "+05:30", "-08:00"))).map(
        lambda parts: f"{parts[0]}T{parts[1]:%H:%M:%S}{parts[2]}"
    ),
)
PREFIXES: Mapping[str, object] = {
    "eq": lambda s, t: s[0] <= t[0] and t[1] <= s[1],
    "ne": lambda s, t: not (s[0] <= t[0] and t[1] <= s[1]),
    "gt": lambda s, t: t[1] > s[1],
    "lt": lambda s, t: t[0] < s[0],
    "ge": lambda s, t: t[1] > s[1] or (s[0] <= t[0] and t[1] <= s[1]),
    "le": lambda s, t: t[0] < s[0] or (s[0] <= t[0] and t[1] <= s[1]),
    "sa": lambda s, t: t[0] >= s[1],
    "eb": lambda s, t: t[1] <= s[0],
}
"""What R4 says of each prefix, on half-open spans: of the search first, of the resource second."""


@given(moments, moments, st.sampled_from(sorted(PREFIXES)))
def test_dates_compare_as_their_prefixes_say(stored: str, asked: str, prefix: str) -> None:
    one = {"resourceType": "Observation", "effectiveDateTime": stored}
    expected = PREFIXES[prefix](temporal.interval(asked), temporal.interval(stored))  # type: ignore[operator]
    assert _found(one, "date", f"{prefix}{asked}") is expected


@given(moments, moments, moments, st.sampled_from(sorted(PREFIXES)))
def test_periods_compare_as_their_prefixes_say(start: str, end: str, asked: str, prefix: str) -> None:
    span = (temporal.interval(start)[0], temporal.interval(end)[1])
    assume(span[0] < span[1])
    one = {"resourceType": "Encounter", "period": {"start": start, "end": end}}
    expected = PREFIXES[prefix](temporal.interval(asked), span)  # type: ignore[operator]
    assert _found(one, "date", f"{prefix}{asked}") is expected


@given(moments)
def test_a_period_without_an_end_has_not_ended(start: str) -> None:
    one = {"resourceType": "Encounter", "period": {"start": start}}
    assert _found(one, "date", "gt9999")
    assert not _found(one, "date", "eb9999-12-31")


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_where_the_calendar_has_it(moment: datetime, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    low, high = temporal.interval(text)
    exact = (moment - timedelta(minutes=offset) - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    assert (low, high) == (exact * 10, exact * 10 + 1)


@pytest.mark.parametrize(
    "text", ["", "20", "2026-13", "2026-02-30", "2026-11-24T25:00Z", "2026-11-24T10:00+15:00", "x"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"this is no|day|month|year"):
        temporal.interval(text)


@given(st.text(max_size=30), st.sampled_from(("identifier", "family", "birthdate", "organization", "_id", "nothing")))
def test_any_value_is_compiled_or_refused(text: str, code: str) -> None:
    with suppress(Invalid):
        Criteria(DEFINITIONS, "Patient", NOW).condition([(code, text)])


def test_a_timing_is_found_from_its_first_day_to_its_last() -> None:
    timing = {"event": ["2026-03-02"], "repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2026-05-31"}}}
    one = {"resourceType": "ServiceRequest", "occurrenceTiming": timing}
    assert all(_found(one, "occurrence", asked) for asked in ("2026", "sa2026-03-01", "eb2026-06-01", "ap2026-04"))
    assert not any(_found(one, "occurrence", asked) for asked in ("2026-03", "sa2026-04-30", "eb2026-04", "2026-05"))
    assert not _found({**one, "occurrenceTiming": {"code": {"text": "daily"}}}, "occurrence", "ge1900")


def test_a_minute_is_a_span_of_sixty_seconds() -> None:
    one = {"resourceType": "Observation", "effectiveDateTime": "2026-03-02T10:15:30Z"}
    assert _found(one, "date", "2026-03-02T10:15Z")
    assert not _found(one, "date", "2026-03-02T10:16Z")


def test_a_coding_of_a_system_alone_is_found_by_it() -> None:
    one = {"resourceType": "Observation", "code": {"coding": [{"system": "urn:s"}]}}
    assert _found(one, "code", "urn:s|")
    assert not _found(one, "code", "urn:t|")


def test_what_has_neither_text_nor_value_is_not_indexed_by_it() -> None:
    one = _patient(name=[{"family": " "}], telecom=[{"use": "home"}], generalPractitioner=[{"display": "no reference"}])
    names = ("Patient.family", "Patient.telecom", "Patient.general-practitioner")
    entries = _entries(one)
    assert not [term for term in entries.terms if term.startswith(names)]
    assert not [text for text in entries.texts if text[0] in names]


def test_a_reference_without_a_text_is_refused() -> None:
    with pytest.raises(Invalid):
        _found(_patient(), "general-practitioner", "#")


@pytest.mark.parametrize("asked", ["7", "Organization/7"])
def test_a_reference_that_may_be_to_any_type_is_found_by_its_id_alone(asked: str) -> None:
    given = _with_extension("DiagnosticReport", ASSESSED, valueReference={"reference": "Organization/7"})
    assert _found(given, "assessed-condition", asked)
    assert not _found(given, "assessed-condition", "8")


@pytest.mark.parametrize(
    ("type_", "code", "asked"),
    [("Composition", "composition", "Composition/b"), ("MessageHeader", "message", "b")],
)
def test_the_first_resource_of_a_bundle_is_found_as_a_reference_to_it(type_: str, code: str, asked: str) -> None:
    first = {"resource": {"resourceType": type_, "id": "b"}}
    assert _found({"resourceType": "Bundle", "entry": [first]}, code, asked)
    other = {"resource": {"resourceType": "Patient", "id": "b"}}
    assert not _found({"resourceType": "Bundle", "entry": [other, first]}, code, asked)


def test_the_first_resource_of_a_bundle_without_an_id_is_not_referred_to() -> None:
    first = {"resource": {"resourceType": "Composition"}}
    assert _entries({"resourceType": "Bundle", "entry": [first]}).terms == ("_type=Bundle",)


@pytest.mark.parametrize(
    ("type_", "code", "url", "value", "asked"),
    [
        ("Patient", "mothersMaidenName", MAIDEN, {"valueString": "Thistledown"}, "thistle"),
        ("Observation", "gene-identifier", GENE, {"valueCodeableConcept": {"coding": [{"code": "BRCA1"}]}}, "brca1"),
        ("Observation", "gene-identifier", GENE, {"valueCode": "BRCA1"}, "brca1"),
    ],
)
def test_an_extension_is_found_by_its_value(type_: str, code: str, url: str, value: Resource, asked: str) -> None:
    assert _found(_with_extension(type_, url, **value), code, asked)
    assert not _found(_with_extension(type_, "urn:other", **value), code, asked)
    assert not _found(_with_extension(type_, url, extension=[{"url": "urn:x", **value}]), code, asked)


def test_the_examples_of_the_specification_are_no_parameters() -> None:
    with pytest.raises(Invalid, match="not understood"):
        _found(_patient(), "part-agree", "DocumentReference/1")
    one = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
    assert _found(one, "subject", "1")


def _with_extension(type_: str, url: str, **value: Json) -> Resource:
    return {"resourceType": type_, "extension": [{"url": url, **value}]}
