"""Cursors: where a page ended, signed so that nobody can make one, bound to its query, and expiring.

Nothing is kept in the server. Rows created after a page are above its cursor, so later pages never show them.
Source: http://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.fhir.errors import Invalid

PARAMETER = "_cursor"
LIFETIME = timedelta(days=1)
_MAC = 16


@dataclass(frozen=True, slots=True)
class Cursors:
    """Cursors of one query: `scope` is what they are bound to, for example the URL without its cursor."""

    secret: bytes
    scope: Sequence[str]

    def text(self, below: int, now: datetime) -> str:
        """The cursor behind the row at `below`."""
        until = int((now + LIFETIME).timestamp())
        payload = below.to_bytes(8, "big") + until.to_bytes(6, "big")
        return urlsafe_b64encode(payload + self._mac(payload)).decode().rstrip("=")

    def below(self, text: str, now: datetime) -> int:
        """Where the page before ended; raises Invalid for a cursor of another query, a false or an expired one."""
        payload, mac = self._parts(text)
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise Invalid("the cursor is not one of this query", expression=PARAMETER)
        if int.from_bytes(payload[8:], "big") < now.timestamp():
            raise Invalid("the cursor has expired; search again", expression=PARAMETER)
        return int.from_bytes(payload[:8], "big")

    def _parts(self, text: str) -> tuple[bytes, bytes]:
        try:
            whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (ValueError, Error) as error:
            raise Invalid("the cursor is not one of this query", expression=PARAMETER) from error
        return whole[:-_MAC], whole[-_MAC:]

    def _mac(self, payload: bytes) -> bytes:
        scope = b"\0".join(part.encode() for part in self.scope)
        return hmac.digest(self.secret, len(scope).to_bytes(4, "big") + scope + payload, "sha256")[:_MAC]
