"""The lines of a claim as adjudication sees them.

A line's service category is what the fee schedule says its code is, else what it states, else medical care: what a
service is, is for the payer to say.
Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from operations.billing import accumulators, days, money
from operations.billing.currencies import PLACES
from operations.billing.fees import Fee, Schedule
from operations.billing.money import Money
from server.fhir.resource import Json, Resource

MEDICAL_CARE = "1"
"""The service type code of a line of which neither claim nor schedule says more."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A claim's line as adjudication sees it: `category` is its service category, `fee` what the schedule has."""

    sequence: int
    day: date
    category: str
    quantity: Decimal
    submitted: Money
    fee: Fee | None
    authorized: bool = False

    @property
    def allowed(self) -> Money:
        """Its fee or what is charged, whichever is less; nothing without a fee."""
        fee = self.fee.times(self.quantity) if self.fee else money.zero(self.submitted.currency)
        return min(self.submitted, fee)


def of_claim(claim: Resource, schedule: Schedule) -> tuple[Charge, ...]:
    """The lines of a scrubbed claim."""
    given = [reference for one in claim["insurance"] if one["focal"] for reference in one.get("preAuthRef", ())]
    authorized = any(reference for reference in given)
    return tuple(_charge(item, place, schedule, authorized) for place, item in enumerate(claim["item"]))


def net(item: Json, path: str) -> Money:
    """What a line comes to: its net, else quantity x unit price x factor rounded once; raises Unprocessable."""
    if "net" in item:
        return money.parse(item["net"], f"{path}.net")
    price = item.get("unitPrice", {})
    return money.rounded(price_of(item), price["currency"])


def known(item: Json, path: str) -> Money | None:
    """What a line comes to, where that can be told."""
    if "net" in item:
        found = money.read(item["net"], f"{path}.net")
        return found if isinstance(found, Money) else None
    return net(item, path) if computes(item) else None


def price_of(item: Json) -> Decimal:
    """Quantity x unit price x factor, exact; what is not stated is one."""
    return money.product(quantity(item), item["unitPrice"]["value"], item.get("factor", 1))


def computes(item: Json) -> bool:
    """Whether quantity, unit price and factor can be multiplied: all are there or one, and above zero."""
    price = item.get("unitPrice", {})
    counts = (number(item.get("quantity", {"value": 1}).get("value")), number(item.get("factor", 1)))
    known = price.get("currency") in PLACES and number(price.get("value")) is not None
    return known and all(count is not None and count > 0 for count in counts)


def number(value: Json) -> Decimal | None:
    """A number that may be computed with; None for any other, or none."""
    return None if value is None else money.computable(value)


def quantity(item: Json) -> Decimal:
    """The quantity of a line; one where it is not stated."""
    return Decimal(item.get("quantity", {}).get("value", 1))


def total(claim: Resource) -> Money:
    """The sum of a scrubbed claim's lines."""
    nets = [net(item, f"Claim.item[{place}]") for place, item in enumerate(claim["item"])]
    return money.total(nets, nets[0].currency)


def _charge(item: Json, place: int, schedule: Schedule, authorized: bool) -> Charge:
    serviced = days.serviced(item)
    if serviced is None:
        raise ValueError("a scrubbed line has a day")
    fee = schedule.fee(item, serviced.first)
    category = (fee.category if fee else "") or accumulators.category_of(item) or MEDICAL_CARE
    submitted = net(item, f"Claim.item[{place}]")
    return Charge(item["sequence"], serviced.first, category, quantity(item), submitted, fee, authorized)
