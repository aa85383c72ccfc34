"""What an InsurancePlan promises, read into one value.

| read from | meaning |
|---|---|
| `InsurancePlan.period` | when these rules hold |
| extension `plan-year-start` | a day on which a plan year begins; without it, see `plan_years` |
| `InsurancePlan.network`, `plan.network` | the Organizations that are its networks |
| `plan.generalCost`: `type` `deductible` or `out-of-pocket-maximum`, `cost` | a yearly amount, one for both networks |
| `plan.generalCost.groupSize` | absent or 1: each member's amount; more: the family's; of both the lesser counts |
| `plan.specificCost.benefit.type` | the service category (X12 service type code) |
| `...benefit.cost`: `type` `copay` or `copay-percent`, `value` | the amount or percentage that the member pays |
| `...benefit.cost.applicability` | the network it holds in, without it both; one without any cost is not covered |
| `...benefit.cost.qualifiers` `after-deductible` | the deductible comes before all costs of a service in a network |
| `coverage.benefit` extension `authorization-required` | prior authorization for its `type`, a service category |
| `coverage.benefit.limit` of code `visit` | visits a plan year for its `type`; in `visits`, or UCUM's `{visits}` |
| `plan` extension `fee-schedule` | the identifier system of the ChargeItemDefinitions that have its fees |

`copay`, `copay-percent`, `deductible`, `visit` are of HL7's benefit-type system, `out-of-pocket-maximum` of ours. An
amount is a Money or a Quantity of system urn:iso:std:iso:4217; a percentage a Quantity with code or unit `%`. What
cannot be read is refused with its FHIRPath, never guessed, and so is what `conditions` names.
Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from operations.billing import conditions, coverage, days, modifiers, money, plan_years, vocabulary
from operations.billing.money import Money
from operations.billing.plan import NETWORKS, Cost, Plan, Service, Yearly
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource


def read(plan: Resource, family: Sequence[Resource] = ()) -> Plan:
    """The rules of an InsurancePlan, by which others of the `family` came before or after.

    Raises Unprocessable for what cannot be read.
    """
    for one in (plan, *family):
        _understood(one)
    for path, problem in conditions.of(plan):
        raise Unprocessable(problem, expression=path)
    if len(plan.get("plan", ())) != 1:
        raise Unprocessable("exactly one plan is expected", expression="InsurancePlan.plan")
    (terms,) = plan["plan"]
    services = _services(plan, terms)
    yearly = {code: _yearly(terms, code) for code in ("deductible", "out-of-pocket-maximum")}
    return Plan(
        name=plan.get("name", ""),
        currency=_currency([*_amounts(services, yearly)]),
        deductible=yearly["deductible"],
        out_of_pocket=yearly["out-of-pocket-maximum"],
        services=services,
        networks=_networks_of(plan, terms),
        fee_schedule=_fee_schedule(terms),
        anniversary=plan_years.begins(plan),
        period=days.of_period(plan.get("period", {})),
        held=plan_years.held(plan, family),
    )


def _understood(rules: Resource) -> None:
    for path in modifiers.unknown(rules):
        problem = f"this may change the meaning of the rest of InsurancePlan/{rules['id']}, and is not understood"
        raise Unprocessable(problem, expression=path)


def _networks_of(plan: Resource, terms: Json) -> tuple[str, ...]:
    """The networks of a plan; one that is within it is that of no affiliation, whatever both call it."""
    found = [coverage.reference(one) for one in (*plan.get("network", ()), *terms.get("network", ()))]
    return tuple(one for one in found if not one.startswith("#"))


def _fee_schedule(terms: Json) -> str:
    path = "InsurancePlan.plan[0]"
    found = vocabulary.extension(terms, vocabulary.FEE_SCHEDULE, "valueUri", path)
    if found is None:
        raise Unprocessable("the fee schedule is required", expression=f"{path}.extension")
    return str(found)


def _amounts(services: Mapping[str, Service], yearly: Mapping[str, Yearly]) -> Iterator[Money]:
    for one in yearly.values():
        yield from (amount for amount in (one.individual, one.family) if amount)
    for service in services.values():
        yield from (cost.copay for cost in service.costs.values() if cost.copay)


def _currency(amounts: list[Money]) -> str:
    found = {amount.currency for amount in amounts}
    if len(found) != 1:
        problem = "is of more than one currency" if found else "states no amount, so its currency is not known"
        raise Unprocessable(f"the plan {problem}", expression="InsurancePlan.plan[0]")
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
        found[unit] = _charged(cost.get("cost", {}), f"{path}.cost")
    return Yearly(found.get("individual"), found.get("family"))


def _kind(type_: Json, path: str) -> str:
    found = vocabulary.sole(type_, vocabulary.BENEFIT_TYPE, vocabulary.BENEFIT_TYPE_OURS)
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
        authorization = vocabulary.extension(benefit, vocabulary.AUTHORIZATION_REQUIRED, "valueBoolean", path)
        promised[category] = Service(category, costs.get(category, {}), bool(authorization), _visits(benefit, path))
    return {**{category: Service(category, one) for category, one in costs.items()}, **promised}


def _benefits(groups: Json, path: str) -> Iterator[tuple[str, Json]]:
    for outer, group in enumerate(groups):
        for inner, benefit in enumerate(group.get("benefit", ())):
            yield f"{path}[{outer}].benefit[{inner}]", benefit


def _category(benefit: Json, path: str, known: Mapping[str, object]) -> str:
    found = vocabulary.sole(benefit["type"], vocabulary.SERVICE_TYPE)
    if not found or found in known:
        problem = "is given twice" if found else "is not one service type code"
        raise Unprocessable(f"the service category {problem}", expression=f"{path}.type")
    return found


def _costs(benefit: Json, path: str) -> Mapping[str, Cost]:
    listed = [(f"{path}.cost[{place}]", cost) for place, cost in enumerate(benefit.get("cost", ()))]
    found = {network: [(at, one) for at, one in listed if network in _networks(one, at)] for network in NETWORKS}
    return {network: _cost(costs) for network, costs in found.items() if costs}


def _networks(cost: Json, path: str) -> tuple[str, ...]:
    """The networks that a cost holds in."""
    if "applicability" not in cost:
        return NETWORKS
    said = vocabulary.sole(cost["applicability"], vocabulary.APPLICABILITY)
    if said not in NETWORKS:
        raise Unprocessable("a cost holds in network or out of it", expression=f"{path}.applicability")
    return (said,)


def _cost(costs: list[tuple[str, Json]]) -> Cost:
    values: dict[str, Money | Decimal] = {}
    for path, cost in costs:
        kind = vocabulary.sole(cost["type"], vocabulary.BENEFIT_TYPE)
        if kind not in _READERS or kind in values:
            raise Unprocessable("this cost is not understood, or given twice", expression=f"{path}.type")
        values[kind] = _READERS[kind](cost.get("value", {}), f"{path}.value")
    copay, percent = values.get("copay"), values.get("copay-percent")
    return Cost(
        copay if isinstance(copay, Money) else None, percent if isinstance(percent, Decimal) else None, _late(costs)
    )


def _late(costs: list[tuple[str, Json]]) -> bool:
    """Whether the deductible comes before the costs of a service: a copay before it and a percentage after it, or the
    other way round, is no order that adjudication knows.
    """
    found = [_after_deductible(cost, path) for path, cost in costs]
    for (path, _), late in zip(costs, found, strict=True):
        if late is not found[0]:
            problem = "the deductible comes before all costs of a service in a network, or before none"
            raise Unprocessable(problem, expression=f"{path}.qualifiers")
    return found[0]


def _after_deductible(cost: Json, path: str) -> bool:
    qualifiers = [vocabulary.sole(one, vocabulary.QUALIFIER) for one in cost.get("qualifiers", ())]
    if any(one != "after-deductible" for one in qualifiers):
        raise Unprocessable("this qualifier is not understood", expression=f"{path}.qualifiers")
    return bool(qualifiers)


def _amount(value: Json, path: str) -> Money:
    if value.get("system") != vocabulary.ISO_4217 or "comparator" in value:
        raise Unprocessable("an amount of money is expected", expression=path)
    return _charged({"value": value.get("value"), "currency": value.get("code")}, path)


def _charged(value: Json, path: str) -> Money:
    """An amount that a member pays, which is never below zero."""
    found = money.parse(value, path)
    if found.minor < 0:
        raise Unprocessable("the amount is below zero", expression=f"{path}.value")
    return found


def _percent(value: Json, path: str) -> Decimal:
    exact = money.computable(value["value"]) if "value" in value else None
    stated = "%" in (value.get("code"), value.get("unit")) and "comparator" not in value
    if not stated or exact is None or not 0 <= exact <= 100:
        raise Unprocessable("a percentage from 0 to 100 is expected", expression=path)
    return exact


_READERS: Mapping[str, Callable[[Json, str], Money | Decimal]] = {"copay": _amount, "copay-percent": _percent}


def _visits(benefit: Json, path: str) -> int | None:
    limits = [(f"{path}.limit[{place}]", one) for place, one in enumerate(benefit.get("limit", ()))]
    if not limits:
        return None
    at, limit = limits[0]
    kind = vocabulary.sole(limit.get("code", {}), vocabulary.BENEFIT_TYPE)
    found = _counted(limit.get("value", {}))
    if len(limits) > 1 or kind != "visit" or found is None:
        raise Unprocessable("only one limit is understood, a whole number of visits", expression=at)
    return found


def _counted(value: Json) -> int | None:
    """A Quantity of visits; None for any other."""
    number, coded = value.get("value"), (value.get("system"), value.get("code"))
    understood = value.get("unit", "visits") in ("visit", "visits") and coded in _VISITS and "comparator" not in value
    return number if understood and isinstance(number, int) and 0 <= number <= _MOST else None


_VISITS = ((None, None), (vocabulary.UCUM, "{visit}"), (vocabulary.UCUM, "{visits}"))
"""System and code of a Quantity that counts visits."""
_MOST = 2**31 - 1
"""The largest integer of FHIR: an answer to an eligibility request says the limit."""
