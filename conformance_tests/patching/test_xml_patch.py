"""XML Patch: https://www.rfc-editor.org/rfc/rfc5261, http://hl7.org/fhir/R4/http.html#patch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.fhir import strategies
from conformance_tests.patching import shared_cases
from profiles import load
from server.fhir import codec
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Resource
from server.patching import xml_patch, xml_selector, xml_text, xml_tree
from server.patching.operations import Unreadable
from server.patching.xml_tree import DOCUMENT, Comment, Content, Element

DEFINITIONS = load.definitions()
CASES = shared_cases.read("xml-patch-r4.json")
WRONG: Mapping[str, str] = {
    "23 A.9.  Replacing a Comment Node": "the comment that it replaces is lost from its document",
    "27 A.15.  Removing a Comment Node": "the comment that it removes is lost from its document",
}
"""Cases that cannot hold as they stand, with the reason: RFC 5261 refuses a selector that finds nothing."""

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">Peter&#160;<b>James</b></p><br /></div>'
PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "a",
    "text": {"status": "generated", "div": DIV},
    "identifier": [{"value": "1"}, {"system": "urn:s", "value": "2"}],
    "name": [{"id": "n", "given": ["Rosa", "Maria"]}],
    "birthDate": "1984-02-29",
}


def diff(*operations: str) -> bytes:
    return f'<diff xmlns="http://hl7.org/fhir">{"".join(operations)}</diff>'.encode()


def patched(*operations: str) -> Resource:
    return xml_patch.read(diff(*operations), DEFINITIONS)(PATIENT)


def _document(text: str) -> Element:
    """What is inside the one element of a text, as a document."""
    (around,) = xml_tree.read(text.strip().encode()).elements
    return Element(DOCUMENT, children=around.children)


def _told(node: Content) -> Any:
    """A node without white space around its text."""
    if not isinstance(node, Element):
        return node.strip() if isinstance(node, str) else node
    return node.name, dict(node.attributes), [told for told in map(_told, node.children) if told]


@pytest.mark.skipif(not CASES, reason="needs ../shared")
@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_a_public_case_gives_what_it_says_unless_it_is_listed(case: dict[str, Any]) -> None:
    change, target = xml_patch.changes(case["xml"]["patch"].strip().encode()), _document(case["xml"]["target"])
    if "error" in case["xml"] or case["id"] in WRONG:
        with pytest.raises(Unprocessable):
            change(target)
    else:
        assert _told(change(target)) == _told(_document(case["xml"]["patched"]))


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ('<replace sel="f:Patient/f:birthDate/@value">1984</replace>', {"birthDate": "1984"}),
        ('<replace sel="/Patient/birthDate"><birthDate value="1984"/></replace>', {"birthDate": "1984"}),
        ('<remove sel="Patient/identifier[2]"/>', {"identifier": [{"value": "1"}]}),
        ('<remove sel="Patient/identifier[system/@value=\'urn:s\']" ws="both"/>', {"identifier": [{"value": "1"}]}),
        ('<remove sel="*/identifier[system]"/>', {"identifier": [{"value": "1"}]}),
        (
            '<add sel="Patient/birthDate" pos="before"><gender value="female"/></add>',
            {"gender": "female"},
        ),
        (
            '<add sel="Patient/name[@id=\'n\']/given[2]" pos="after"> <given value="Ana"/> </add>',
            {"name": [{"id": "n", "given": ["Rosa", "Maria", "Ana"]}]},
        ),
        (
            '<add sel="Patient/identifier[1]" pos="prepend"><use value="usual"/></add>',
            {"identifier": [{"use": "usual", "value": "1"}, {"system": "urn:s", "value": "2"}]},
        ),
        (
            '<add sel="Patient/identifier[1]" type="@id">x</add>',
            {"identifier": [{"id": "x", "value": "1"}, {"system": "urn:s", "value": "2"}]},
        ),
        ('<remove sel="Patient/name/@id"/>', {"name": [{"given": ["Rosa", "Maria"]}]}),
        (
            '<replace sel="Patient/f:text/h:div/h:p/h:b/text()">Paul &lt; 3</replace>',
            {
                "text": {
                    "status": "generated",
                    "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">Peter\u00a0<b>Paul &lt; 3</b></p>'
                    "<br/></div>",
                }
            },
        ),
        (
            '<replace xmlns:x="http://www.w3.org/1999/xhtml" sel="Patient/text/x:div">'
            '<x:div xml:lang="es">Rosa<x:p/></x:div></replace>',
            {
                "text": {
                    "status": "generated",
                    "div": '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="es">Rosa<p></p></div>',
                }
            },
        ),
        ("<!-- nothing -->", {}),
    ],
)
def test_an_operation_does_what_it_says(operation: str, changed: Resource) -> None:
    before = codec.encode(PATIENT)
    assert patched(operation) == {**PATIENT, **changed}
    assert codec.encode(PATIENT) == before


def test_a_decimal_keeps_its_digits() -> None:
    resource = codec.decode_resource(b'{"resourceType": "Basic", "extension": [{"url": "urn:a", "valueDecimal": 1e2}]}')
    text = (
        '<add sel="Basic/extension" pos="after"><extension url="urn:b"><valueDecimal value="72.50"/></extension></add>'
    )
    found = codec.encode(xml_patch.read(diff(text), DEFINITIONS)(resource))
    assert b'"valueDecimal":1e2' in found
    assert b'"valueDecimal":72.50' in found


def test_a_patch_needs_no_namespace_of_its_own() -> None:
    text = b'<diff><replace sel="Patient/birthDate/@value">1984</replace></diff>'
    assert xml_patch.read(text, DEFINITIONS)(PATIENT)["birthDate"] == "1984"


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        ("<a><!--x--></a>", '<remove sel="a/comment()"/>', "<a/>"),
        ("<a>1<!--x-->2<!--y--></a>", '<replace sel="a/comment()[2]"><!--z--></replace>', "<a>1<!--x-->2<!--z--></a>"),
        ("<a>1<b/>2</a>", '<replace sel="a/text()[2]"/>', "<a>1<b/></a>"),
        ("<a><b>x</b><b>y</b></a>", "<remove sel=\"a/b[.='y']\"/>", "<a><b>x</b></a>"),
        ("<a><b>x</b><c><b>x</b></c></a>", "<remove sel=\"a/*[b='x'][1]\"/>", "<a><b>x</b></a>"),
    ],
)
def test_nodes_of_every_kind_are_changed(before: str, operation: str, after: str) -> None:
    space = ' xmlns="http://hl7.org/fhir"'
    found = xml_patch.changes(diff(operation))(_document(f"<d{space}>{before}</d>"))
    assert _told(found) == _told(_document(f"<d{space}>{after}</d>"))


@pytest.mark.parametrize(
    "operation",
    [
        '<remove sel="Patient/gender"/>',
        '<remove sel="Patient/identifier"/>',
        '<remove sel="Patient/identifier[1]/value/@value/x"/>',
        '<replace sel="Patient/birthDate">1984</replace>',
        '<replace sel="Patient/birthDate"><birthDate value="1984"/><birthDate value="1985"/></replace>',
        '<replace sel="Patient/birthDate/@value"><x/></replace>',
        '<add sel="Patient/birthDate" type="@value">1984</add>',
        '<add sel="Patient/birthDate/@value">1984</add>',
        '<add sel="Patient/text/h:div/h:p/h:b/text()">1984</add>',
        '<add sel="Patient/text/h:div/h:p/h:b/text()" type="@id">1984</add>',
    ],
)
def test_an_operation_that_does_not_apply_is_told_by_its_number_and_name(operation: str) -> None:
    with pytest.raises(Unprocessable, match=r"operation 2 \((add|replace|remove)\): "):
        patched('<remove sel="Patient/name"/>', operation)


@pytest.mark.parametrize(
    ("operation", "expression"),
    [
        ('<add sel="Patient"><gender value="female"/></add>', "Patient.gender"),
        ('<add sel="Patient"><frob/></add>', "Patient.frob"),
        ('<remove sel="Patient"/>', ""),
        ('<replace sel="Patient"><Frob/></replace>', ""),
        ('<add sel="Patient">text</add>', "Patient"),
        ('<add sel="Patient" pos="after"><Patient/></add>', ""),
    ],
)
def test_what_comes_out_must_be_a_resource(operation: str, expression: str) -> None:
    with pytest.raises(Unprocessable) as found:
        patched(operation)
    assert found.value.issues[0].expression == expression


@pytest.mark.parametrize(
    "operation",
    [
        "text",
        '<frob sel="Patient"/>',
        "<remove/>",
        '<remove sel="Patient" ws="all"/>',
        '<remove sel="Patient">text</remove>',
        '<add sel="Patient" pos="inside"/>',
        '<add sel="Patient" type="namespace::x">urn:x</add>',
        '<add sel="Patient" type="@x/y">urn:x</add>',
        *(
            f'<remove sel="{selector}"/>'
            for selector in (
                "",
                "/",
                "//name",
                "Patient/",
                "Patient/id('a')",
                "Patient/x:name",
                "Patient/name[",
                "Patient/name[]",
                "Patient/name[0]",
                "Patient/name[last()]",
                "Patient/name[.=1]",
                "Patient/name[@id='n'",
                "Patient/name name",
                "Patient/name]",
                "Patient" + "/*" * 100,
                "Patient" + "[name" * 500,
                "Patient" + "[1]" * 1_400,
            )
        ),
        '<remove sel="Patient/name"/>' * 1_001,
        '<add sel="Patient" x:y="1" xmlns:x="urn:x"/>',
        f"<add sel='Patient'>{'<a>' * 201}{'</a>' * 201}</add>",
    ],
    ids=lambda text: text[:60],
)
def test_what_is_no_operation_cannot_be_read(operation: str) -> None:
    with pytest.raises(Invalid):
        patched(operation)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<other/>",
        b'<!DOCTYPE diff [<!ENTITY x "y">]><diff/>',
        b"<diff>&x;</diff>",
        b"<diff><?php x ?></diff>",
        b'<?xml version="1.0" encoding="UTF-16"?><diff/>',
    ],
)
def test_what_is_no_patch_or_could_harm_the_reader_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid):
        xml_patch.read(text, DEFINITIONS)


def test_a_selector_looks_at_so_many_nodes_only() -> None:
    resource = {"resourceType": "Patient", "name": [{"given": ["x"] * 20_000}]}
    operations = ['<remove sel="Patient/name/given[1]"/>'] * 1_000
    with pytest.raises(Unprocessable, match="too much work"):
        xml_patch.read(diff(*operations), DEFINITIONS)(resource)


@given(st.text(st.sampled_from("f:aP/[]@*='.\"1()text ")))
def test_any_text_is_a_selector_or_is_refused(text: str) -> None:
    with suppress(Unreadable):
        xml_selector.read(text, {})


@given(strategies.resources(DEFINITIONS))
def test_a_patch_of_nothing_changes_nothing(resource: Resource) -> None:
    with suppress(Unprocessable):  # what XML cannot carry
        assert xml_patch.read(diff(), DEFINITIONS)(resource) == resource


def _alternating(children: list[Content]) -> list[Content]:
    """No text beside another: they would be read as one."""
    return [
        one
        for at, one in enumerate(children)
        if at == 0 or not (isinstance(one, str) and isinstance(children[at - 1], str))
    ]


names = st.tuples(st.sampled_from(("", "urn:a", "urn:b")), st.sampled_from("abc"))
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1
)
comments = st.just(Comment(" x "))
attributes = st.dictionaries(st.tuples(st.just(""), st.sampled_from("xyz")), texts, max_size=2)
trees = st.recursive(
    st.builds(Element, names, attributes),
    lambda inner: st.builds(
        Element,
        names,
        attributes,
        st.lists(inner | texts | st.just("<") | comments, max_size=3).map(_alternating).map(tuple),
    ),
)


@given(trees)
def test_a_tree_that_is_written_is_read_again(tree: Element) -> None:
    document = Element(DOCUMENT, children=(tree,))
    assert xml_tree.read(xml_text.write(document)) == document
