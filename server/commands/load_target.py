"""Where resources are loaded to: a server by HTTP, or a store opened in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx

from server.fhir import codec
from server.fhir.errors import FhirError, Invalid, Unavailable
from server.fhir.resource import Json, Resource
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.rest import failures

T = TypeVar("T")

BACK_OFF = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How many seconds to wait before each repetition of a request that found nobody able to answer."""
_LATER = (429, 502, 503, 504)
_DENIED = (401, 403)
_HEADERS = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json", "Prefer": "return=minimal"}


class Stopped(Exception):
    """Nothing more can be loaded; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a Bundle: the HTTP status, and what the OperationOutcome says where it failed."""

    status: int
    diagnostics: str = ""

    @property
    def stored(self) -> bool:
        """Whether the whole Bundle is stored."""
        return 200 <= self.status < 300


class Target(Protocol):
    """What loading requires of the other side. Both may raise Unavailable, which is worth another try, or Stopped."""

    async def post_bundle(self, bundle: Resource) -> Answer:
        """Perform a transaction Bundle."""

    async def read(self, type: str, id: str) -> Resource | None:
        """The current version of a resource, or None."""


class HttpTarget:
    """A FHIR server at a base URL."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    async def check(self) -> None:
        """Return when a FHIR server answers at the URL; raises Stopped for anything else that answers."""
        answer = await self._send("GET", f"{self._url}/metadata")
        if answer.status_code != 200 or _json(answer).get("resourceType") != "CapabilityStatement":
            raise Stopped(f"{self._url} is not the base URL of a FHIR server")

    async def post_bundle(self, bundle: Resource) -> Answer:
        """Perform a transaction Bundle."""
        answer = await self._send("POST", self._url, codec.encode(bundle))
        return Answer(answer.status_code, "" if answer.is_success else _diagnostics(_json(answer)))

    async def read(self, type: str, id: str) -> Resource | None:
        """The current version of a resource, or None."""
        answer = await self._send("GET", f"{self._url}/{type}/{id}")
        return _json(answer) if answer.is_success else None

    async def _send(self, method: str, url: str, content: bytes | None = None) -> httpx.Response:
        try:
            answer = await self._client.request(method, url, content=content, headers=_HEADERS)
        except httpx.RequestError as error:
            raise Unavailable(f"{self._url} does not answer: {str(error) or type(error).__name__}") from error
        if answer.status_code in _LATER:
            raise Unavailable(f"{self._url} answers {answer.status_code}: {_diagnostics(_json(answer))}")
        if answer.status_code in _DENIED:
            raise Stopped(f"{self._url} denies access: {answer.status_code} {_diagnostics(_json(answer))}")
        return answer


class EngineTarget:
    """A store opened in this process, written to by the transaction interaction itself."""

    def __init__(self, engine: Engine, run: Callable[[Engine, Request], Awaitable[Reply]], base: str) -> None:
        self._engine = engine
        self._run = run
        self._base = base

    async def post_bundle(self, bundle: Resource) -> Answer:
        """Perform a transaction Bundle."""
        headers = {"prefer": "return=minimal"}
        request = Request("POST", (), self._engine.clock(), self._base, headers=headers, body=bundle)
        try:
            reply = await self._run(self._engine, request)
        except Unavailable:
            raise
        except FhirError as error:
            return Answer(error.status, "; ".join(_text(i.expression, i.diagnostics) for i in error.issues[:_SHOWN]))
        except Exception as error:  # noqa: BLE001 - the outermost handler: one resource may not end the whole load
            reply = failures.unexpected(error)
            return Answer(reply.status, _diagnostics(codec.stored(reply.body)))
        return Answer(reply.status)

    async def read(self, type: str, id: str) -> Resource | None:
        """The current version of a resource, or None."""
        row = await self._engine.store.read(type, id)
        return codec.stored(row.body) if row is not None and row.body is not None else None


class Persistent:
    """A target asked again, after growing pauses, while it is unavailable; then Stopped."""

    def __init__(self, target: Target, pauses: Sequence[float] = BACK_OFF) -> None:
        self._target = target
        self._pauses = pauses

    async def post_bundle(self, bundle: Resource) -> Answer:
        """Perform a transaction Bundle."""
        return await persist(lambda: self._target.post_bundle(bundle), self._pauses)

    async def read(self, type: str, id: str) -> Resource | None:
        """The current version of a resource, or None."""
        return await persist(lambda: self._target.read(type, id), self._pauses)


async def persist(ask: Callable[[], Awaitable[T]], pauses: Sequence[float] = BACK_OFF) -> T:
    """What is asked for, tried again after each pause while it raises Unavailable; raises Stopped in the end."""
    for pause in pauses:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(pause)
    try:
        return await ask()
    except Unavailable as error:
        raise Stopped(str(error)) from error


_SHOWN = 3


def _json(answer: httpx.Response) -> Resource:
    try:
        return codec.decode_resource(answer.content)
    except Invalid:
        return {}


def _diagnostics(outcome: Resource) -> str:
    issues: list[Json] = outcome.get("issue", [])
    return "; ".join(_of_issue(issue) for issue in issues[:_SHOWN]) or "the answer holds no OperationOutcome"


def _of_issue(issue: Resource) -> str:
    text = issue.get("diagnostics") or issue.get("details", {}).get("text") or issue.get("code", "")
    return _text((issue.get("expression") or [""])[0], text)


def _text(expression: str, diagnostics: str) -> str:
    diagnostics = " ".join(diagnostics.split())
    return f"{expression}: {diagnostics}" if expression and expression not in diagnostics else diagnostics
