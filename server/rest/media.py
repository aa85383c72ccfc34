"""Media types: which format a body is in, and which one the answer takes.

Source: http://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

from functools import lru_cache

from server.fhir.errors import NotAcceptable
from server.interactions.request import CSV, FORM
from server.patching import formats

JSON, XML = "application/fhir+json", "application/fhir+xml"

SEARCH = "_search"
"""What a POST is whose parameters are in its body. Source: http://hl7.org/fhir/R4/http.html#search"""

_NAMES = {
    **dict.fromkeys((JSON, "application/json", "text/json", "json"), JSON),
    **dict.fromkeys((XML, "application/xml", "text/xml", "xml"), XML),
}
_ANSWERS = {**_NAMES, **dict.fromkeys((CSV, "csv"), CSV)}
"""What may be asked for; whether an answer can be CSV is for its interaction to say."""
_BODIES = {"PATCH": {**_NAMES, **{name: name for name in formats.MEDIA}}, SEARCH: {FORM: FORM}}
"""What a body may be in, by the methods that take more than resources."""
_ANY = ("*/*", "application/*")
_CHARSETS = ("", "utf-8", "utf8", "us-ascii")
_VERSIONS = ("", "4.0", "4.0.1")
_OFFERED = f"answers are given as {JSON} or {XML}, of FHIR 4.0"


@lru_cache(256)
def of_content(header: str, method: str) -> str | None:
    """The format of a Content-Type, None when it is not read here or not in UTF-8."""
    name, _, parameters = header.partition(";")
    if _parameter(parameters, "charset") not in _CHARSETS or _parameter(parameters, "fhirversion") not in _VERSIONS:
        return None
    return _BODIES.get(method, _NAMES).get(name.strip().lower())


@lru_cache(256)
def accepted(header: str, parameter: str) -> str:
    """The format that `_format`, else Accept, asks for first; raises NotAcceptable when neither is offered."""
    if parameter:
        return _named(parameter)
    best, quality = "", 0.0
    for part in header.split(",") if header.strip() else ("*/*",):
        name, _, rest = part.partition(";")
        found = JSON if name.strip().lower() in _ANY else _ANSWERS.get(name.strip().lower(), "")
        asked = _quality(rest)
        if found and asked > quality and _parameter(rest, "fhirversion") in _VERSIONS:
            best, quality = found, asked
    if not best:
        raise NotAcceptable(_OFFERED)
    return best


def _named(text: str) -> str:
    found = _ANSWERS.get(text.replace(" ", "+").partition(";")[0].strip().lower())
    if found is None:
        raise NotAcceptable(_OFFERED)
    return found


def _parameter(parameters: str, name: str) -> str:
    """The value of a parameter in lower case; empty where there is none."""
    pairs = (part.partition("=") for part in parameters.lower().split(";"))
    return next((value.strip(' "') for key, _, value in pairs if key.strip() == name), "")


def _quality(parameters: str) -> float:
    try:
        return float(_parameter(parameters, "q") or 1)
    except ValueError:
        return 0.0
