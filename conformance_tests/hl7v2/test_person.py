"""XPN, XCN, XAD and XTN: names, addresses, telephone numbers."""

from __future__ import annotations

import pytest

from server.fhir.resource import Resource
from server.hl7v2.datatypes import person
from server.hl7v2.er7 import Field, Repetition


def test_a_name_has_family_given_prefix_suffix_and_use() -> None:
    assert person.names(Field("Doe&van&Doe^Jane^Q^Jr^Ms^MD^L^^^^^20200101^20210101~Roe^J^^^^^N~^^")) == [
        {
            "use": "official",
            "family": "Doe",
            "given": ["Jane", "Q"],
            "prefix": ["Ms"],
            "suffix": ["Jr", "MD"],
            "period": {"start": "2020-01-01", "end": "2021-01-01"},
        },
        {"use": "nickname", "family": "Roe", "given": ["J"]},
    ]


def test_a_practitioner_name_begins_after_the_number() -> None:
    value = Repetition("7^Welby^Marcus^A^III^Dr^MD^^GHH^L")
    assert person.name(value, shift=1) == {
        "use": "official",
        "family": "Welby",
        "given": ["Marcus", "A"],
        "prefix": ["Dr"],
        "suffix": ["III", "MD"],
    }
    assert person.display(value) == "Dr Marcus A Welby III"


def test_an_address_has_its_lines_and_parts() -> None:
    assert person.addresses(Field("1 Main St&&1^Apt 2^Springfield^IL^62701^USA^H^^Sangamon~^^")) == [
        {
            "use": "home",
            "line": ["1 Main St", "Apt 2"],
            "city": "Springfield",
            "district": "Sangamon",
            "state": "IL",
            "postalCode": "62701",
            "country": "USA",
        }
    ]


def test_a_mailing_address_is_postal() -> None:
    assert person.address(Repetition("PO Box 1^^Springfield^^^^M"))["type"] == "postal"


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("555-0100^PRN^PH", {"system": "phone", "value": "555-0100", "use": "home"}),
        ("555-0100", {"system": "phone", "value": "555-0100", "use": "work"}),
        ("555-0100^^CP", {"system": "phone", "value": "555-0100", "use": "mobile"}),
        ("^NET^Internet^jane@example.org", {"system": "email", "value": "jane@example.org", "use": "work"}),
        ("^PRN^FX^^^217^5550100", {"system": "fax", "value": "217 5550100", "use": "home"}),
        ("^PRN^PH^^1^217^5550100", {"system": "phone", "value": "+1 217 5550100", "use": "home"}),
        ("^^^^^^^^^^^call the desk", {"system": "phone", "value": "call the desk", "use": "work"}),
        ("old^PRN^PH^^^^^^^^^new", {"system": "phone", "value": "new", "use": "home"}),
        ("555-0100^^Internet^jane", {"system": "email", "value": "jane", "use": "work"}),
        ("555-0100^^CP^note", {"system": "phone", "value": "555-0100", "use": "mobile"}),
        ("^PRN^PH", {}),
    ],
)
def test_a_contact_point_has_system_value_and_use(written: str, contact: Resource) -> None:
    assert person.telecom(Repetition(written), "work") == contact
