"""http://hl7.org/fhir/R4/xml.html."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from conformance_tests.fhir import strategies
from profiles import load
from server.fhir import codec, xml_codec
from server.fhir.errors import Invalid
from server.fhir.resource import Resource

DEFINITIONS = load.definitions()
SYNTHEA = Path(__file__).parents[3] / "shared/synthea/synthea2021-r4-dev-small.tar.xz"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def xml(text: str) -> Resource:
    return xml_codec.decode_resource(text.encode(), DEFINITIONS)


def patient(inner: str) -> Resource:
    return xml(f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>')


def written(resource: Resource) -> str:
    text = xml_codec.encode(resource, DEFINITIONS).decode()
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def canonical(resource: Resource) -> str:
    """JSON text with sorted names, in which 72.50 and 72.5 differ."""
    return json.dumps(json.loads(codec.encode(resource), parse_float=lambda text: {"decimal": text}), sort_keys=True)


def assert_round_trip(resource: Resource) -> None:
    back = xml_codec.decode_resource(xml_codec.encode(resource, DEFINITIONS), DEFINITIONS)
    assert canonical(back) == canonical(resource)


PAIRS = [
    ('<active value="true"/>', {"active": True}),
    ('<id value="p1"/>', {"id": "p1"}),
    (
        '<name id="n1"><given value="Ann"/><given value="B"/></name>',
        {"name": [{"id": "n1", "given": ["Ann", "B"]}]},
    ),
    (
        '<extension id="e" url="http://e.org/x"><valueString value="y"/></extension>',
        {"extension": [{"id": "e", "url": "http://e.org/x", "valueString": "y"}]},
    ),
    (
        '<birthDate value="1970-03-30" id="b"><extension url="http://e.org/t"><valueTime value="10:00:00"/></extension>'
        "</birthDate>",
        {
            "birthDate": "1970-03-30",
            "_birthDate": {"id": "b", "extension": [{"url": "http://e.org/t", "valueTime": "10:00:00"}]},
        },
    ),
    (
        '<gender><extension url="http://e.org/u"><valueCode value="unknown"/></extension></gender>',
        {"_gender": {"extension": [{"url": "http://e.org/u", "valueCode": "unknown"}]}},
    ),
    (
        '<name><given value="A"/><given value="B" id="2"/><given id="3"/></name>',
        {"name": [{"given": ["A", "B", None], "_given": [None, {"id": "2"}, {"id": "3"}]}]},
    ),
    (
        '<name><given id="1"/><given id="2"/></name>',
        {"name": [{"_given": [{"id": "1"}, {"id": "2"}]}]},
    ),
    (
        '<name><given value="A" id="1"/><given value="B"/></name>',
        {"name": [{"given": ["A", "B"], "_given": [{"id": "1"}, None]}]},
    ),
    (
        '<contained><Organization><id value="o"/></Organization></contained>'
        '<contained><Basic><id value="b"/></Basic></contained>',
        {"contained": [{"resourceType": "Organization", "id": "o"}, {"resourceType": "Basic", "id": "b"}]},
    ),
    (
        '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml" xml:lang=\'en\'>'
        "<p>5 &lt; 6 &#160;<br/><!-- c --></p></div></text>",
        {
            "text": {
                "status": "generated",
                "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang='en'>"
                "<p>5 &lt; 6 &#160;<br/><!-- c --></p></div>",
            }
        },
    ),
    (
        '<deceasedDateTime value="2020"/><multipleBirthInteger value="2"/>',
        {"deceasedDateTime": "2020", "multipleBirthInteger": 2},
    ),
    (
        '<maritalStatus><text value="&lt;&amp;&quot;\'>&#10;&#9;&#13;😀"/></maritalStatus>',
        {"maritalStatus": {"text": "<&\"'>\n\t\r😀"}},
    ),
]


@pytest.mark.parametrize(("inner", "elements"), PAIRS)
def test_xml_is_read_as_the_same_resource_as_json(inner: str, elements: Resource) -> None:
    assert patient(inner) == {"resourceType": "Patient", **elements}


@pytest.mark.parametrize(("inner", "elements"), PAIRS)
def test_json_is_written_as_xml(inner: str, elements: Resource) -> None:
    expected = f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'
    assert written({"resourceType": "Patient", **elements}) == expected


def test_elements_are_written_in_the_order_of_the_definitions() -> None:
    resource = {"birthDate": "1970", "active": True, "resourceType": "Patient", "id": "1"}
    assert written(resource) == (
        '<Patient xmlns="http://hl7.org/fhir"><id value="1"/><active value="true"/><birthDate value="1970"/></Patient>'
    )


def test_entries_of_a_bundle_hold_resources() -> None:
    text = (
        '<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry>'
        '<resource><Basic><id value="1"/></Basic></resource>'
        '<request><method value="PUT"/><url value="Basic/1"/></request></entry></Bundle>'
    )
    resource = {"resourceType": "Basic", "id": "1"}
    entry = {"resource": resource, "request": {"method": "PUT", "url": "Basic/1"}}
    assert xml(text) == {"resourceType": "Bundle", "type": "batch", "entry": [entry]}


@pytest.mark.parametrize(
    "number", ["72.50", "-0.10", "1.0E+3", "3", "0", "123456789012345678901234567890", "0.000000001"]
)
def test_a_decimal_keeps_its_digits(number: str) -> None:
    text = f'{{"resourceType":"Basic","extension":[{{"url":"http://e.org","valueDecimal":{number}}}]}}'
    assert_round_trip(codec.decode_resource(text.encode()))


@given(strategies.written_decimals)
@example("0.0000001")
@example("1E2")
def test_a_decimal_is_written_as_it_was_sent_in_either_format(number: str) -> None:
    text = f'{{"resourceType":"Observation","valueQuantity":{{"value":{number}}}}}'.encode()
    as_xml = xml_codec.encode(codec.decode_resource(text), DEFINITIONS)
    assert f'<value value="{number}"/>' in as_xml.decode()
    assert codec.encode(xml_codec.decode_resource(as_xml, DEFINITIONS)) == text


@pytest.mark.parametrize("number", ["9" * 4300, "-" + "9" * 4299])
def test_a_whole_number_of_all_digits_that_json_may_have_comes_back(number: str) -> None:
    text = f'{{"resourceType":"Basic","extension":[{{"url":"http://e.org","valueDecimal":{number}}}]}}'
    assert_round_trip(codec.decode_resource(text.encode()))


@pytest.mark.parametrize("number", ["9" * 4301, "-" + "9" * 4300])
def test_a_whole_number_of_more_digits_is_refused_in_either_format(number: str) -> None:
    with pytest.raises(Invalid):
        codec.decode(number.encode())
    with pytest.raises(Invalid):
        patient(f'<extension url="urn:x"><valueDecimal value="{number}"/></extension>')


def test_a_decimal_of_72_50_is_written_as_it_is() -> None:
    resource = codec.decode_resource(
        b'{"resourceType":"Basic","extension":[{"url":"http://e.org","valueDecimal":72.50}]}'
    )
    assert '<valueDecimal value="72.50"/>' in written(resource)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("valueDecimal", "1,5"),
        ("valueDecimal", "01"),
        ("valueDecimal", "+1"),
        ("valueDecimal", "1."),
        ("valueDecimal", "NaN"),
        ("valueDecimal", " 1"),
        ("valueDecimal", "1e99999999999999999999"),
        ("valueDecimal", "9" * 5000),
        ("valueDecimal", "\u0661"),
        ("valueInteger", "1.0"),
        ("valueInteger", "007"),
        ("valueInteger", "9" * 19),
        ("valuePositiveInt", "x"),
        ("valueBoolean", "True"),
        ("valueBoolean", "1"),
    ],
)
def test_a_value_that_its_type_does_not_have_is_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=rf"^Patient\.extension\[0\]\.{name}: ") as caught:
        patient(f'<extension url="http://e.org"><{name} value="{value}"/></extension>')
    assert caught.value.issues[0].expression == f"Patient.extension[0].{name}"


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ("<colour value='red'/>", "Patient.colour"),
        ("<name><colour value='red'/></name>", "Patient.name[0].colour"),
        ("<name><family value='a'/></name><name><x/></name>", "Patient.name[1].x"),
        ("<name><given value='a'/><given value='b'><x/></given></name>", "Patient.name[0].given[1].x"),
        ("<contained><Basic><x/></Basic></contained>", "Patient.contained[0].x"),
        ("<maritalStatus><coding><x/></coding></maritalStatus>", "Patient.maritalStatus.coding[0].x"),
        ("<active xmlns='http://e.org' value='true'/>", "Patient.active"),
        ("<text><div/></text>", "Patient.text.div"),
        ("<deceasedQuantity/>", "Patient.deceasedQuantity"),
        ("<resourceType value='Patient'/>", "Patient.resourceType"),
    ],
)
def test_an_unknown_element_is_refused_by_its_path(inner: str, path: str) -> None:
    with pytest.raises(Invalid, match="there is no element") as caught:
        patient(inner)
    assert caught.value.issues[0].expression == path


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<active value='true' x='1'/>", "Patient.active: there is no attribute x here"),
        ("<name value='Ann'/>", r"Patient.name\[0\]: there is no attribute value here"),
        ("<active url='http://e.org' value='true'/>", "Patient.active: there is no attribute url here"),
        ("<name id=''><family value='a'/></name>", r"Patient.name\[0\]: the attribute id is empty"),
        ("<active/>", "Patient.active: the element is empty"),
        ("<active value=''/>", "Patient.active: the element is empty"),
        ("<active value='' id='1'/>", "Patient.active: the element is empty"),
        ("<name/>", r"Patient.name\[0\]: the element is empty"),
        ("<contained/>", "Patient: the element is empty"),
        ("<name>Ann</name>", r"Patient.name\[0\]: text between elements is not allowed"),
        ("<![CDATA[x]]>", "Patient: text between elements is not allowed"),
        ("<birthDate value='1970'/><active value='true'/>", "Patient.active: the element stands after"),
        ("<active value='true'/><active value='true'/>", "Patient.active: the element may appear only once"),
        ("<active id='1'/><active value='true'/>", "Patient.active: the element may appear only once"),
        ("<contained><Basic/><Basic/></contained>", "one resource is expected here, not several"),
        ("<contained><Nothing/></contained>", "Nothing is not a resource"),
        ("<contained><Resource/></contained>", "Resource is not a resource"),
        ("<contained>x<Basic/></contained>", "text between elements is not allowed"),
    ],
)
def test_what_the_format_does_not_allow_is_refused(inner: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        patient(inner)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with an element"),
        ("{}", "does not begin with an element"),
        ("<!-- only -->", "does not begin with an element"),
        ("<Patient/>", "Patient is not a resource of the namespace"),
        ('<Nothing xmlns="http://hl7.org/fhir"/>', "Nothing is not a resource of the namespace"),
        ('<x xmlns="http://hl7.org/fhir Patient"/>', "the body is not XML"),
        ('<HumanName xmlns="http://hl7.org/fhir"/>', "HumanName is not a resource of the namespace"),
        ('<Patient xmlns="http://hl7.org/fhir"><active></Patient>', "mismatched tag"),
        ('<Patient xmlns="http://hl7.org/fhir">', "no element found"),
        ('<Patient xmlns="http://hl7.org/fhir"/><Patient/>', "junk after document element"),
        ('<Patient xmlns="http://hl7.org/fhir"><id value="&nbsp;"/></Patient>', "undefined entity"),
        ('<Patient xmlns="http://hl7.org/fhir"><id value="&#1;"/></Patient>', "reference to invalid character"),
        ('<f:Patient xmlns="http://hl7.org/fhir"/>', "unbound prefix"),
        ('<Patient xmlns="http://hl7.org/fhir" x="1"/>', "Patient: there is no attribute x here"),
        ('<Patient xmlns="http://hl7.org/fhir" id="1"/>', "Patient: there is no attribute id here"),
    ],
)
def test_what_is_not_a_resource_in_xml_is_refused(text: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        xml(text)


@pytest.mark.parametrize(
    "text",
    [
        '<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>',
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- a - b -->\n'
        '<Patient xmlns="http://hl7.org/fhir">\n\t<!-- c --><active value="true"></active>\r\n</Patient>\n',
        '<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://hl7.org/fhir patient.xsd"><active value="true"/></Patient>',
        '<?xml version="1.0" encoding="US-ASCII" standalone="yes"?>'
        '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>',
    ],
)
def test_prefixes_comments_white_space_and_schema_locations_do_not_matter(text: str) -> None:
    assert xml(text) == {"resourceType": "Patient", "active": True}


def div(text: str) -> Resource:
    return patient(f"<text><status value='generated'/>{text}</text>")


XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<p>x</p>", "there is no element p here"),
        ("<div>x</div>", "there is no element div here"),
        ('<h:div xmlns:h="http://www.w3.org/1999/xhtml">x</h:div>', "must itself declare"),
        (f"<div {XHTML}/>", "the narrative is empty"),
        (f'<div {XHTML} xmlns:h="http://www.w3.org/1999/xhtml"><h:p>x</h:p></div>', "may not use namespace prefixes"),
        (f'<div {XHTML} xmlns:l="http://e.org"><p l:x="1">x</p></div>', "may not use namespace prefixes"),
        (f"<div {XHTML}><?php x ?></div>", "processing instructions are not allowed"),
        (f"<div {XHTML}>" + "<b>" * 100 + "x" + "</b>" * 100 + "</div>", "nests deeper than 100 levels"),
        (f"<div {XHTML}>x</div><div {XHTML}>x</div>", "may appear only once"),
        (f"<div {XHTML}>x</div>y", "text between elements is not allowed"),
    ],
)
def test_a_narrative_that_json_could_not_hold_alone_is_refused(text: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        div(text)


@pytest.mark.parametrize(
    "text",
    [
        f"<div {XHTML}>a\r\nb <i class='>'>c</i >\t<br /></div\n>",
        f"<div {XHTML}><![CDATA[<x>&]]><div>inner</div></div>",
        f'<div class="a" {XHTML} title="&gt;é😀">&#xE9;</div>',
    ],
)
def test_a_narrative_is_the_same_text_in_both_formats(text: str) -> None:
    resource = div(text)
    assert resource["text"]["div"] == text
    assert f"{text}</text>" in written(resource)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<div {XHTML}>a&nbsp;b&eacute;&lt;&amp;</div>", f"<div {XHTML}>a\u00a0b\u00e9&lt;&amp;</div>"),
        ("<div>a</div>", f"<div {XHTML}>a</div>"),
        ("<div class='x'><div>a</div></div>", f"<div {XHTML} class='x'><div>a</div></div>"),
        (f"\n<div {XHTML}>a</div> ", f"<div {XHTML}>a</div>"),
    ],
)
def test_a_narrative_written_for_html_becomes_xml(text: str, expected: str) -> None:
    resource = {"resourceType": "Basic", "text": {"status": "generated", "div": text}}
    assert f'<status value="generated"/>{expected}</text>' in written(resource)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        f"<div {XHTML}>a</div></text><active value='true'/><text>",
        f"<div {XHTML}>a<br></div>",
        f"<div {XHTML}>a</div><div {XHTML}>b</div>",
        f"<div {XHTML}>&bogus;</div>",
        f"<div {XHTML}><?x y?></div>",
        f"<?xml version='1.0'?><div {XHTML}>a</div>",
        f"<!DOCTYPE div><div {XHTML}>a</div>",
        "<div xmlns='http://e.org'>a</div>",
        "<div xmlns:h='http://e.org'><h:p/></div>",
        "<divine>a</divine>",
        f"<div {XHTML}>" + "<b>" * 100 + "</b>" * 100 + "</div>",
        f"<div {XHTML}>\x01</div>",
    ],
)
def test_a_narrative_that_would_break_the_document_is_not_written(text: str) -> None:
    with pytest.raises(Invalid, match=r"^Basic\.text\.div: "):
        written({"resourceType": "Basic", "text": {"status": "generated", "div": text}})


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_carry_are_named(character: str) -> None:
    with pytest.raises(
        Invalid, match=rf"^Basic\.author\.display: the character U\+{ord(character):04X} cannot be carried"
    ):
        written({"resourceType": "Basic", "author": {"display": f"a{character}b"}})


@pytest.mark.parametrize(
    ("elements", "path"),
    [
        ({"colour": "red"}, "Patient.colour"),
        ({"_colour": {"id": "1"}}, "Patient._colour"),
        ({"name": {"family": "x"}}, "Patient.name"),
        ({"name": ["x"]}, "Patient.name[0]"),
        ({"active": [True]}, "Patient.active"),
        ({"active": {"a": 1}}, "Patient.active"),
        ({"active": None}, "Patient.active"),
        ({"maritalStatus": "M"}, "Patient.maritalStatus"),
        ({"maritalStatus": {"text": "a", "x": 1}}, "Patient.maritalStatus.x"),
        ({"_name": [{"id": "1"}]}, "Patient._name"),
        ({"_active": "x"}, "Patient.active"),
        ({"name": [{"given": [None]}]}, "Patient.name[0].given[0]"),
        ({"contained": [{"id": "1"}]}, "Patient.contained[0]"),
        ({"contained": ["x"]}, "Patient.contained[0]"),
        ({"contained": [{"resourceType": "Nothing"}]}, "Patient.contained[0]"),
        ({"text": {"div": 1}}, "Patient.text.div"),
        ({"extension": [{"url": ["a"]}]}, "Patient.extension[0]"),
    ],
)
def test_what_is_not_a_resource_is_not_written(elements: Resource, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        written({"resourceType": "Patient", **elements})
    assert caught.value.issues[0].expression == path


def test_a_value_without_resource_type_is_not_written() -> None:
    with pytest.raises(Invalid, match="the resourceType is unknown"):
        written({"id": "1"})


@settings(max_examples=60)
@given(strategies.resources(DEFINITIONS))
def test_json_to_xml_to_json_changes_nothing(resource: Resource) -> None:
    assert_round_trip(resource)


@pytest.mark.parametrize("type_", DEFINITIONS.resource_types)
def test_every_resource_type_makes_the_round_trip(type_: str) -> None:
    @settings(max_examples=2, database=None)
    @given(strategies.resources(DEFINITIONS, type_))
    def check(resource: Resource) -> None:
        assert_round_trip(resource)

    check()


@pytest.mark.skipif(not SYNTHEA.exists(), reason="needs ../shared")
def test_synthea_records_make_the_round_trip() -> None:
    with tarfile.open(SYNTHEA) as archive:
        for _ in range(3):
            member = archive.next()
            assert member is not None
            content = archive.extractfile(member)
            assert content is not None
            assert_round_trip(codec.decode_resource(content.read()))
