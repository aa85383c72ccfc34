"""HTTP/1.1 as uvicorn reads it; what is no HTTP is told so by an OperationOutcome too.

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.fhir.errors import Invalid
from server.rest import failures


class Protocol(HttpToolsProtocol):
    """A connection."""

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, and hang up."""
        body = failures.expected(Invalid("this is no HTTP request that can be read")).body
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/fhir+json; charset=utf-8\r\n"
            f"x-content-type-options: nosniff\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
