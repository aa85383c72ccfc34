"""What the promises of an InsurancePlan depend on and adjudication does not judge: a plan that says it is refused.

A network that one coverage holds in would have to be that of each authorization and limit; where a service was given
and whether a referral was needed is not known here. A value in whose place an extension stands is as good as said, but
not what it is.
Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from operations.billing import modifiers
from server.fhir.resource import Json, Resource

_AREA = "the plan holds in an area, and where a service was given is not judged"
CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "InsurancePlan": {"coverageArea": _AREA},
    "plan": {"coverageArea": _AREA},
    "coverage": {"network": "a promise that holds in some networks of the plan only is not judged"},
    "benefit": {"requirement": "what a benefit requires beside an authorization is not judged"},
}
"""Kind of element to the names of what it may depend on, and why that is refused."""
READ = ("period", "coverage", "plan")
"""The elements in which every value counts."""


def of(plan: Resource) -> Iterator[tuple[str, str]]:
    """Each condition of a plan: the FHIRPath, and why it is refused in words."""
    for kind, path, element in _elements(plan):
        for name, text in CONDITIONS[kind].items():
            if name in element:
                yield f"{path}.{name}", text
    for path in modifiers.unsaid({name: plan[name] for name in READ if name in plan}, "InsurancePlan"):
        yield path, "the value is not said, and an extension stands in its place"


def _elements(plan: Resource) -> Iterator[tuple[str, str, Json]]:
    yield "InsurancePlan", "InsurancePlan", plan
    yield from _listed("plan", plan, "InsurancePlan")
    for kind, path, group in _listed("coverage", plan, "InsurancePlan"):
        yield kind, path, group
        yield from _listed("benefit", group, path)


def _listed(kind: str, within: Json, path: str) -> Iterator[tuple[str, str, Json]]:
    listed: Sequence[Json] = within.get(kind, ())
    return ((kind, f"{path}.{kind}[{place}]", one) for place, one in enumerate(listed))
