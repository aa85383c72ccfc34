"""`$report`: the measures of the revenue cycle over a period.

Source: http://hl7.org/fhir/R4/measurereport.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from operations import moments, records
from operations.billing import days, measurereport, measuretable, metrics, questions
from operations.billing.days import Days
from operations.billing.measure import Measure
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.interactions.replies import of_resource
from server.interactions.request import CSV, Reply


async def run(engine: Engine, call: Call) -> Reply:
    """The MeasureReport, or the same as CSV."""
    period = Days(days.of_date(call.one("start")).first, days.of_date(call.one("end")).last)
    group_by = call.one("group-by", "")
    asked = questions.queries(period, group_by, moments.today(engine, call))
    answers = {name: await engine.store.sum_facts(query) for name, query in asked.items()}
    measures = metrics.measures(answers, period, group_by)
    names = await _names(engine, measures) if group_by in questions.BY_REFERENCE else {}
    if call.request.format == CSV:
        return Reply(200, measuretable.text(measures, group_by, names).encode(), media=CSV)
    return of_resource(measurereport.report(measures, period, group_by, moments.created(engine, call), names))


async def _names(engine: Engine, measures: Sequence[Measure]) -> Mapping[str, str]:
    """What the payers or providers of the groups are called."""
    groups = dict.fromkeys(name for measure in measures for name in measure.groups)
    found = await records.by_reference(engine, groups)
    return {key: name for key, one in found.items() if (name := _name(one.resource))}


def _name(one: Resource) -> str:
    """The name of an Organization, or the first of a Practitioner."""
    name = one.get("name", "")
    return name if isinstance(name, str) else next((_whole(part) for part in name), "")


def _whole(name: Resource) -> str:
    parts: Iterable[str] = [*name.get("prefix", ()), *name.get("given", ()), name.get("family", "")]
    return name.get("text") or " ".join(part for part in parts if part)
