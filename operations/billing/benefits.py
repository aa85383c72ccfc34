"""What an InsurancePlan promises, read into one value.

| read from | meaning |
|---|---|
| `InsurancePlan.period.start` | the plan year begins on its anniversary; without it on 1 January |
| `InsurancePlan.network`, `plan.network` | the Organizations that are its networks |
| `plan.generalCost`: `type` `deductible` or `out-of-pocket-maximum`, `cost` | a yearly amount, one for both networks |
| `plan.generalCost.groupSize` | 1 or absent: the amount is each member's; larger: the family's |
| `plan.specificCost.benefit.type` | the service category (X12 service type code) |
| `...benefit.cost`: `type` `copay` or `copay-percent`, `value` | the amount or percentage that the member pays |
| `...benefit.cost.applicability` | the network it holds in, without it both; one without any cost is not covered |
| `...benefit.cost.qualifiers` `after-deductible` | the deductible comes before this cost |
| `coverage.benefit` extension `authorization-required` | prior authorization for its `type`, a service category |
| `coverage.benefit.limit` of code `visit` | visits a plan year for its `type` |
| `plan` extension `fee-schedule` | the identifier system of the ChargeItemDefinitions that have its fees |

`copay`, `copay-percent`, `deductible`, `visit` are of HL7's benefit-type system, `out-of-pocket-maximum` of ours. An
amount is a Money or a Quantity of system urn:iso:std:iso:4217; a percentage a Quantity with code or unit `%`. What
cannot be read is refused with its FHIRPath, never guessed.
Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from operations.billing import coverage, days, money, vocabulary
from operations.billing.money import Money
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

IN_NETWORK, OUT_OF_NETWORK = "in-network", "out-of-network"
NETWORKS = (IN_NETWORK, OUT_OF_NETWORK)
_JANUARY = date(2000, 1, 1)


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
    """The rules of a plan; `anniversary` is a day on which a plan year begins."""

    name: str
    currency: str
    deductible: Yearly
    out_of_pocket: Yearly
    services: Mapping[str, Service]
    networks: tuple[str, ...]
    fee_schedule: str
    anniversary: date
    period: days.Days

    def year(self, day: date) -> days.Days:
        """The plan year of a day."""
        return days.year_from(day, self.anniversary)


def read(plan: Resource) -> Plan:
    """The rules of an InsurancePlan; raises Unprocessable for what cannot be read."""
    if len(plan.get("plan", ())) != 1:
        raise Unprocessable("exactly one plan is expected", expression="InsurancePlan.plan")
    (terms,) = plan["plan"]
    services = _services(plan, terms)
    yearly = {code: _yearly(terms, code) for code in ("deductible", "out-of-pocket-maximum")}
    period = plan.get("period", {})
    return Plan(
        name=plan.get("name", ""),
        currency=_currency([*_amounts(services, yearly)]),
        deductible=yearly["deductible"],
        out_of_pocket=yearly["out-of-pocket-maximum"],
        services=services,
        networks=tuple(coverage.reference(one) for one in (*plan.get("network", ()), *terms.get("network", ()))),
        fee_schedule=_fee_schedule(terms),
        anniversary=days.of_date(period["start"]).first if "start" in period else _JANUARY,
        period=days.of_period(period),
    )


def _fee_schedule(terms: Json) -> str:
    found: str = vocabulary.extension(terms, vocabulary.FEE_SCHEDULE).get("valueUri", "")
    if not found:
        raise Unprocessable("the fee schedule is required", expression="InsurancePlan.plan[0].extension")
    return found


def _amounts(services: Mapping[str, Service], yearly: Mapping[str, Yearly]) -> Iterator[Money]:
    for one in yearly.values():
        yield from (amount for amount in (one.individual, one.family) if amount)
    for service in services.values():
        yield from (cost.copay for cost in service.costs.values() if cost.copay)


def _currency(amounts: list[Money]) -> str:
    found = {amount.currency for amount in amounts}
    if len(found) != 1:
        raise Unprocessable("the amounts of a plan are of one currency", expression="InsurancePlan.plan[0]")
    return found.pop()


def _yearly(terms: Json, kind: str) -> Yearly:
    found: dict[str, Money] = {}
    for place, cost in enumerate(terms.get("generalCost", ())):
        path = f"InsurancePlan.plan[0].generalCost[{place}]"
        if _kind(cost.get("type", {}), path) != kind:
            continue
        unit = "family" if cost.get("groupSize", 1) > 1 else "individual"
        if unit in found:
            raise Unprocessable(f"the {unit} {kind} is given twice", expression=path)
        found[unit] = money.parse(cost.get("cost", {}), f"{path}.cost")
    return Yearly(found.get("individual"), found.get("family"))


def _kind(type_: Json, path: str) -> str:
    found = vocabulary.code(type_, vocabulary.BENEFIT_TYPE, vocabulary.BENEFIT_TYPE_OURS)
    if found not in ("deductible", "out-of-pocket-maximum"):
        raise Unprocessable("this yearly amount is not understood", expression=f"{path}.type")
    return found


def _services(plan: Resource, terms: Json) -> Mapping[str, Service]:
    costs: dict[str, Mapping[str, Cost]] = {}
    for path, benefit in _benefits(terms.get("specificCost", ()), "InsurancePlan.plan[0].specificCost"):
        costs[_category(benefit, path, costs)] = _costs(benefit, path)
    promised: dict[str, Service] = {}
    for path, benefit in _benefits(plan.get("coverage", ()), "InsurancePlan.coverage"):
        category = _category(benefit, path, promised)
        authorization = vocabulary.extension(benefit, vocabulary.AUTHORIZATION_REQUIRED).get("valueBoolean", False)
        promised[category] = Service(category, costs.get(category, {}), authorization, _visits(benefit, path))
    return {**{category: Service(category, one) for category, one in costs.items()}, **promised}


def _benefits(groups: Json, path: str) -> Iterator[tuple[str, Json]]:
    for outer, group in enumerate(groups):
        for inner, benefit in enumerate(group.get("benefit", ())):
            yield f"{path}[{outer}].benefit[{inner}]", benefit


def _category(benefit: Json, path: str, known: Mapping[str, object]) -> str:
    found = vocabulary.code(benefit["type"], vocabulary.SERVICE_TYPE)
    if not found or found in known:
        problem = "is given twice" if found else "is not a service type code"
        raise Unprocessable(f"the service category {problem}", expression=f"{path}.type")
    return found


def _costs(benefit: Json, path: str) -> Mapping[str, Cost]:
    listed = [(f"{path}.cost[{place}]", cost) for place, cost in enumerate(benefit.get("cost", ()))]
    found = {network: [(at, one) for at, one in listed if _applies(one, network)] for network in NETWORKS}
    return {network: _cost(costs) for network, costs in found.items() if costs}


def _applies(cost: Json, network: str) -> bool:
    said = vocabulary.code(cost.get("applicability", {}), vocabulary.APPLICABILITY)
    return said in ("", network)


def _cost(costs: list[tuple[str, Json]]) -> Cost:
    values: dict[str, Money | Decimal] = {}
    for path, cost in costs:
        kind = vocabulary.code(cost["type"], vocabulary.BENEFIT_TYPE)
        if kind not in _READERS or kind in values:
            raise Unprocessable("this cost is not understood, or given twice", expression=f"{path}.type")
        values[kind] = _READERS[kind](cost.get("value", {}), f"{path}.value")
    copay, percent = values.get("copay"), values.get("copay-percent")
    late = any(_after_deductible(cost) for _, cost in costs)
    return Cost(copay if isinstance(copay, Money) else None, percent if isinstance(percent, Decimal) else None, late)


def _after_deductible(cost: Json) -> bool:
    return any("after-deductible" in vocabulary.codes(one, vocabulary.QUALIFIER) for one in cost.get("qualifiers", ()))


def _amount(value: Json, path: str) -> Money:
    if value.get("system") != vocabulary.ISO_4217:
        raise Unprocessable("an amount of money is expected", expression=path)
    return money.parse({"value": value.get("value"), "currency": value.get("code")}, path)


def _percent(value: Json, path: str) -> Decimal:
    exact = money.computable(value["value"]) if "value" in value else None
    if "%" not in (value.get("code"), value.get("unit")) or exact is None or not 0 <= exact <= 100:
        raise Unprocessable("a percentage from 0 to 100 is expected", expression=path)
    return exact


_READERS: Mapping[str, Callable[[Json, str], Money | Decimal]] = {"copay": _amount, "copay-percent": _percent}


def _visits(benefit: Json, path: str) -> int | None:
    limits = [(f"{path}.limit[{place}]", one) for place, one in enumerate(benefit.get("limit", ()))]
    if not limits:
        return None
    at, limit = limits[0]
    value = limit.get("value", {}).get("value")
    kind = vocabulary.code(limit.get("code", {}), vocabulary.BENEFIT_TYPE)
    if len(limits) > 1 or kind != "visit" or not isinstance(value, int) or value < 0:
        raise Unprocessable("only one limit is understood, a whole number of visits", expression=at)
    return value
