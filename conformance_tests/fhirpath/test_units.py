"""Units of measure: https://ucum.org/ucum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fhirpath import quantity, ucum, ucum_units
from server.fhirpath.quantity import Quantity

CONVERSIONS = (
    ("1", "km", "cm", "100000"),
    ("5", "mg/dL", "g/L", "0.05"),
    ("1", "[lb_av]", "kg", "0.45359237"),
    ("16", "[oz_av]", "[lb_av]", "1"),
    ("1", "[in_i]", "cm", "2.54"),
    ("1", "[gal_us]", "L", "3.785411784"),
    ("3", "[tsp_us]", "[tbs_us]", "1"),
    ("98.6", "[degF]", "Cel", "37"),
    ("37", "Cel", "K", "310.15"),
    ("0", "K", "[degF]", "-459.67"),
    ("120", "mm[Hg]", "kPa", "15.99864"),
    ("1", "atm", "Pa", "101325"),
    ("1", "10*3/uL", "10*9/L", "1"),
    ("1", "mmol/L", "meq/L", "1"),
    ("1", "U", "nkat", "16.66666666666666666666666666666667"),
    ("1", "k[IU]/mL", "[IU]/uL", "1"),
    ("1", "kcal", "J", "4184"),
    ("1", "[psi]", "kPa", "6.894757293168361336722673445346891"),
    ("1", "wk", "h", "168"),
    ("1", "a", "mo", "12"),
    ("50", "%", "1", "0.5"),
    ("1", "g%", "g/L", "10"),
    ("60", "mL/min/{1.73_m2}", "mL/s", "1"),
    ("1", "kg.m/s2", "N", "1"),
    ("1", "/(2.h)", "/h", "0.5"),
    ("1", "m2{wound}", "cm2", "10000"),
    ("1", "Mohm", "Ohm", None),
    ("1", "kg", "m", None),
    ("1", "kg", "nonsense", None),
    ("1", "{score}", "1", "1"),
    ("1", "dam", "m", "10"),
)


@pytest.mark.parametrize(("number", "code", "to", "expected"), CONVERSIONS)
def test_a_number_is_converted_exactly(number: str, code: str, to: str, expected: str | None) -> None:
    found = ucum.convert(Decimal(number), code, to)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    "code",
    ["", "(", "(m", "m)", "m..s", "m/", "//m", "kkg", "km[", "m99", "0.m", "xyz", "m s", "m" * 101, "Cel.m", "(" * 99],
)
def test_what_is_no_unit_is_not_known(code: str) -> None:
    assert (ucum.unit(code), ucum.canonical(Decimal(1), code)) == (None, None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("mg/dL", ("g.m-3", "10")), ("%", ("1", "0.01")), ("Cel", ("K", "274.15")), ("kPa", ("g.m-1.s-2", "1000000"))],
)
def test_base_units_are_told_by_one_name(code: str, expected: tuple[str, str]) -> None:
    found = ucum.canonical(Decimal(1), code)
    assert found is not None
    assert (found[0], str(found[1])) == expected


@pytest.mark.parametrize("symbol", [*ucum_units.METRIC, *ucum_units.PLAIN, *ucum_units.OFFSET, *ucum_units.BASE])
def test_every_unit_of_the_table_is_known(symbol: str) -> None:
    assert ucum.convert(Decimal(3), symbol, symbol) == 3
    assert ucum.unit(symbol) is not None


codes = st.sampled_from([*ucum_units.METRIC, *ucum_units.PLAIN, *ucum_units.BASE])
numbers = st.decimals(min_value=-10_000, max_value=10_000, places=4)


@given(numbers, codes, codes)
def test_a_number_converted_there_and_back_is_the_same(number: Decimal, code: str, to: str) -> None:
    there = ucum.convert(number, code, to)
    if there is not None:
        back = ucum.convert(there, to, code)
        assert back is not None
        assert abs(back - number) <= abs(number) * Decimal("1E-30")


@given(codes, codes)
def test_a_product_divided_by_a_factor_is_the_other(one: str, other: str) -> None:
    assert ucum.unit(f"({one}).({other})/({other})") == ucum.unit(f"({one})")


@given(st.text(alphabet="mgskLlol1023*^./(){}[]_%", max_size=30))
def test_any_code_is_a_unit_or_none(code: str) -> None:
    ucum.canonical(Decimal(1), code)


units = st.sampled_from(["g", "kg", "mg", "day", "week", "d", "h", "year", "months", "a", "bogus", "1", "%"])
quantities = st.builds(lambda number, unit: Quantity(number, unit, unit in quantity.CALENDAR), numbers, units)


@given(quantities, quantities)
def test_the_order_of_quantities_turns_with_them(one: Quantity, other: Quantity) -> None:
    order = quantity.order(one, other)
    assert quantity.order(other, one) == (None if order is None else -order)


@given(quantities)
def test_a_quantity_is_as_much_as_itself(one: Quantity) -> None:
    assert (quantity.order(one, one), quantity.alike(one, one)) == (0, True)


@given(quantities, units)
def test_a_quantity_in_another_unit_is_as_much(one: Quantity, unit: str) -> None:
    found = quantity.expressed(one, unit)
    if found is not None:
        pair = quantity.comparable(one, found)
        assert pair is not None
        assert abs(pair[0] - pair[1]) <= abs(pair[0]) / 10**30
