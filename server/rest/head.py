"""HEAD: what GET is answered, with its status and headers, without its content.

Sources: http://hl7.org/fhir/R4/http.html#general, https://www.rfc-editor.org/rfc/rfc7231#section-4.3.2
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from server.rest.decode import Receive, Scope
from server.rest.encode import Send


@dataclass(frozen=True, slots=True)
class Head:
    """Stands before an application that knows of GET alone."""

    application: Callable[[Scope, Receive, Send], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, HEAD as GET whose content is kept back."""
        if scope.get("method") == "HEAD":
            await self.application({**scope, "method": "GET"}, receive, _without_content(send))
        else:
            await self.application(scope, receive, send)


def _without_content(send: Send) -> Send:
    async def bare(message: MutableMapping[str, Any]) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare
