"""Strings.

Source: http://hl7.org/fhirpath/N1/#string-manipulation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath.arithmetic import LONGEST
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.functions import coding, regular
from server.fhirpath.model import Model
from server.fhirpath.node import NOTHING, Nodes, Value, truth
from server.fhirpath.run import Argument, Function, Run
from server.fhirpath.values import nodes_of, one, text, whole

_STEP = 100
"""How many characters count as one step."""


def _of(apply: Callable[..., Value], arguments: int = 0, cost: int = 1) -> Function:
    """A function of a string and further strings; nothing when one of those that are given is empty.

    It costs so many steps for each 100 characters.
    """

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            given = text(focus)
            others = [text(argument.value(scope)) for argument in arguments]
            if given is None or None in others:
                return NOTHING
            if len(given) > _STEP:
                scope.spend(len(given) * cost // _STEP)
            found = apply(given, *others)
            return truth(found) if type(found) is bool else nodes_of(_short(found))

        return run

    return Function(build, arguments, arguments)


def _short(found: Value) -> Value:
    if isinstance(found, str) and len(found) > LONGEST:
        raise Unevaluable("a string becomes too long")
    return found


def _replace(given: str, pattern: str, substitute: str) -> Value:
    count = given.count(pattern) if pattern else len(given) + 1
    if len(given) + count * len(substitute) > LONGEST:
        raise Unevaluable("a string becomes too long")
    return given.replace(pattern, substitute)


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
            return NOTHING
        scope.spend(len(given))
        parts = given.split(mark) if mark else list(given)
        return [node for part in parts for node in nodes_of(part)]

    return run


def _join(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        separator = text(arguments[0].value(scope)) if arguments else ""
        parts = [part for node in focus if (part := one([node], str)) is not None]
        if separator is None or not parts:
            return NOTHING
        length = sum(map(len, parts)) + len(separator) * (len(parts) - 1)
        scope.spend(length // _STEP)
        if length > LONGEST:
            raise Unevaluable("a string becomes too long")
        return nodes_of(separator.join(parts))

    return run


def _substring(model: Model, arguments: Sequence[Argument]) -> Run:
    """`substring(start, length)`: an empty length counts as none."""
    start, *length = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        given, first = text(focus), whole(start.value(scope))
        if given is None or first is None or not 0 <= first < len(given):
            return NOTHING
        count = whole(length[0].value(scope)) if length else None
        return nodes_of(given[first:] if count is None else given[first : first + max(count, 0)])

    return run


TABLE: Mapping[str, Function] = {
    "indexOf": _of(lambda given, part: given.find(part), 1),
    "lastIndexOf": _of(lambda given, part: given.rfind(part), 1),
    "substring": Function(_substring, 1, 2),
    "startsWith": _of(lambda given, part: given.startswith(part), 1),
    "endsWith": _of(lambda given, part: given.endswith(part), 1),
    "contains": _of(lambda given, part: part in given, 1),
    "upper": _of(lambda given: given.upper()),
    "lower": _of(lambda given: given.lower()),
    "replace": _of(_replace, 2),
    "matches": _of(regular.matches, 1),
    "matchesFull": _of(regular.matches_full, 1),
    "replaceMatches": _of(regular.replaced, 2, cost=1_000),
    "length": _of(lambda given: len(given)),
    "toChars": Function(_characters),
    "trim": _of(lambda given: given.strip()),
    "split": Function(_split, 1, 1),
    "join": Function(_join, 0, 1),
    "encode": _of(coding.encode, 1),
    "decode": _of(coding.decode, 1),
    "escape": _of(coding.escape, 1),
    "unescape": _of(coding.unescape, 1),
}
"""Functions on strings."""
