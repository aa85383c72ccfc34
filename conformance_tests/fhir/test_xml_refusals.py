"""http://hl7.org/fhir/R4/xml.html and http://hl7.org/fhir/R4/security.html: what could harm the reader."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import load
from server.fhir import codec, xml_codec
from server.fhir.errors import Invalid
from server.fhir.resource import Resource

DEFINITIONS = load.definitions()
PATIENT = '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>'
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


def xml(text: str | bytes) -> Resource:
    octets = text if isinstance(text, bytes) else text.encode()
    return xml_codec.decode_resource(octets, DEFINITIONS)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Patient>",
        "<!DOCTYPE Patient SYSTEM 'http://127.0.0.1:1/x.dtd'>",
        "<!DOCTYPE Patient PUBLIC 'x' 'file:///etc/passwd'>",
        "<!DOCTYPE Patient [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE Patient [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/'> %x;]>",
        f'<!DOCTYPE Patient [<!ENTITY l0 "ha">{LAUGHS}]>',
        "<!doctype Patient>",
        "<!-- before --> <!DOCTYPE Patient>",
        "<!DOCTYPE",
    ],
)
@pytest.mark.parametrize(
    "head", ["", "\ufeff", '<?xml version="1.0"?>\n', '<?xml version="1.0" encoding="UTF-8"?> <!-- a -->']
)
def test_a_doctype_is_refused(doctype: str, head: str) -> None:
    with pytest.raises(Invalid, match="a DOCTYPE is not allowed in XML"):
        xml(head + doctype + PATIENT)


@pytest.mark.parametrize(
    "text",
    [
        "<?php x ?>" + PATIENT,
        '<?xml-stylesheet href="x"?>' + PATIENT,
        '<?xml version="1.0"?><?x?>' + PATIENT,
        PATIENT + "<?x y?>",
        PATIENT.replace("<active", "<?x y?><active"),
        ' <?xml version="1.0"?>' + PATIENT,
    ],
)
def test_processing_instructions_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="processing instructions are not allowed in XML"):
        xml(text)


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?>' + PATIENT,
        '<?xml version="1.0" encoding="UTF-7"?>' + PATIENT,
        '<?xml version="1.0" encoding="UTF-16"?>' + PATIENT,
        PATIENT.encode("utf-16"),
        PATIENT.encode("utf-16-le"),
        PATIENT.encode("utf-16-be"),
        PATIENT.encode("utf-32"),
        PATIENT.encode("utf-32-be"),
    ],
)
def test_other_encodings_than_utf_8_are_refused(text: str | bytes) -> None:
    with pytest.raises(Invalid, match="XML is read in UTF-8 only"):
        xml(text)


@pytest.mark.parametrize("octets", [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\x00", b"\x08", b"\xef\xbf\xbe"])
def test_octets_that_are_no_character_of_xml_are_refused(octets: bytes) -> None:
    with pytest.raises(Invalid, match="the body is not XML"):
        xml(PATIENT.encode().replace(b"true", octets))


def nested(levels: int) -> str:
    """A patient whose innermost object stands at twice that many levels, plus one."""
    extension = '<extension url="http://e.org">'
    inner = (
        extension * (levels - 1)
        + '<extension url="http://e.org"><valueBoolean value="true"/>'
        + "</extension>" * levels
    )
    return f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'


def test_nesting_is_as_deep_as_json_may_be() -> None:
    resource = xml(nested(49))
    assert codec.decode(codec.encode(resource)) == resource


@pytest.mark.parametrize("levels", [50, 51, 200, 20_000])
def test_deeper_nesting_is_refused(levels: int) -> None:
    with pytest.raises(Invalid, match="the body nests deeper than 100 levels"):
        xml(nested(levels))


@pytest.mark.parametrize("filling", ["<!-- -->" * 20_000, " " * 200_000, "<!--" + "- " * 100_000 + "-->"])
def test_a_long_prolog_is_read_in_one_pass(filling: str) -> None:
    assert xml(filling + PATIENT) == {"resourceType": "Patient", "active": True}


@given(st.text(alphabet="<>!?/-[]&;=\"' aPx:\n") | st.binary().map(lambda octets: octets.decode("latin-1")))
def test_any_other_text_is_refused_as_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        xml(text)


@given(st.integers(0, len(PATIENT) - 1), st.sampled_from(("", "<", ">", "&", '"', "/", "\x00", "é")))
def test_a_damaged_document_is_refused_or_still_a_patient(place: int, put: str) -> None:
    damaged = PATIENT[:place] + put + PATIENT[place + 1 :]
    with suppress(Invalid):
        assert xml(damaged)["resourceType"] == "Patient"
