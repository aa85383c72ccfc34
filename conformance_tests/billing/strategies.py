"""Plans, charges and consumption that Hypothesis draws."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from conformance_tests.billing import plans
from operations.billing import days
from operations.billing.accumulators import Accumulators, Used
from operations.billing.charges import Charge
from operations.billing.fees import Fee
from operations.billing.money import Money
from operations.billing.plan import NETWORKS, Cost, Plan, Service, Yearly

CATEGORIES = ("98", "5", "62")
_days = st.integers(0, 3).map(lambda number: date(2026, 3, 1) + timedelta(number))
_percents = st.integers(0, 1000).map(lambda number: Decimal(number).scaleb(-1))


def amounts(most: int = 100_000) -> st.SearchStrategy[Money]:
    """Dollars of any whole number of cents."""
    return st.integers(0, most).map(lambda minor: Money(minor, "USD"))


costs = st.builds(Cost, st.none() | amounts(10_000), st.none() | _percents, st.booleans())
yearly = st.builds(Yearly, st.none() | amounts(), st.none() | amounts())
used = st.builds(Used, amounts(), amounts())


@st.composite
def services(draw: st.DrawFn, category: str) -> Service:
    """What a plan may promise for a category; nothing in a network, sometimes."""
    networks = draw(st.sets(st.sampled_from(NETWORKS)))
    return Service(
        category,
        {network: draw(costs) for network in networks},
        draw(st.booleans()),
        draw(st.none() | st.integers(0, 3)),
    )


@st.composite
def any_plan(draw: st.DrawFn) -> Plan:
    """A plan that promises something for some categories."""
    named = draw(st.sets(st.sampled_from(CATEGORIES)))
    return plans.plan({one: draw(services(one)) for one in sorted(named)}, draw(yearly), draw(yearly))


terms = st.builds(plans.terms, any_plan(), st.sampled_from(NETWORKS))


@st.composite
def any_charge(draw: st.DrawFn, sequence: int = 1) -> Charge:
    """A charge with a price that may be finer than a cent, or with none."""
    category = draw(st.sampled_from(CATEGORIES))
    price = draw(st.none() | st.integers(0, 2_000_000).map(lambda number: Decimal(number).scaleb(-3)))
    fee = None if price is None else Fee(price, "USD", category, days.ALWAYS)
    quantity = Decimal(draw(st.integers(1, 40))).scaleb(-1)
    return Charge(sequence, draw(_days), category, quantity, draw(amounts()), fee, draw(st.booleans()))


@st.composite
def charges(draw: st.DrawFn, most: int = 6) -> tuple[Charge, ...]:
    """The lines of a claim."""
    return tuple(draw(any_charge(sequence)) for sequence in range(1, draw(st.integers(1, most)) + 1))


@st.composite
def accumulators(draw: st.DrawFn) -> Accumulators:
    """What may be consumed of a plan year."""
    return Accumulators(plans.YEAR, draw(used), draw(used))
