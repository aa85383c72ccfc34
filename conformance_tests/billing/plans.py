"""Plans, terms and charges as values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from conformance_tests.billing.amounts import usd
from operations.billing import days
from operations.billing.charges import Charge
from operations.billing.days import Days
from operations.billing.fees import Fee
from operations.billing.money import Money
from operations.billing.plan import IN_NETWORK, NETWORKS, Cost, Plan, Service, Terms, Yearly

DAY = date(2026, 3, 2)
OFFICE = "98"
YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))


def plan(
    services: Mapping[str, Service], deductible: Yearly | None = None, out_of_pocket: Yearly | None = None
) -> Plan:
    """A plan in dollars whose year is the calendar's."""
    return Plan(
        name="Test",
        currency="USD",
        deductible=deductible or Yearly(),
        out_of_pocket=out_of_pocket or Yearly(),
        services=services,
        networks=("Organization/net",),
        fee_schedule="https://test.example/fees",
        anniversary=date(2020, 1, 1),
    )


def service(cost: Cost, category: str = OFFICE, authorization: bool = False, visits: int | None = None) -> Service:
    """A service that costs the same in both networks."""
    return Service(category, dict.fromkeys(NETWORKS, cost), authorization, visits)


def terms(of: Plan, network: str = IN_NETWORK) -> Terms:
    """The terms of a plan."""
    return Terms(of, network)


def charge(
    submitted: str | Money,
    fee: str | None = None,
    sequence: int = 1,
    day: date = DAY,
    category: str = OFFICE,
    quantity: str = "1",
    authorized: bool = False,
) -> Charge:
    """A charge in dollars; its fee is what is charged unless it is given."""
    amount = usd(submitted) if isinstance(submitted, str) else submitted
    price = Decimal(fee) if fee is not None else Decimal(amount.minor) / 100
    priced = Fee(price, "USD", category, days.ALWAYS)
    return Charge(sequence, day, category, Decimal(quantity), amount, priced, authorized)
