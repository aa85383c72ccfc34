"""Strings encoded and escaped, and back.

Source: https://build.fhir.org/ig/HL7/FHIRPath/#additional-string-functions
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Callable, Mapping


def encode(given: str, kind: str) -> str | None:
    """The string in hex, base64 or urlbase64; None for others."""
    encoder = _ENCODERS.get(kind)
    return None if encoder is None else encoder(given.encode()).decode()


def decode(given: str, kind: str) -> str | None:
    """What a string of that kind encodes; None for others, and when it encodes no text."""
    decoder = _DECODERS.get(kind)
    try:
        return None if decoder is None else decoder(given.encode()).decode()
    except (binascii.Error, ValueError):
        return None


def escape(given: str, kind: str) -> str | None:
    """The string as it is written in html or json; None for others."""
    escaper = _ESCAPES.get(kind)
    return None if escaper is None else escaper(given)


def unescape(given: str, kind: str) -> str | None:
    """The string that is so written in html or json; None for others, and when it is not."""
    reader = _READERS.get(kind)
    return None if reader is None else reader(given)


def _read_json(given: str) -> str | None:
    """Half of a pair of surrogates is no character."""
    try:
        found: str = json.loads(f'"{given}"', strict=False)
        return found.encode().decode()
    except ValueError:
        return None


_ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "hex": binascii.hexlify,
    "base64": base64.b64encode,
    "urlbase64": base64.urlsafe_b64encode,
}
_DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "hex": binascii.unhexlify,
    "base64": lambda text: base64.b64decode(text, validate=True),
    "urlbase64": lambda text: base64.b64decode(text, b"-_", validate=True),
}
_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "html": html.escape,
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
}
_READERS: Mapping[str, Callable[[str], str | None]] = {"html": html.unescape, "json": _read_json}
