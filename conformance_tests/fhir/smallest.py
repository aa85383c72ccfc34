"""The smallest resource of each type: what is required, and nothing else."""

from __future__ import annotations

from server.fhir.definitions import Definitions, Element
from server.fhir.resource import Json, Resource

VALUES: dict[str, Json] = {
    "base64Binary": "YQ==",
    "boolean": True,
    "canonical": "http://example.org/x",
    "date": "2026-11-24",
    "dateTime": "2026-11-24T10:00:00Z",
    "decimal": 1,
    "id": "a",
    "instant": "2026-11-24T10:00:00Z",
    "integer": 1,
    "positiveInt": 1,
    "unsignedInt": 1,
    "time": "10:00:00",
    "uri": "http://example.org/x",
    "uuid": "urn:uuid:11111111-1111-4111-8111-111111111111",
    "oid": "urn:oid:2.999.1",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
}
"""A value of each primitive type; of the others it is `x`."""


def resource(definitions: Definitions, type: str) -> Resource:
    """The resource, valid by R4's structure and required bindings."""
    return {"resourceType": type, **_members(definitions, type)}


def _members(definitions: Definitions, path: str) -> Resource:
    found: Resource = {}
    for element in definitions.children[path]:
        if element.minimum > 0:
            value = _value(definitions, element)
            found[_name(element)] = [value] if element.many else value
    return found


def _name(element: Element) -> str:
    code = element.types[0].code if element.choice else ""
    return element.name + code[:1].upper() + code[1:]


def _value(definitions: Definitions, element: Element) -> Json:
    if element.content or element.path in definitions.children:
        return _members(definitions, element.content or element.path) or {"id": "a", "extension": [_EXTENSION]}
    code, bound = element.types[0].code, _bound(definitions, element)
    if code == "code":
        return bound[1] if bound else "x"
    if code == "Coding":
        return {"system": bound[0], "code": bound[1]} if bound else {"code": "x"}
    if code == "CodeableConcept":
        return {"coding": [{"system": bound[0], "code": bound[1]}]} if bound else {"text": "x"}
    if code == "Reference":
        targets = [one for one in element.types[0].targets if one != "Resource"]
        return {"reference": f"{targets[0] if targets else 'Patient'}/a"}
    if code == "Resource":
        return {"resourceType": "Basic", "code": {"text": "x"}}
    if definitions.types[code].kind == "primitive-type":
        return VALUES.get(code, "x")
    return _members(definitions, code) or {"extension": [_EXTENSION]}


_EXTENSION = {"url": "urn:e", "valueString": "x"}


def _bound(definitions: Definitions, element: Element) -> tuple[str, str] | None:
    if element.binding is None or element.binding.strength != "required":
        return None
    systems = definitions.value_sets.get(element.binding.value_set.partition("|")[0])
    if not systems:
        return None
    system = sorted(systems)[0]
    return system, sorted(systems[system])[0]
