"""Money as this server computes it: whole minor units of one currency, exact.

Amounts finer than the currency's minor unit are refused with their FHIRPath. Prices and factors may be finer;
`rounded` is the one place where digits are dropped, and it is called once, at the line.

Source: http://hl7.org/fhir/R4/datatypes.html#Money
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation

from operations.billing.currencies import PLACES
from server.fhir.errors import Unprocessable
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

DIGITS, EXPONENT = 18, 30
"""Decimals with more digits, or a larger exponent either way, are never computed with."""

LARGEST = 10**15
"""An amount has at most so many minor units, so that sums of thousands stay whole numbers of 64 bits."""

_wide = Context(prec=250)
"""Room for the exact product of a quantity, a price, a factor and a percentage, each as wide as may be."""
_exact = Context(prec=250, traps=[Inexact, InvalidOperation])


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


class Unbalanced(ArithmeticError):
    """A sum does not come out: a fault of this server, never of a request."""


@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units of a currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{other.currency} does not add to {self.currency}")
        return other


def zero(currency: str) -> Money:
    """Nothing, in a currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts that are all of the currency."""
    return sum(amounts, zero(currency))


def parse(value: Json, expression: str) -> Money:
    """A FHIR Money exactly; raises Unprocessable with its FHIRPath when it cannot be minor units of a currency."""
    found = read(value, expression)
    if isinstance(found, Issue):
        raise Unprocessable(found.diagnostics, issues=[found])
    return found


def read(value: Json, expression: str) -> Money | Issue:
    """A FHIR Money exactly, or what is wrong with it."""
    amount, currency = value.get("value"), value.get("currency")
    if amount is None or currency is None:
        return Issue("error", "required", "an amount needs a value and a currency", expression)
    if currency not in PLACES:
        return Issue("error", "code-invalid", "the currency is none of ISO 4217's", f"{expression}.currency")
    exact = computable(amount)
    if exact is None:
        return Issue("error", "value", f"an amount has at most {DIGITS} digits", f"{expression}.value")
    minor = exact.scaleb(PLACES[currency], _wide)
    if minor != minor.to_integral_value():
        text = f"{currency} has {PLACES[currency]} decimal places, the amount has more"
        return Issue("error", "value", text, f"{expression}.value")
    if abs(minor) > LARGEST:
        return Issue("error", "value", "the amount is larger than any this server computes with", f"{expression}.value")
    return Money(int(minor), currency)


def computable(value: Decimal | int) -> Decimal | None:
    """The number, unless it has more digits or a larger exponent than is ever computed with."""
    exact = Decimal(value)
    _, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int) or len(digits) > DIGITS or abs(exponent) > EXPONENT:
        return None
    return exact


def rounded(amount: Decimal, currency: str) -> Money:
    """The nearest whole minor units of an amount in major units, a tie to the even one (half-even)."""
    minor = amount.scaleb(PLACES[currency], _wide)
    return Money(int(minor.quantize(Decimal(1), ROUND_HALF_EVEN, _wide)), currency)


def product(*factors: Decimal | int) -> Decimal:
    """The exact product of numbers that may be computed with."""
    result = Decimal(1)
    for factor in factors:
        result = _exact.multiply(result, Decimal(factor))
    return result


def percentage(amount: Money, percent: Decimal) -> Money:
    """So many per cent of an amount, rounded half-even."""
    return rounded(product(decimal(amount), percent, Decimal("0.01")), amount.currency)


def decimal(amount: Money) -> Decimal:
    """The amount in major units, with the decimal places of its currency."""
    return Decimal(amount.minor).scaleb(-PLACES[amount.currency], _wide)


def element(amount: Money) -> Resource:
    """The FHIR Money of an amount."""
    return {"value": decimal(amount), "currency": amount.currency}


def text(amount: Money) -> str:
    """The amount for a reader, for example `72.50 USD`."""
    return f"{decimal(amount)} {amount.currency}"
