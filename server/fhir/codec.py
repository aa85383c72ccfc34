"""JSON text of resources, exact: 72.50 stays 72.50 and 1e2 stays 1e2, duplicate keys and deep nesting are refused.

Source: http://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

import msgspec

from server.fhir import exact
from server.fhir.errors import Invalid
from server.fhir.exact import Exact
from server.fhir.resource import Json, Resource

DEPTH_LIMIT = 100
"""How many objects and arrays may stand inside one another."""


def _written(value: Exact) -> msgspec.Raw:
    return msgspec.Raw(str(value))


_decoder = msgspec.json.Decoder(float_hook=exact.number)
_encoder = msgspec.json.Encoder(enc_hook=_written, decimal_format="number")
_sorting = msgspec.json.Encoder(enc_hook=_written, decimal_format="number", order="sorted")
_spaced_colon = re.compile(rb'"[ \t\r\n]+:')


def decode(text: bytes) -> Json:
    """The value of a JSON text, numbers with a fraction or exponent as Decimal; raises Invalid."""
    try:
        value = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"the body is not JSON: {_reason(error)}") from error
    except InvalidOperation as error:
        raise Invalid("the body is not JSON: a number's exponent is out of range") from error
    except RecursionError as error:
        raise Invalid(f"the body nests deeper than {DEPTH_LIMIT} levels") from error
    _refuse_duplicates(text, _members(value))
    return value


def decode_resource(text: bytes) -> Resource:
    """The resource of a JSON text; raises Invalid for anything that is not an object with a resourceType."""
    value = decode(text)
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise Invalid("the body is not a resource: it has no resourceType")
    return value


def encode(value: Json) -> bytes:
    """The JSON text of a value that `decode` could have given, without white space."""
    return _encoder.encode(value)


def ordered(text: bytes) -> bytes:
    """A text that this server wrote, with the members of its objects in alphabetical order."""
    return _sorting.encode(_decoder.decode(text))


def stored(text: bytes) -> Resource:
    """The resource of a text that this server wrote."""
    resource: Resource = _decoder.decode(text)
    return resource


def _reason(error: Exception) -> str:
    return str(error).removeprefix("JSON is malformed: ")


def _members(value: Json) -> int:
    """How many object members there are; raises Invalid when the nesting is too deep."""
    count, level = 0, [value]
    for _ in range(DEPTH_LIMIT):
        inner: list[Json] = []
        for node in level:
            if type(node) is dict:
                count += len(node)
                inner += [child for child in node.values() if type(child) is dict or type(child) is list]
            elif type(node) is list:
                inner += [child for child in node if type(child) is dict or type(child) is list]
        if not inner:
            return count
        level = inner
    raise Invalid(f"the body nests deeper than {DEPTH_LIMIT} levels")


def _refuse_duplicates(text: bytes, members: int) -> None:
    """Each member of the text shows once as `":`, unless strings hold that too; only then the text is read again."""
    if text.count(b'":') == members and _spaced_colon.search(text) is None:
        return
    json.loads(text, object_pairs_hook=_unique, parse_float=Decimal, parse_int=str)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(f"the name {json.dumps(twice[:64])} appears twice in one object")
    return found
