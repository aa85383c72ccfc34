"""Rules on what was billed before, in earlier claims or in this one.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from operations.billing import coverage, days, readable, vocabulary
from operations.billing.case import Case
from operations.billing.days import Days
from operations.billing.fees import PROCEDURES
from operations.billing.rules.rule import Finding, Rule, told
from server.fhir.resource import Json, Resource

Service: TypeAlias = tuple[Days | None, str, tuple[str, ...]]
Line: TypeAlias = tuple[Resource, Json]
"""An EOB, and a line of it."""


def _duplicate(case: Case) -> Iterable[Finding]:
    """A line is a duplicate when days, code and modifiers are those of a posted line of the provider or encounter."""
    billed: dict[Service, list[Line]] = {}
    for claim in case.earlier:
        for item in claim["item"] if claim["status"] == "active" else ():
            billed.setdefault(_service(item), []).append((claim, item))
    yield from told(_billed(case, path, item, billed) for path, item in case.lines)


def _billed(case: Case, path: str, item: Json, billed: Mapping[Service, Sequence[Line]]) -> Iterator[Finding]:
    before = billed.get(_service(item), ()) if days.serviced(item) is not None else ()
    if any(_of_one(case, item, *one) for one in before):
        yield path, "this service has been billed before"


def _of_one(case: Case, item: Json, earlier: Resource, before: Json) -> bool:
    """Whether two lines are of one encounter, or of providers that may be the same."""
    encounters = [{coverage.reference(ref) for ref in one.get("encounter", ())} - {""} for one in (item, before)]
    return not encounters[0].isdisjoint(encounters[1]) or case.actor(case.claim).same(case.actor(earlier))


def _repeated(case: Case) -> Iterable[Finding]:
    """Two lines of a claim differ, if only by a modifier that says the service was given again."""
    known: set[Service] = set()
    for path, service in readable.each(lambda line: (line[0], _service(line[1])), case.lines):
        if service in known:
            yield path, "this service is on the claim twice; a modifier says when it was given again"
        known.add(service)


def _service(item: Json) -> Service:
    return days.serviced(item), vocabulary.code(item["productOrService"], *PROCEDURES), _modifiers(item)


def _modifiers(item: Json) -> tuple[str, ...]:
    return tuple(sorted(vocabulary.code(one, *PROCEDURES) for one in item.get("modifier", ())))


RULES = (
    Rule("duplicate", "duplicate", _duplicate),
    Rule("line-repeated", "duplicate", _repeated),
)
