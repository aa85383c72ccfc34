"""The FHIR API over HTTP: decode, perform, encode.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.fhir.errors import FhirError
from server.interactions import table
from server.interactions.engine import Engine
from server.interactions.request import Reply
from server.rest import decode, encode, failures, media
from server.rest.decode import PREFIX, Receive, Scope
from server.rest.encode import Send


@dataclass(frozen=True, slots=True)
class Api:
    """The ASGI application below the FHIR base.

    `engine` is asked for with each request, since it is made when the server starts. `base_url` is the address that
    answers name, empty for that of the request; `limit` is the most octets that a body may have.
    """

    engine: Callable[[], Engine]
    base_url: str
    limit: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            reply = await self._reply(scope, receive)
        except FhirError as error:
            reply = failures.expected(error)
        except Exception as error:  # noqa: BLE001 - the outermost handler: no trace may reach a client
            reply = failures.unexpected(error)
        await encode.send(reply, send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = decode.headers(scope)
        format_ = media.accepted(headers.get("accept", ""), _asked_format(scope["query_string"]))
        engine = self.engine()
        try:
            reply = await self._performed(engine, scope, receive, headers, format_)
        except FhirError as error:
            reply = failures.expected(error)
        return encode.formatted(reply, format_, engine.definitions)

    async def _performed(
        self, engine: Engine, scope: Scope, receive: Receive, headers: dict[str, str], format: str
    ) -> Reply:
        body = await decode.body(scope, receive, headers, engine.definitions, self.limit)
        base = self.base_url or f"{scope['scheme']}://{headers.get('host', '')}{PREFIX}"
        other = "" if format in (media.JSON, media.XML) else format
        return await table.run(engine, decode.request(scope, headers, base, engine.clock(), body, other))


def _asked_format(query: bytes) -> str:
    if b"_format=" not in query:
        return ""
    return next((v for k, v in decode.query(query) if k == "_format"), "")
