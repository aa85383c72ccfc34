"""The CapabilityStatement, derived from the tables that do the work: a server that derives what it claims cannot lie.

Source: http://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.fhir.definitions import Definitions
from server.fhir.resource import Json, Resource
from server.interactions.engine import Operations
from server.interactions.interaction import Interaction
from server.interactions.operation import Operation
from server.patching import formats
from server.search import includes, kinds

FORMATS = ("json", "xml", "application/fhir+json", "application/fhir+xml")


@dataclass(frozen=True, slots=True)
class Software:
    """What is running: its version, when it was released (ISO 8601), and the implementation guides it was given."""

    version: str
    released: str
    guides: tuple[str, ...] = ()


def statement(
    base: str, software: Software, definitions: Definitions, table: Sequence[Interaction], operations: Operations
) -> Resource:
    """The statement of the server at a base URL."""
    found: Resource = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": software.released,
        "kind": "instance",
        "software": {"name": "Almoner", "version": software.version, "releaseDate": software.released},
        "implementation": {"description": "Almoner, a FHIR server with the revenue cycle inside", "url": base},
        "fhirVersion": "4.0.1",
        "format": list(FORMATS),
        "patchFormat": list(formats.ALL),
        "rest": [_rest(definitions, table, [one for rows in operations.values() for one in rows])],
    }
    return {**found, "implementationGuide": list(software.guides)} if software.guides else found


def _rest(definitions: Definitions, table: Sequence[Interaction], operations: Sequence[Operation]) -> Resource:
    found: Resource = {
        "mode": "server",
        "resource": [_resource(definitions, table, operations, name) for name in definitions.resource_types],
        "interaction": _codes(row for row in table if row.level == "system"),
    }
    system = [_operation(one) for one in operations if one.definition["system"]]
    return {**found, "operation": system} if system else found


def _resource(
    definitions: Definitions, table: Sequence[Interaction], operations: Sequence[Operation], name: str
) -> Resource:
    found: Resource = {
        "type": name,
        "interaction": _codes(row for row in table if row.level != "system"),
        **{key: value for row in table for key, value in row.declares.items()},
        "searchInclude": ["*", *(f"{name}:{code}" for code in sorted(includes.followed(definitions, name)))],
        "searchRevInclude": ["*", *sorted(includes.leading(definitions, name))],
        "searchParam": list(_parameters(definitions, name)),
    }
    own = [_operation(one) for one in operations if name in one.definition.get("resource", ())]
    return {**found, "operation": own} if own else found


def _codes(rows: Iterable[Interaction]) -> list[Json]:
    return [{"code": code} for row in rows for code in row.codes]


def _parameters(definitions: Definitions, name: str) -> Iterator[Resource]:
    """Every search parameter that is searched here."""
    for code, parameter in sorted(definitions.parameters[name].items()):
        if kinds.of(parameter) is not None:
            yield {"name": code, "definition": parameter.url, "type": parameter.type}


def _operation(one: Operation) -> Resource:
    return {"name": one.definition["code"], "definition": one.definition["url"]}
