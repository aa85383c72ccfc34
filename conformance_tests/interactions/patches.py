"""Patch documents to send, by themselves and as entries of a Bundle."""

from __future__ import annotations

from base64 import b64encode

from conformance_tests.interactions.bundling import entry
from server.fhir import codec
from server.fhir.resource import Json, Resource

JSON_PATCH, XML_PATCH = "application/json-patch+json", "application/xml-patch+xml"
FHIR_JSON, FHIR_XML = "application/fhir+json", "application/fhir+xml"


def json_patch(*operations: Json) -> bytes:
    """A JSON Patch document."""
    return codec.encode(list(operations))


def xml_patch(*operations: str) -> bytes:
    """An XML Patch document."""
    return f'<diff xmlns="http://hl7.org/fhir">{"".join(operations)}</diff>'.encode()


def replacing(path: str, value: Json) -> Resource:
    """An operation that replaces a value."""
    return {"op": "replace", "path": path, "value": value}


def patch_entry(url: str, document: bytes, media: str = JSON_PATCH, **more: str) -> Resource:
    """An entry that patches by a document."""
    binary = {"resourceType": "Binary", "contentType": media, "data": b64encode(document).decode()}
    return entry("PATCH", url, binary, **more)
