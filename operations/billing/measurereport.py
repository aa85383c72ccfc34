"""A report of measures as a MeasureReport: a group a measure, a stratum a group.

Numbers are exact in the populations; only a score is rounded, half-even, to the places of its unit. A score that a zero
denominator leaves without a value is absent, and says so.
Source: http://hl7.org/fhir/R4/measurereport.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from operations.billing import questions, vocabulary
from operations.billing.currencies import PLACES
from operations.billing.days import Days
from operations.billing.measure import Measure, Part, Ratio
from server.fhir.resource import Resource

DIGITS: Mapping[str, int] = {"1": 4, "d": 2}
"""The decimal places of a score by its unit; a sum is not rounded."""


def report(
    measures: Sequence[Measure], period: Days, group_by: str, date: str, names: Mapping[str, str] | None = None
) -> Resource:
    """The MeasureReport; `date` is a FHIR dateTime, `names` has what a group, a relative reference, is shown as."""
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": vocabulary.REVENUE_CYCLE,
        "date": date,
        "period": {"start": period.first.isoformat(), "end": period.last.isoformat()},
        "group": [_group(measure, group_by, names or {}) for measure in measures],
    }


def score(measure: Measure, ratio: Ratio) -> Decimal | None:
    """The value of a numerator and denominator as it is shown."""
    exact = measure.value(ratio)
    if exact is None or not measure.unit:
        return None if exact is None else ratio.numerator.amount
    digits = DIGITS[measure.unit]
    return Decimal(round(exact * 10**digits)).scaleb(-digits)


def _group(measure: Measure, group_by: str, names: Mapping[str, str]) -> Resource:
    strata = [
        {"value": _value(group_by, name, names), **_measured(measure, ratio)} for name, ratio in measure.groups.items()
    ]
    stratifier = {"code": [{"text": group_by}], "stratum": strata}
    return {
        "code": vocabulary.concept(vocabulary.REVENUE_MEASURE, measure.code),
        **_measured(measure, measure.whole),
        **({"stratifier": [stratifier]} if strata else {}),
    }


def _measured(measure: Measure, ratio: Ratio) -> Resource:
    return {"population": [*_populations(measure, ratio)], "measureScore": _score(measure, ratio)}


def _populations(measure: Measure, ratio: Ratio) -> Iterator[Resource]:
    if ratio.denominator is None:
        yield _population("measure-population", measure, ratio.numerator)
    else:
        yield _population("numerator", measure, ratio.numerator)
        yield _population("denominator", measure, ratio.denominator)


def _population(code: str, measure: Measure, part: Part) -> Resource:
    amount = {"url": vocabulary.POPULATION_AMOUNT, "valueMoney": _money(measure, part)}
    return {
        **({} if measure.unit == "1" else {"extension": [amount]}),
        "code": vocabulary.concept(vocabulary.MEASURE_POPULATION, code),
        "count": part.count,
    }


def _money(measure: Measure, part: Part) -> Resource:
    return {"value": part.amount, **({"currency": measure.currency} if measure.currency else {})}


def _score(measure: Measure, ratio: Ratio) -> Resource:
    value = score(measure, ratio)
    if value is None:
        return {"extension": [{"url": vocabulary.ABSENT, "valueCode": "not-applicable"}]}
    return {"value": value, **_unit(measure)}


def _unit(measure: Measure) -> Resource:
    if measure.unit:
        return {"system": vocabulary.UCUM, "code": measure.unit}
    return {"system": vocabulary.ISO_4217, "code": measure.currency} if measure.currency in PLACES else {}


def _value(group_by: str, name: str, names: Mapping[str, str]) -> Resource:
    """What a group is called, and which it is: two may be called the same."""
    if not name:
        return {**vocabulary.concept(vocabulary.ABSENT_CODES, "unknown"), "text": "not stated"}
    which = {"url": vocabulary.STRATUM_VALUE, "valueReference": {"reference": name}}
    return {**({"extension": [which]} if group_by in questions.BY_REFERENCE else {}), "text": names.get(name, name)}
