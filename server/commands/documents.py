"""Resources as files hold them, in XML where the name says so, else in JSON.

Source: http://hl7.org/fhir/R4/formats.html
"""

from __future__ import annotations

from codecs import BOM_UTF8

from profiles import load
from server.fhir import codec, xml_codec
from server.fhir.resource import Resource


def decoded(name: str, text: bytes) -> Resource:
    """The resource of a file of that name; raises Invalid."""
    return xml_codec.decode_resource(text, load.definitions()) if name.lower().endswith(".xml") else json(text)


def json(text: bytes) -> Resource:
    """The resource of a JSON document, which may begin with a mark of its byte order; raises Invalid."""
    return codec.decode_resource(text.removeprefix(BOM_UTF8))
