"""XML text of resources, exact and in the order of the definitions; what could harm the reader is refused.

Source: http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from server.fhir import xml_shapes
from server.fhir.definitions import Definitions
from server.fhir.resource import Resource
from server.fhir.xml_reader import Reader
from server.fhir.xml_writer import Writer


def decode_resource(text: bytes, definitions: Definitions) -> Resource:
    """The resource of an XML text, as `codec.decode_resource` gives it for JSON; raises Invalid."""
    return Reader(xml_shapes.of(definitions)).read(text)


def encode(resource: Resource, definitions: Definitions) -> bytes:
    """The XML text of a resource; raises Invalid where it has unknown elements or characters XML cannot carry."""
    return Writer(xml_shapes.of(definitions)).write(resource)
