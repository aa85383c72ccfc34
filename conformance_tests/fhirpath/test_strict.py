"""What is refused where expressions are strict: http://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation."""

from __future__ import annotations

import pytest

from profiles import load
from server.fhirpath.errors import Unevaluable
from server.fhirpath.expression import Compiler

COMPILER = Compiler(load.definitions())
UNSAFE = (
    "Encounter.status",
    "name.nothing",
    "name.given.nothing.more",
    "Patient.deceasedBoolean",
    "name.where(nothing = 'x')",
    "name.select(given | nothing)",
    "(multipleBirth as Period).unit",
    "(multipleBirth as Period).start.nothing",
    "children().first()",
    "children()[0]",
    "descendants().skip(1)",
    "children().where(true).last()",
    "children().extension[0]",
    "(name | contact.name).first()",
    "generalPractitioner.reference.first().nothing.exists() and Encounter.exists()",
)
SAFE = (
    "Patient.name.given.first()",
    "children().count()",
    "children().ofType(HumanName).family",
    "deceased.exists()",
    "(deceased as boolean) = true",
    "(multipleBirth as Period).start",
    "extension.value.nothing",
    "contained.nothing",
    "generalPractitioner.resolve().nothing",
    "name.type().name.first()",
    "name.given[0].extension.url",
    "name.first().given.skip(1).take(1).single()",
    "repeat(contact).name",
    "children().count().first()",
)


@pytest.mark.parametrize("text", UNSAFE)
def test_what_gives_nothing_or_has_no_order_is_refused(text: str) -> None:
    with pytest.raises(Unevaluable):
        COMPILER.compile(text, "Patient", strict=True)


@pytest.mark.parametrize("text", SAFE)
def test_what_may_give_something_is_not(text: str) -> None:
    COMPILER.compile(text, "Patient", strict=True)


@pytest.mark.parametrize("text", UNSAFE)
def test_elsewhere_it_is_evaluated(text: str) -> None:
    COMPILER.compile(text, "Patient").nodes({"resourceType": "Patient"})


@pytest.mark.parametrize("context", ["", "Resource", "DomainResource", "Element", "Nonsense"])
def test_where_the_type_is_not_known_or_abstract_members_are_found_as_they_are(context: str) -> None:
    compiled = COMPILER.compile("name.family | status", context, strict=True)
    assert compiled.values({"resourceType": "Patient", "name": [{"family": "Berg"}]}) == ["Berg"]
