"""The example claims, and what the tests read of what is decided about them."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources

from conformance_tests.interactions.serving import Service, body
from server.fhir import codec
from server.fhir.resource import Json, Resource

CASH = "http://terminology.hl7.org/CodeSystem/payment-type"


def claim(name: str) -> Resource:
    """An example claim, without an id."""
    return codec.decode_resource(resources.files("examples").joinpath(f"claims/{name}.json").read_bytes())


async def submitted(server: Service, given: Resource) -> Resource:
    """The ClaimResponse of a claim that is taken."""
    answer = await server.post("Claim/$submit", given)
    assert answer.status_code == 200, answer.text
    return body(answer)


def amounts(resource: Resource) -> dict[str, Decimal]:
    """The totals of a ClaimResponse or EOB by the code of their category."""
    return {one["category"]["coding"][0]["code"]: Decimal(one["amount"]["value"]) for one in resource["total"]}


async def all_of(server: Service, query: str) -> list[Resource]:
    """The resources that a search finds."""
    found = body(await server.get(query))
    return [entry["resource"] for entry in found.get("entry", ())]


async def explanation(server: Service, response: Resource) -> Resource:
    """The EOB of a ClaimResponse."""
    (found,) = await all_of(server, f"ExplanationOfBenefit?claim={response['request']['reference']}")
    return found


def parameters(**values: Json) -> Resource:
    """A Parameters resource; a name gives the type: `valueDate_date`."""
    listed = [{"name": name.partition("_")[2], name.partition("_")[0]: value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": listed}


def payment(*details: tuple[Resource, str], number: str = "EFT-1", **elements: Json) -> Resource:
    """A payment of Larkspur for some claims, by their responses."""
    listed = [
        {
            "type": {"coding": [{"system": CASH, "code": "payment"}]},
            "request": response["request"],
            "response": {"reference": f"ClaimResponse/{response['id']}"},
            "amount": {"value": Decimal(amount), "currency": "USD"},
        }
        for response, amount in details
    ]
    total = sum((Decimal(amount) for _, amount in details), Decimal(0))
    return {
        "resourceType": "PaymentReconciliation",
        "status": "active",
        "created": "2026-11-24",
        "paymentIssuer": {"reference": "Organization/larkspur"},
        "paymentDate": "2026-11-24",
        "paymentAmount": {"value": total, "currency": "USD"},
        "paymentIdentifier": {"value": number},
        "detail": listed,
        **elements,
    }


async def mended(server: Service, path: str, **changes: Json) -> Resource:
    """The resource after some elements were changed, or taken away where they are None."""
    changed = {**body(await server.get(path)), **changes}
    given = {name: value for name, value in changed.items() if value is not None}
    answer = await server.put(path, given)
    assert answer.status_code == 200, answer.text
    return given


async def another(server: Service, path: str, id_: str, **changes: Json) -> Resource:
    """A new resource like the one at a path, but for its id and some elements."""
    given = {**body(await server.get(path)), "id": id_, **changes}
    answer = await server.put(f"{given['resourceType']}/{id_}", given)
    assert answer.status_code == 201, answer.text
    return given
