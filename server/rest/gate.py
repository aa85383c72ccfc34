"""Who may come in at all: deny by default, and what an open server still refuses.

Closed, every address but the capabilities, `.well-known` and health wants a sign-in. Open, the server is for the person
at this machine alone: a page of another site that resolves its own name to the loopback address (DNS rebinding) sends
its own Host or Origin, and what a proxy passes on says so in its headers; both are refused.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
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
_FORWARDED = re.compile(
    r"[a-z]*(ip|host)|forward(ed|er)?|via|prox[a-z]*|rewrite|ssl"
    r"|akamai|cdn|cf|envoy|fastly|fly|incap|sucuri|varnish"
)
"""The words that alone tell a header of a proxy: of which host and which way it is, and whose product."""
_WHO = frozenset(("client", "cluster", "external", "original", "originating", "peer", "real", "remote", "source"))
_WHAT = frozenset(("addr", "address", "cert", "dn", "method", "path", "port", "proto", "scheme", "uri", "url", "user"))
"""The words that do so together: whose of what."""
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


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
            _refuse_strangers(scope)
        elif not _public(scope["method"], scope["path"]):
            raise Unauthenticated("sign in first")


@lru_cache(256)
def loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine; two headers are one text with a comma."""
    found = _HOST.fullmatch(host)
    return found is not None and is_loopback(found[1] or found[2])


def is_loopback(name: str) -> bool:
    """Whether a name or an address without brackets is this machine's loopback."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _refuse_strangers(scope: Scope) -> None:
    headers = decode.headers(scope)
    host, origin = headers.get("host", ""), headers.get("origin")
    if not loopback(host):
        raise Forbidden("an open server answers only requests to this machine by its loopback address")
    if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
        raise Forbidden("an open server answers no page of another origin")
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Forbidden("an open server answers no page of another site")
    if any(_forwarded(name) for name in headers):
        raise Forbidden("an open server answers nothing that a proxy passes on")


@lru_cache(256)
def _forwarded(name: str) -> bool:
    words = name.replace("_", "-").split("-")
    told = not (_WHO.isdisjoint(words) or _WHAT.isdisjoint(words))
    return name != "host" and (told or any(map(_FORWARDED.fullmatch, words)))


def _public(method: str, path: str) -> bool:
    if method not in ("GET", "HEAD"):
        return False
    return path in (f"{PREFIX}/metadata", *HEALTH) or path.startswith(("/.well-known/", f"{PREFIX}/.well-known/"))
