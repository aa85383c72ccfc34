"""Strings.

Regular expressions run on RE2: they come from outside, and must not take long.
Source: http://hl7.org/fhirpath/N1/#string-manipulation
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Callable, Mapping, Sequence

import re2

from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import Value, truth
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import nodes_of, one, text, value, whole

LIMIT = 1_000_000
"""How many characters a string may come to."""
_STEP = 100
"""How many characters count as one step."""

Apply = Callable[..., Value]


def _of(apply: Apply, least: int = 0, most: int | None = None, types: Sequence[type] = (str, str)) -> Function:
    """A function of a string and further values; nothing when one of those that are given is empty."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            given = text(focus)
            others = [one(argument.value(scope), kind) for argument, kind in zip(arguments, types, strict=False)]
            if given is None or None in others:
                return []
            scope.spend(len(given) // _STEP)
            return nodes_of(apply(given, *others))

        return run

    return Function(build, least, least if most is None else most)


def _substring(given: str, start: int, length: int | None = None) -> Value:
    if not 0 <= start < len(given):
        return None
    return given[start:] if length is None else given[start : start + max(length, 0)]


def _replace(given: str, pattern: str, substitute: str) -> Value:
    count = given.count(pattern) if pattern else len(given) + 1
    if len(given) + count * len(substitute) > LIMIT:
        raise Unevaluable("a string becomes too long")
    return given.replace(pattern, substitute)


def _pattern(text: str, prefix: str = "(?s)") -> re2._Regexp:
    try:
        return re2.compile(prefix + text)
    except re2.error as error:
        raise Unevaluable("the regular expression is not one of RE2's") from error


def _replaced(given: str, pattern: str, substitute: str) -> Value:
    if not pattern:
        return given
    found: str = _pattern(pattern).sub(_references(substitute), given)
    if len(found) > LIMIT:
        raise Unevaluable("a string becomes too long")
    return found


def _references(substitute: str) -> str:
    """`$1` and `${name}` as RE2 writes them."""
    escaped = substitute.replace("\\", "\\\\")
    return str(re2.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", escaped))


def _encode(given: str, kind: str) -> Value:
    encode = _ENCODINGS.get(kind)
    return None if encode is None else encode[0](given.encode()).decode()


def _decode(given: str, kind: str) -> Value:
    encode = _ENCODINGS.get(kind)
    try:
        return None if encode is None else encode[1](given.encode()).decode()
    except (binascii.Error, ValueError):
        return None


_ENCODINGS: Mapping[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "base64": (base64.b64encode, lambda text: base64.b64decode(text, validate=True)),
    "urlbase64": (base64.urlsafe_b64encode, base64.urlsafe_b64decode),
    "hex": (binascii.hexlify, binascii.unhexlify),
}


def _escape(given: str, kind: str) -> Value:
    return {"html": html.escape, "json": lambda t: json.dumps(t, ensure_ascii=False)[1:-1]}.get(kind, _none)(given)


def _unescape(given: str, kind: str) -> Value:
    return {"html": html.unescape, "json": _unescape_json}.get(kind, _none)(given)


def _unescape_json(given: str) -> Value:
    try:
        return json.loads(f'"{given}"')
    except ValueError:
        return None


def _none(given: str) -> Value:
    return None


def _characters(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        given = text(focus) or ""
        scope.spend(len(given))
        return [node for character in given for node in nodes_of(character)]

    return run


def _split(model: Model, arguments: Sequence[Argument]) -> Run:
    (separator,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        given, mark = text(focus), text(separator.value(scope))
        if given is None or mark is None:
            return []
        scope.spend(len(given))
        parts = given.split(mark) if mark else list(given)
        return [node for part in parts for node in nodes_of(part)]

    return run


def _join(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        separator = text(arguments[0].value(scope)) if arguments else ""
        parts = [value(node) for node in focus]
        if separator is None or not all(isinstance(part, str) for part in parts):
            return []
        scope.spend(sum(map(len, parts)) // _STEP)
        return nodes_of(separator.join(parts)) if parts else []

    return run


def _index(model: Model, arguments: Sequence[Argument]) -> Run:
    """`substring` takes an empty length for none."""
    start, *length = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        given, first = text(focus), whole(start.value(scope))
        if given is None or first is None:
            return []
        return nodes_of(_substring(given, first, whole(length[0].value(scope)) if length else None))

    return run


def _contains(model: Model, arguments: Sequence[Argument]) -> Run:
    (wanted,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        given, part = text(focus), text(wanted.value(scope))
        return [] if given is None or part is None else truth(part in given)

    return run


TABLE: Mapping[str, Function] = {
    "indexOf": _of(lambda given, part: given.find(part), 1),
    "lastIndexOf": _of(lambda given, part: given.rfind(part), 1),
    "substring": Function(_index, 1, 2),
    "startsWith": _of(lambda given, part: given.startswith(part), 1),
    "endsWith": _of(lambda given, part: given.endswith(part), 1),
    "contains": Function(_contains, 1, 1),
    "upper": _of(lambda given: given.upper()),
    "lower": _of(lambda given: given.lower()),
    "replace": _of(_replace, 2),
    "matches": _of(lambda given, pattern: _pattern(pattern).search(given) is not None, 1),
    "matchesFull": _of(lambda given, pattern: _pattern(pattern).fullmatch(given) is not None, 1),
    "replaceMatches": _of(_replaced, 2),
    "length": _of(lambda given: len(given)),
    "toChars": Function(_characters),
    "trim": _of(lambda given: given.strip()),
    "split": Function(_split, 1, 1),
    "join": Function(_join, 0, 1),
    "encode": _of(_encode, 1),
    "decode": _of(_decode, 1),
    "escape": _of(_escape, 1),
    "unescape": _of(_unescape, 1),
}
"""Functions on strings."""
