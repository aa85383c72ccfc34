"""The server under test: the real application in this process, with a clock that stands still and ids that count."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import count
from typing import Any

import httpx

from profiles import load
from server import assembly
from server.fhir import codec
from server.fhir.resource import Json, Resource
from server.interactions.engine import Engine
from server.rest.api import Api
from server.rest.head import Head
from server.storage.store import Store

NOW = datetime(2026, 11, 24, 9, 30, 0, 250_000, UTC)
BASE = "http://127.0.0.1:8080/fhir"
LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Service:
    """A client of the server, and its engine for what HTTP does not show."""

    client: httpx.AsyncClient
    engine: Engine

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """GET below the base; header names have underscores for hyphens."""
        return await self.client.get(path, headers=_named(headers))

    async def post(self, path: str, resource: Json, **headers: str) -> httpx.Response:
        """POST a resource below the base."""
        return await self._send("POST", path, resource, headers)

    async def put(self, path: str, resource: Json, **headers: str) -> httpx.Response:
        """PUT a resource below the base."""
        return await self._send("PUT", path, resource, headers)

    async def patch(self, path: str, document: Json, media: str, **headers: str) -> httpx.Response:
        """PATCH below the base, by a document of a media type."""
        return await self._send("PATCH", path, document, {"content_type": media, **headers})

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        """DELETE below the base."""
        return await self.client.delete(path, headers=_named(headers))

    async def create(self, resource: Resource) -> Resource:
        """A created resource as it was answered."""
        answer = await self.post(resource["resourceType"], resource)
        assert answer.status_code == 201, answer.text
        return body(answer)

    async def found(self, query: str) -> list[str]:
        """The ids that a search finds, on all of its pages, in order."""
        ids: list[str] = []
        url: str | None = query
        while url is not None:
            answer = await self.get(url)
            assert answer.status_code == 200, answer.text
            page = body(answer)
            ids += [entry["resource"]["id"] for entry in page.get("entry", ())]
            url = link(page, "next")
        return ids

    async def _send(self, method: str, path: str, resource: Json, headers: dict[str, str]) -> httpx.Response:
        content = resource if isinstance(resource, bytes) else codec.encode(resource)
        named = {"content-type": "application/fhir+json", **_named(headers)}
        return await self.client.request(method, path, content=content, headers=named)


@asynccontextmanager
async def serving(
    store: Store, now: datetime = NOW, zone: tzinfo = UTC, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[Service]:
    """The server on a store, at a moment or by a clock, and in the zone of a practice."""
    ids = count(1)
    made = assembly.engine(store, load.definitions(), zone)
    engine = replace(made, clock=clock or (lambda: now), new_id=lambda: f"id-{next(ids)}")
    transport = httpx.ASGITransport(app=_application(engine))
    async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/") as client:
        yield Service(client, engine)


def body(answer: httpx.Response) -> Resource:
    """The resource of an answer, its decimals exact."""
    return codec.decode_resource(answer.content)


def link(bundle: Resource, relation: str) -> str | None:
    """The URL of a link of a Bundle."""
    return next((one["url"] for one in bundle.get("link", ()) if one["relation"] == relation), None)


def issues(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """Severity, code and expression of each issue of an OperationOutcome."""
    outcome = body(answer)
    assert outcome["resourceType"] == "OperationOutcome"
    return [(one["severity"], one["code"], one.get("expression", [""])[0]) for one in outcome["issue"]]


def patient(**elements: Any) -> Resource:
    """A Patient."""
    return {"resourceType": "Patient", **elements}


def _application(engine: Engine) -> Head:
    return Head(Api(lambda: engine, "", LIMIT))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
