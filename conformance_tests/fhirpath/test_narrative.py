"""What htmlChecks() says of a narrative: http://hl7.org/fhir/R4/narrative.html#rules."""

from __future__ import annotations

import pytest

from profiles import load
from server.fhirpath.expression import Compiler

CHECK = Compiler(load.definitions()).compile("htmlChecks()", "xhtml")
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    "inside",
    [
        "a visit",
        "<p>one <b>two</b></p><table><tbody><tr><td>3</td></tr></tbody></table>",
        '<img src="#pic" alt="x"/>',
        '<a href="https://x.example">there</a> &amp; &nbsp;',
        '<p style="color: red" class="x">y</p>',
    ],
)
def test_text_lists_tables_and_images_are_proper(inside: str) -> None:
    assert CHECK.truth(f"<div {XHTML}>{inside}</div>") is True


@pytest.mark.parametrize(
    "inside",
    [
        "",
        " \n ",
        "<p></p>",
        "x<script>alert(1)</script>",
        "x<iframe/>",
        "x<form><input/></form>",
        '<p onclick="x()">y</p>',
        '<a href=" JavaScript:x()">y</a>',
        "x<br>",
        "x</div><div>",
        "<!DOCTYPE x>",
        "x<ins>y</ins>",
    ],
)
def test_scripts_forms_and_empty_narratives_are_not(inside: str) -> None:
    assert CHECK.truth(f"<div {XHTML}>{inside}</div>") is False


@pytest.mark.parametrize("div", ["text", "<p>x</p>", "<html/>", "", "<!DOCTYPE div><div>x</div>"])
def test_what_is_no_div_is_not(div: str) -> None:
    assert CHECK.truth(div) is False


def test_no_narrative_says_nothing() -> None:
    compiled = Compiler(load.definitions()).compile("text.`div`.htmlChecks()", "Patient")
    assert compiled.truth({"resourceType": "Patient", "id": "x", "text": {}}) is None
