"""Fee schedules: what a payer allows for a service, from ChargeItemDefinitions.

A row of a schedule is a ChargeItemDefinition whose `identifier` has the schedule's system and, as its value, the
procedure code, or code and a modifier joined by a hyphen. Its fee for one unit is the only price component, a `base`;
`effectivePeriod` says when it holds, and the extension `service-category` what kind of service the code is. A price
with conditions, surcharges, deductions or factors, and a definition of which anything is not understood that may change
what it means, or that names another code than its row, is refused, never simplified.
Source: http://hl7.org/fhir/R4/chargeitemdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from operations.billing import days, modifiers, money, vocabulary
from operations.billing.money import Money
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

PROCEDURES = (vocabulary.CPT, vocabulary.HCPCS)


@dataclass(frozen=True, slots=True)
class Fee:
    """What one unit of a service is allowed, exact, with its currency and service category.

    `price` is None where the definition has none that can be used as it stands, or is not understood: for its element
    `fault`, a FHIRPath.
    """

    price: Decimal | None
    currency: str
    category: str
    effective: days.Days
    fault: str = ""

    def times(self, quantity: Decimal) -> Money:
        """The allowed amount of so many units, rounded once; raises Unprocessable without a price."""
        if self.price is None:
            raise Unprocessable(f"a fee is no unconditional base price in {self.currency}")
        return money.rounded(money.product(self.price, quantity), self.currency)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The fees of one schedule by row: `99213`, or `71046-26` with a modifier."""

    rows: Mapping[str, Sequence[Fee]]

    def fees(self, item: Json, day: date) -> Sequence[Fee]:
        """What the rows say that price a line on a day: those with its first priced modifier, else those without."""
        listed = ([fee for fee in self.rows.get(row, ()) if fee.effective.covers(day)] for row in rows_of(item))
        return next((found for found in listed if found), ())

    def fee(self, item: Json, day: date) -> Fee | None:
        """The fee for a line of a scrubbed claim; None when it has no price."""
        return next(iter(self.fees(item, day)), None)


def rows_of(item: Json) -> tuple[str, ...]:
    """The rows that may price a line, the most specific first."""
    code = vocabulary.code(item.get("productOrService", {}), *PROCEDURES)
    modified = [vocabulary.code(one, *PROCEDURES) for one in item.get("modifier", ())]
    return (*(f"{code}-{modifier}" for modifier in modified if modifier), code)


def read(definitions: Sequence[Resource], system: str, currency: str) -> Schedule:
    """The schedule of some definitions, each with its base price where it has just that, in the currency; one that is
    not active, or only a trial, is none.
    """
    rows: dict[str, list[Fee]] = {}
    for definition in definitions:
        if definition.get("status") != "active" or definition.get("experimental") is True:
            continue
        for row in vocabulary.identifiers(definition, system):
            rows.setdefault(row, []).append(_fee(definition, row, currency))
    return Schedule(rows)


def _fee(definition: Resource, row: str, currency: str) -> Fee:
    category, price = _category(definition), _price(definition, currency)
    fault = next(_faults(definition, row, category, price), "")
    effective = days.of_period(definition.get("effectivePeriod", {}))
    return Fee(None if fault else price, currency, category or "", effective, fault)


CONDITIONS = ("applicability", "instance", "jurisdiction", "useContext")
"""What a price may depend on, and is not judged."""
READ = ("experimental", "effectivePeriod", "propertyGroup")
"""The elements in which every value counts."""


def _faults(definition: Resource, row: str, category: str | None, price: Decimal | None) -> Iterator[str]:
    """The FHIRPath of each element by which the price may be another, or of another service."""
    yield from modifiers.unknown(definition)
    yield from _conditions(definition)
    counting = {name: value for name, value in definition.items() if name.removeprefix("_") in READ}
    yield from modifiers.unsaid(counting, _ROOT)
    found = {"code": not _is_for(definition, row), "extension": category is None, "propertyGroup": price is None}
    yield from (f"{_ROOT}.{name}" for name, fault in found.items() if fault)


_ROOT = "ChargeItemDefinition"


def _conditions(definition: Resource) -> Iterator[str]:
    yield from (f"{_ROOT}.{name}" for name in CONDITIONS if name in definition)
    for place, group in enumerate(definition.get("propertyGroup", ())):
        if "applicability" in group:
            yield f"{_ROOT}.propertyGroup[{place}].applicability"


def _is_for(definition: Resource, row: str) -> bool:
    """Whether a definition is for the code of a row, which it need not say again."""
    stated = {*vocabulary.codes(definition.get("code", {}), *PROCEDURES)}
    return not stated or row.partition("-")[0] in stated


def _category(definition: Resource) -> str | None:
    """The service category that a definition states, empty for none; None where that is not understood."""
    try:
        stated = vocabulary.extension(
            definition, vocabulary.SERVICE_CATEGORY, "valueCodeableConcept", "ChargeItemDefinition"
        )
    except Unprocessable:
        return None
    return "" if stated is None else vocabulary.sole(stated, vocabulary.SERVICE_TYPE) or None


def _price(definition: Resource, currency: str) -> Decimal | None:
    """The only price of a definition, where it has one in the currency."""
    groups = definition.get("propertyGroup", ())
    components = [
        one for group in groups for one in group.get("priceComponent", ()) if one.get("type") != "informational"
    ]
    if len(components) != 1 or components[0].get("type") != "base" or "factor" in components[0]:
        return None
    amount = components[0].get("amount", {})
    price = money.computable(amount["value"]) if "value" in amount and amount.get("currency") == currency else None
    return None if price is None or price < 0 else price
