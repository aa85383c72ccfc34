"""The formats of a patch: what reads each, by its media type, and by the resource that it travels in.

By itself a JSON Patch or XML Patch is the body of a request; in a Bundle it is a Binary of its media type, and here it
always is. A FHIRPath Patch is a Parameters resource, in the formats of FHIR.
Source: http://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from server.fhir.definitions import Definitions
from server.fhir.errors import Invalid, UnsupportedMedia
from server.fhir.resource import Resource
from server.patching import fhirpath_patch, json_patch, xml_patch

Patch: TypeAlias = Callable[[Resource], Resource]
"""From a resource to what the patch makes of it, which may be none; raises Unprocessable."""
Reader: TypeAlias = Callable[[bytes, Definitions], Patch]

MEDIA: Mapping[str, Reader] = {
    "application/json-patch+json": lambda text, definitions: json_patch.read(text),
    "application/xml-patch+xml": xml_patch.read,
}
"""The formats that have a media type of their own."""
FHIR = ("application/fhir+json", "application/fhir+xml")
"""The formats of a FHIRPath Patch."""
ALL = (*MEDIA, *FHIR)
"""The media types of all patches."""
_OFFERED = (
    f"a patch is sent as {', as '.join(MEDIA)}, or as a Parameters resource (FHIRPath Patch) in {' or '.join(FHIR)}"
)


def unsupported() -> UnsupportedMedia:
    """What is said of a patch in any other media type."""
    return UnsupportedMedia(_OFFERED)


def binary(media: str, text: bytes) -> Resource:
    """A patch document as the Binary that it is in a Bundle."""
    return {"resourceType": "Binary", "contentType": media, "data": b64encode(text).decode()}


def read(body: Resource, definitions: Definitions, now: datetime) -> Patch:
    """The patch of a valid resource; raises Invalid, or UnsupportedMedia for a Binary of another media type."""
    reader = _CARRIERS.get(body["resourceType"])
    if reader is None:
        raise Invalid(_OFFERED, expression="resourceType")
    return reader(body, definitions, now)


def _of_binary(body: Resource, definitions: Definitions, now: datetime) -> Patch:
    reader = MEDIA.get(body["contentType"].partition(";")[0].strip().lower())
    if reader is None:
        raise unsupported()
    if "data" not in body:
        raise Invalid("a Binary that is a patch has data", expression="Binary.data")
    return reader(b64decode(_space.sub("", body["data"])), definitions)


_space = re.compile("[ \t\r\n]+")
_CARRIERS: Mapping[str, Callable[[Resource, Definitions, datetime], Patch]] = {
    "Binary": _of_binary,
    "Parameters": fhirpath_patch.read,
}
"""What reads a patch from each type of resource that carries one."""
