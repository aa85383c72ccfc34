"""Rules on quantities and money: each sum of a claim comes out, exactly.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from operations.billing import charges, money, readable
from operations.billing.case import Case
from operations.billing.currencies import PLACES
from operations.billing.money import Money
from operations.billing.rules.rule import Finding, Rule
from server.fhir.outcome import Issue
from server.fhir.resource import Json


def _exact(case: Case) -> Iterable[Finding]:
    """Net amounts and the total are whole minor units; a unit price may be finer."""
    found = readable.each(lambda one: money.read(one[1], one[0]), _amounts(case))
    yield from ((one.expression, one.diagnostics) for one in found if isinstance(one, Issue))


def _priced(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if "net" not in item and "unitPrice" not in item:
            yield path, "a line needs a net amount or a unit price"


def _prices(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        price = item.get("unitPrice")
        if price is not None and (charges.number(price.get("value")) is None or price.get("currency") not in PLACES):
            yield f"{path}.unitPrice", "a unit price needs a value to compute with and a currency"


def _units(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        quantity = item.get("quantity", {"value": 1})
        units = charges.number(quantity.get("value"))
        if units is None or units <= 0 or "comparator" in quantity:
            yield f"{path}.quantity", "the quantity is an exact number above zero"


def _factor(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        factor = charges.number(item.get("factor", 1))
        if factor is None or factor <= 0:
            yield f"{path}.factor", "the factor is above zero"


def _charge(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        amount = charges.known(item, path)
        if amount is not None and not 0 <= amount.minor <= money.LARGEST:
            yield f"{path}.net", "a line is not billed below zero, nor above all that this server computes with"


def _sum(case: Case) -> Iterable[Finding]:
    """No line is below zero, so what cannot be read makes it no less."""
    nets = [net.minor for net in readable.each(_known, case.lines) if net is not None]
    if sum(nets) > money.LARGEST >= max(nets):
        yield "Claim.item", "the lines come to more than this server computes with"


def _net_comes_out(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        net = money.read(item["net"], path) if "net" in item else None
        if isinstance(net, Money) and charges.computes(item) and _same_currency(item):
            expected = money.rounded(charges.price_of(item), net.currency)
            if net != expected:
                text = f"quantity x unit price x factor is {money.text(expected)}, not {money.text(net)}"
                yield f"{path}.net", text


def _total_comes_out(case: Case) -> Iterable[Finding]:
    nets = [*map(_known, case.lines)]
    stated = money.read(case.claim["total"], "Claim.total") if "total" in case.claim else None
    known = [net for net in nets if net is not None]
    if not isinstance(stated, Money) or len(known) < len(nets) or {net.currency for net in known} != {stated.currency}:
        return
    expected = money.total(known, stated.currency)
    if stated != expected:
        yield "Claim.total", f"the lines come to {money.text(expected)}, not {money.text(stated)}"


def _one_currency(case: Case) -> Iterable[Finding]:
    amounts = (*_amounts(case), *_of_lines(case, "unitPrice"))
    stated = readable.each(lambda one: (one[0], one[1].get("currency")), amounts)
    said = [(path, currency) for path, currency in stated if currency in PLACES]
    expected = case.plan.currency if case.plan else next((currency for _, currency in said), "")
    for path, currency in said:
        if currency != expected:
            yield f"{path}.currency", f"the claim is in {expected}"


def _amounts(case: Case) -> Iterator[tuple[str, Json]]:
    """Net amounts and the total, as far as they can be read, each with its FHIRPath."""
    yield from _of_lines(case, "net")
    if readable.holds(case.claim, "total"):
        yield "Claim.total", case.claim["total"]


def _of_lines(case: Case, name: str) -> Iterator[tuple[str, Json]]:
    return ((f"{path}.{name}", item[name]) for path, item in case.lines if readable.holds(item, name))


def _known(line: tuple[str, Json]) -> Money | None:
    path, item = line
    return charges.known(item, path)


def _same_currency(item: Json) -> bool:
    return bool(item["net"]["currency"] == item["unitPrice"]["currency"])


RULES = (
    Rule("amount-exact", "value", _exact),
    Rule("line-priced", "required", _priced, each="item"),
    Rule("unit-price", "value", _prices, each="item"),
    Rule("units", "value", _units, each="item"),
    Rule("factor", "value", _factor, each="item"),
    Rule("line-charge", "value", _charge, each="item"),
    Rule("claim-charge", "value", _sum),
    Rule("line-net", "business-rule", _net_comes_out, each="item"),
    Rule("claim-total", "business-rule", _total_comes_out),
    Rule("one-currency", "business-rule", _one_currency),
)
