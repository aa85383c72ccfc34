"""The example practice: loading it into a store."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

from server.fhir import codec
from server.fhir.resource import Resource
from server.interactions import table
from server.interactions.engine import Engine
from server.interactions.request import Request

FOLDER = "practice"


async def load(engine: Engine) -> int:
    """Store the practice, a transaction a file; how many resources that are."""
    count = 0
    for bundle in bundles():
        await table.run(engine, Request("POST", (), engine.clock(), "", body=bundle))
        count += len(bundle["entry"])
    return count


def bundles() -> Iterator[Resource]:
    """The transaction Bundles of the practice in order."""
    folder = resources.files("examples").joinpath(FOLDER)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".json"):
            yield codec.decode_resource(file.read_bytes())
