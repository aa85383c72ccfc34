"""Who may come in at all: deny by default, and what an open server still refuses.

Closed, every address but the capabilities, `.well-known` and health wants a sign-in. Open, the server is for the person
at this machine alone: a page of another site that resolves its own name to the loopback address (DNS rebinding) sends
its own Host or Origin, and what a proxy passes on says so in its headers; both are refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from server.fhir.errors import FhirError, Forbidden, Unauthenticated
from server.rest import decode, encode, failures
from server.rest.decode import PREFIX, Receive, Scope
from server.rest.encode import Send

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH = ("/livez", "/readyz")
_FORWARDED = frozenset(
    ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-real-ip")
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Stands before the whole application; `open` switches sign-in off."""

    application: Application
    open: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] == "http":
            try:
                self._check(scope)
            except FhirError as error:
                await encode.send(failures.expected(error), send)
                return
        await self.application(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        if self.open:
            _refuse_strangers(decode.headers(scope), scope["scheme"])
        elif not _public(scope["method"], scope["path"]):
            raise Unauthenticated("sign in first")


@lru_cache(256)
def loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _refuse_strangers(headers: Mapping[str, str], scheme: str) -> None:
    host, origin = headers.get("host", ""), headers.get("origin")
    if not loopback(host):
        raise Forbidden("an open server answers only requests to this machine by its loopback address")
    if origin is not None and origin.lower() != f"{scheme}://{host}".lower():
        raise Forbidden("an open server answers no page of another origin")
    if not _FORWARDED.isdisjoint(headers):
        raise Forbidden("an open server answers nothing that a proxy passes on")


def _public(method: str, path: str) -> bool:
    if method not in ("GET", "HEAD"):
        return False
    return path in (f"{PREFIX}/metadata", *HEALTH) or path.startswith(("/.well-known/", f"{PREFIX}/.well-known/"))
