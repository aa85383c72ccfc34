"""Numbers, quantities and composites: http://hl7.org/fhir/R4/search.html#number."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import load
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.search.compiler import Criteria
from server.search.indexer import Indexer
from server.search.interpreter import holds

DEFINITIONS = load.definitions()
INDEXER = Indexer(DEFINITIONS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"

decimals = st.decimals(-1000, 1000, places=2)


def _found(resource: Resource, code: str, value: str) -> bool:
    condition = Criteria(DEFINITIONS, resource["resourceType"], NOW).condition([(code, value)])
    return holds(condition, INDEXER.entries({"id": "a", **resource}))


def _risk(number: Decimal) -> Resource:
    return {"resourceType": "RiskAssessment", "prediction": [{"probabilityDecimal": number}]}


def _quantity(value: object, code: str = "mg", **more: Json) -> Json:
    return {"value": Decimal(str(value)), "system": UCUM, "code": code, "unit": code, **more}


def _observation(**elements: Json) -> Resource:
    return {"resourceType": "Observation", "status": "final", **elements}


@given(decimals, decimals)
def test_a_number_compares_as_numbers_do(number: Decimal, asked: Decimal) -> None:
    one = _risk(number)
    for prefix, expected in (
        ("gt", number > asked),
        ("lt", number < asked),
        ("ge", number >= asked),
        ("le", number <= asked),
        ("sa", number > asked),
        ("eb", number < asked),
        ("", asked - Decimal("0.005") <= number < asked + Decimal("0.005")),
        ("eq", number == asked),
        ("ne", number != asked),
    ):
        assert _found(one, "probability", f"{prefix}{asked}") is expected, prefix


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [("100", "99.5", "100.5"), ("100.00", "99.995", "100.005"), ("1e2", "95", "105"), ("-5", "-5.5", "-4.5")],
)
def test_without_a_prefix_a_number_is_as_exact_as_it_is_written(asked: str, low: str, high: str) -> None:
    tick = Decimal("0.0001")
    for text, found in ((low, True), (high, False)):
        assert _found(_risk(Decimal(text)), "probability", asked) is found
        assert _found(_risk(Decimal(text) - tick), "probability", asked) is not found


def test_ap_is_as_near_as_a_tenth() -> None:
    assert all(_found(_risk(Decimal(one)), "probability", "ap100") for one in (90, 100, 110))
    assert not any(_found(_risk(Decimal(one)), "probability", "ap100") for one in (89, 111))


@pytest.mark.parametrize("text", ["", "x", "1e5000", "gt", "zz5", "5|", "5|mg", f"5|{UCUM}|", "5|a|b|c", "NaN"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        _found(_observation(valueQuantity=_quantity(5)), "value-quantity", text)


@given(st.decimals(1, 1000, places=3), st.sampled_from([("mg", "g", -3), ("g", "kg", -3), ("mL", "L", -3)]))
def test_a_quantity_is_found_in_every_unit_of_its_dimension(number: Decimal, units: tuple[str, str, int]) -> None:
    code, other, power = units
    one = _observation(valueQuantity=_quantity(number, code))
    assert _found(one, "value-quantity", f"{number}|{UCUM}|{code}")
    assert _found(one, "value-quantity", f"{number.scaleb(power)}|{UCUM}|{other}")
    assert _found(one, "value-quantity", f"{number}||{code}")
    assert not _found(one, "value-quantity", f"{number}|{UCUM}|{other}")
    assert not _found(one, "value-quantity", f"{number}|urn:other|{code}")


def test_degrees_are_converted_by_their_offset() -> None:
    warm = _observation(valueQuantity=_quantity("98.6", "[degF]"))
    assert _found(warm, "value-quantity", f"37.0|{UCUM}|Cel")
    assert not _found(warm, "value-quantity", f"gt37.5|{UCUM}|Cel")


def test_a_unit_that_is_not_known_is_found_by_itself() -> None:
    one = _observation(valueQuantity=_quantity(5, "[odd'U]"))
    assert _found(one, "value-quantity", f"5|{UCUM}|[odd'U]")
    assert not _found(one, "value-quantity", f"5|{UCUM}|mg")


def test_a_measurement_below_a_limit_may_be_anything_below_it() -> None:
    one = _observation(valueQuantity=_quantity(5, comparator="<"))
    assert _found(one, "value-quantity", "lt4")
    assert not _found(one, "value-quantity", "gt5")
    assert not _found(one, "value-quantity", "5")


def test_samples_are_found_from_the_lowest_to_the_highest() -> None:
    data = {"origin": _quantity(10), "period": 1, "factor": Decimal("0.5"), "dimensions": 1, "data": "0 4 E 8 U"}
    one = _observation(valueSampledData=data)
    assert _found(one, "value-quantity", f"gt13|{UCUM}|mg")
    assert not _found(one, "value-quantity", f"gt14|{UCUM}|mg")
    assert not _found(one, "value-quantity", f"lt10|{UCUM}|mg")


def test_money_is_found_by_its_currency() -> None:
    one = {"resourceType": "Invoice", "totalNet": {"value": Decimal("72.50"), "currency": "USD"}}
    assert all(_found(one, "totalnet", asked) for asked in ("72.50", "72.50|urn:iso:std:iso:4217|USD", "ge72||USD"))
    assert not _found(one, "totalnet", "72.50||EUR")


def _pressure(systolic: int, diastolic: int) -> Resource:
    codes = (("8480-6", systolic), ("8462-4", diastolic))
    return _observation(
        code={"coding": [{"system": LOINC, "code": "85354-9"}]},
        component=[
            {
                "code": {"coding": [{"system": LOINC, "code": code}]},
                "valueQuantity": _quantity(value, "mm[Hg]"),
            }
            for code, value in codes
        ],
    )


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300))
def test_the_parts_of_a_composite_belong_to_one_element(systolic: int, diastolic: int, asked: int) -> None:
    one = _pressure(systolic, diastolic)
    for code in ("component-code-value-quantity", "combo-code-value-quantity"):
        assert _found(one, code, f"{LOINC}|8480-6$ge{asked}|{UCUM}|mm[Hg]") is (systolic >= asked)
        assert _found(one, code, f"8462-4$ge{asked}") is (diastolic >= asked)
        assert not _found(one, code, f"85354-9$ge{asked}")


def test_a_composite_of_the_whole_resource_asks_for_its_parts() -> None:
    code = {"coding": [{"system": LOINC, "code": "2339-0"}]}
    one = _observation(code=code, valueQuantity=_quantity(5))
    assert all(_found(one, name, "2339-0$5") for name in ("code-value-quantity", "combo-code-value-quantity"))
    assert not _found(one, "code-value-quantity", "2339-0$6")
    dated = _observation(code=code, valueDateTime="2026-01-01")
    assert _found(dated, "code-value-date", f"{LOINC}|2339-0$ge2026")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1$lt345$gt123", True),
        ("1$100$200", True),
        ("1$le100$ge200", True),
        ("1$gt100$200", False),
        ("1$100$lt200", False),
        ("2$100$200", False),
        ("1$ne100$200", False),
        ("1$ap95$sa199", True),
    ],
)
def test_a_range_is_found_by_where_it_begins_and_ends(value: str, found: bool) -> None:
    one = {
        "resourceType": "MolecularSequence",
        "referenceSeq": {"chromosome": {"coding": [{"code": "1"}]}, "windowStart": 100, "windowEnd": 200},
        "variant": [{"start": 100, "end": 200}],
    }
    for code in ("chromosome-variant-coordinate", "chromosome-window-coordinate"):
        assert _found(one, code, value) is found


@pytest.mark.parametrize("value", ["2339-0", "2339-0$5$6", "$", "2339-0$x"])
def test_what_is_no_composite_is_refused(value: str) -> None:
    for code in ("code-value-quantity", "component-code-value-quantity"):
        with pytest.raises(Invalid):
            _found(_pressure(120, 80), code, value)
