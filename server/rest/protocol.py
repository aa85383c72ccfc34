"""HTTP/1.1 as uvicorn reads it, within limits; what is refused before it is a request is told so by an
OperationOutcome too.

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.fhir.errors import AddressTooLong, FhirError, HeadersTooLarge, Invalid
from server.rest import failures

ADDRESS = 65_535
"""The most octets that an address may have: the parser of addresses counts no further."""
HEAD = 131_072
"""The most octets that address and headers may have together, and so the trailers of a body."""
_LINGER = 1.0
"""Seconds that a connection is left open after a refusal, so that who is still sending hears it."""


class Protocol(HttpToolsProtocol):
    """A connection. `_pending` counts what has come since the last head was whole or the last piece of a body came."""

    url = b""
    _pending = 0
    _refused = False

    def data_received(self, data: bytes) -> None:
        """Read on; what comes after a refusal is let pass unread."""
        if self._refused:
            return
        self._pending += len(data)
        super().data_received(data)
        if self._pending > HEAD:
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        """Begin with a request whose head is not too large; it may have come together with much of its body."""
        if self._pending > HEAD and len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD:
            raise ValueError("the head is too large")
        self._pending = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of a body."""
        self._pending = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, or is too much of one, and hang up."""
        if self._refused:
            return
        self._refused = True
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(_answer(self._fault()))
        self.loop.call_later(_LINGER, self.transport.close)

    def _fault(self) -> FhirError:
        if len(self.url) > ADDRESS:
            return AddressTooLong(f"an address has at most {ADDRESS:,} octets")
        if self._pending > HEAD:
            return HeadersTooLarge(f"address and headers have at most {HEAD:,} octets together")
        return Invalid("this is no HTTP request that can be read")


def _answer(error: FhirError) -> bytes:
    body = failures.expected(error).body
    head = (
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\n"
        "content-type: application/fhir+json; charset=utf-8\r\n"
        f"x-content-type-options: nosniff\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
