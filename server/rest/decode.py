"""From what HTTP brings to a Request: path, query, headers, and the body as a resource.

Sources: http://hl7.org/fhir/R4/http.html#mime-type, http://hl7.org/fhir/R4/http.html#general
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from server.fhir import codec, xml_codec
from server.fhir.definitions import Definitions
from server.fhir.errors import Invalid, TooLarge, UnsupportedMedia
from server.fhir.resource import Resource
from server.interactions import criteria
from server.interactions.request import FORM, Request
from server.patching import formats
from server.rest import media

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

PREFIX = "/fhir"
"""Where the FHIR base is."""
_READ = frozenset(("GET", "HEAD", "DELETE"))
_TRANSPORT = ("_format",)
"""Parameters that say how, not what, to answer."""


def request(
    scope: Scope, headers: Mapping[str, str], base: str, now: datetime, body: Resource | None, format: str
) -> Request:
    """The request; raises Invalid for a path or query that is no UTF-8."""
    raw = scope["query_string"]
    given = query(raw) if raw else ()
    kept = tuple(pair for pair in given if pair[0] not in _TRANSPORT)
    manner = tuple(pair for pair in given if pair[0] in _TRANSPORT)
    return Request(scope["method"], path(scope), now, base, kept, headers, body, format, manner)


def query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The parameters of a query string in order."""
    return criteria.pairs(_text(raw))


def headers(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of one that comes twice, the values joined by commas."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def path(scope: Scope) -> tuple[str, ...]:
    """The segments below the base; one slash at the end does not count."""
    raw: bytes = scope["raw_path"]
    text = _text(raw).removeprefix(PREFIX).removeprefix("/").removesuffix("/")
    return criteria.segments(text)


async def body(
    scope: Scope, receive: Receive, headers: Mapping[str, str], definitions: Definitions, limit: int
) -> Resource | None:
    """The resource of the body, None without one; raises TooLarge, UnsupportedMedia or Invalid."""
    if scope["method"] in _READ:
        return None
    text = await _content(receive, headers, limit)
    if not text:
        return None
    kind = headers.get("content-type", media.JSON)
    method = media.SEARCH if _searching(scope) else scope["method"]
    format_ = media.of_content(kind, method)
    if format_ is None:
        raise _UNSUPPORTED.get(method, _unsupported)()
    return _READERS[format_](text, definitions)


def _searching(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["raw_path"].rstrip(b"/").endswith(f"/{media.SEARCH}".encode()))


def _no_form() -> UnsupportedMedia:
    return UnsupportedMedia(f"the parameters of a search are sent as {FORM}")


def _unsupported() -> UnsupportedMedia:
    return UnsupportedMedia(f"a resource is sent as {media.JSON} or {media.XML}")


def _json(text: bytes, definitions: Definitions) -> Resource:
    return codec.decode_resource(text)


def _binary(format: str, text: bytes, definitions: Definitions) -> Resource:
    return formats.binary(format, text)


_READERS: Mapping[str, Callable[[bytes, Definitions], Resource]] = {
    media.JSON: _json,
    media.XML: xml_codec.decode_resource,
    **{name: partial(_binary, name) for name in (*formats.MEDIA, FORM)},
}
"""How the resource of a body is read, by its format."""
_UNSUPPORTED: Mapping[str, Callable[[], UnsupportedMedia]] = {
    "PATCH": formats.unsupported,
    media.SEARCH: _no_form,
}
"""What is said of other formats, by the methods that take more than resources."""


async def _content(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """All of the body; what is beyond the limit is let pass unread, so that the sender hears the answer."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("the request was broken off")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            parts.clear()
            if size > _PATIENCE * limit:
                break
        else:
            parts.append(part)
        if not message.get("more_body"):
            break
    if size > limit:
        raise TooLarge(f"the body is larger than {limit:,} octets")
    return parts[0] if len(parts) == 1 else b"".join(parts)


_PATIENCE = 4
"""How many times the limit is let pass unread before the connection is given up."""


def _text(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise Invalid("the address has characters that must be percent-encoded") from error
