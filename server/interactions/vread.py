"""Read one version of a resource.

Source: http://hl7.org/fhir/R4/http.html#vread
"""

from __future__ import annotations

from server.fhir.errors import Gone, NotFound
from server.interactions import read, subsetting
from server.interactions.engine import Engine
from server.interactions.replies import of_row
from server.interactions.request import Reply, Request


async def run(engine: Engine, request: Request) -> Reply:
    """`GET [type]/[id]/_history/[vid]`."""
    kind, name, _, version = request.path
    cut = subsetting.asked(engine, request, kind)
    row = await engine.store.vread(kind, name, int(version)) if _is_version(version) else None
    if row is None:
        raise _missing(kind, name, version)
    if row.body is None:
        raise Gone(f"version {version} of {kind}/{name} is its deletion")
    return of_row(row, cut)


async def check(engine: Engine, request: Request) -> None:
    """Raise Invalid for parameters that are not understood."""
    subsetting.asked(engine, request, request.path[0])


def _missing(kind: str, name: str, version: str) -> NotFound:
    if not _is_version(version):
        return NotFound(f"there is no such version of a {kind}")
    return NotFound(f"{read.missing(kind, name)} in version {version}")


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18 and not text.startswith("0")
