"""The rules of a plan, as values; `benefits` reads them from an InsurancePlan.

Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from operations.billing import days
from operations.billing.days import Days
from operations.billing.money import Money

IN_NETWORK, OUT_OF_NETWORK = "in-network", "out-of-network"
NETWORKS = (IN_NETWORK, OUT_OF_NETWORK)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a member pays for a service in one network."""

    copay: Money | None = None
    coinsurance: Decimal | None = None
    after_deductible: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What is promised for one service category; `visits` None is without limit."""

    category: str
    costs: Mapping[str, Cost] = field(default_factory=dict)
    authorization: bool = False
    visits: int | None = None


@dataclass(frozen=True, slots=True)
class Yearly:
    """A yearly amount for each member and for the family; None where the plan sets none."""

    individual: Money | None = None
    family: Money | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of a plan.

    `anniversary` is a day on which a plan year begins, `period` when these rules hold, `held` the days around it on
    which years begin so, whatever the rules were.
    """

    name: str
    currency: str
    deductible: Yearly
    out_of_pocket: Yearly
    services: Mapping[str, Service]
    networks: tuple[str, ...]
    fee_schedule: str
    anniversary: date
    period: Days = days.ALWAYS
    held: Days = days.ALWAYS

    def year(self, day: date) -> Days:
        """The plan year of a day; a year that begins on another day than the one before cuts that short."""
        return days.common(days.year_from(day, self.anniversary), self.held)

    def service(self, category: str) -> Service:
        """What is promised for a service category; nothing for one that the plan does not name."""
        return self.services.get(category, Service(category))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the payer judges by: the plan, and the network the provider is in. That cover is in force is scrubbed."""

    plan: Plan
    network: str
