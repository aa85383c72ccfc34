"""From a Reply to what HTTP sends. JSON goes out as it was stored; XML is written when it is asked for.

Source: http://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from server.fhir import codec, xml_codec
from server.fhir.definitions import Definitions
from server.interactions.request import FHIR_JSON, Reply
from server.rest import media

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_TYPES = {FHIR_JSON: b"application/fhir+json; charset=utf-8"}
_FIXED = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


def formatted(reply: Reply, format: str, definitions: Definitions) -> Reply:
    """The reply in the format asked for; what is no resource stays as it is."""
    if format != media.XML or reply.media != FHIR_JSON or not reply.body:
        return reply
    return Reply(reply.status, xml_codec.encode(codec.stored(reply.body), definitions), reply.headers, media.XML)


async def send(reply: Reply, send: Send) -> None:
    """Send the reply."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.body:
        headers.append((b"content-type", _TYPES.get(reply.media) or reply.media.encode() + b"; charset=utf-8"))
    if reply.status not in (204, 304):
        headers.append((b"content-length", str(len(reply.body)).encode()))
    headers += _FIXED
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
