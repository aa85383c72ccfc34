"""A transaction server in memory: enough of one to see what loading asks of any server."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

from server.commands.load_target import Answer
from server.fhir import codec
from server.fhir.errors import Unavailable
from server.fhir.resource import Resource

_conditional = re.compile(r'"reference":"(\w+)\?identifier=([^"]+)"')


class Refused(Exception):
    """Why a transaction fails: status and diagnostics."""

    def __init__(self, status: int, diagnostics: str) -> None:
        super().__init__(diagnostics)
        self.status = status


class Memory:
    """Stores transactions whole or not at all; a Patient without a name breaks its rules."""

    def __init__(self) -> None:
        self.stored: dict[str, Resource] = {}
        self.bundles = 0
        self.outages = 0
        self.refuses = "nothing"
        self.after: Callable[[], None] = lambda: None

    def of(self, type: str) -> list[Resource]:
        """The stored resources of a type in the order of their arrival."""
        return [resource for reference, resource in self.stored.items() if reference.startswith(f"{type}/")]

    async def post_bundle(self, bundle: Resource) -> Answer:
        """Perform a transaction Bundle."""
        await asyncio.sleep(0)
        if self.outages:
            self.outages -= 1
            raise Unavailable("out of order")
        self.bundles += 1
        changed = dict(self.stored)
        try:
            for entry in bundle["entry"]:
                self._perform(entry, changed, bundle)
        except Refused as refused:
            return Answer(refused.status, str(refused))
        self.stored = changed
        self.after()
        return Answer(200)

    async def read(self, type: str, id: str) -> Resource | None:
        """The current version of a resource, or None."""
        await asyncio.sleep(0)
        return self.stored.get(f"{type}/{id}")

    def _perform(self, entry: Resource, changed: dict[str, Resource], bundle: Resource) -> None:
        resource, request = entry["resource"], entry["request"]
        if (
            sum(
                1
                for other in bundle["entry"]
                if other["request"]["url"] == request["url"] and request["method"] == "PUT"
            )
            > 1
        ):
            raise Refused(400, "one resource twice in a transaction")
        if self.refuses in codec.encode(resource).decode():
            raise Refused(422, "not here")
        if resource["resourceType"] == "Patient" and "name" not in resource:
            raise Refused(422, "Patient.name: a name is required")
        self._resolve(resource, changed)
        reference = request["url"] if request["method"] == "PUT" else f"{request['url']}/new-{len(changed)}"
        if request.get("ifNoneMatch") == "*" and reference in changed:
            raise Refused(412, f"{reference} exists")
        changed[reference] = json.loads(codec.encode(resource))

    def _resolve(self, resource: Resource, changed: dict[str, Resource]) -> None:
        for type_, value in _conditional.findall(codec.encode(resource).decode()):
            named = [one for key, one in changed.items() if key.startswith(type_ + "/")]
            if not any(one.get("identifier", [{}])[0].get("value") == value for one in named):
                raise Refused(412, f"no {type_} matches")
