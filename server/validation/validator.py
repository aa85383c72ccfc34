"""A validator: every issue of a resource at once, at the cost of little when there is none.

Source: http://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from threading import Lock

from server.fhir.definitions import Definitions
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.validation import containment
from server.validation.finding import LIMIT, Check, Context, Findings, error, under
from server.validation.structure import Compiler


class Validator:
    """Judges resources by the definitions. Types are compiled when first met; any thread may ask."""

    __slots__ = ("_checks", "_compiler", "_compiling", "_definitions")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._compiler = Compiler(definitions, _own_root(self._judge), self._contained)
        self._compiling = Lock()
        self._checks: dict[str, Check] = {}

    def issues(self, resource: Resource) -> tuple[Issue, ...]:
        """What is wrong with the resource: nothing, or up to 100 errors and then whether there are more."""
        found = self._judge(resource, Context(resource))
        if found is None:
            return ()
        name = self._name(resource)
        listed = under(name, found) if name else found
        return tuple(listed) if len(listed) <= LIMIT else (*listed[:LIMIT], _more())

    def _judge(self, value: Json, context: Context) -> Findings | None:
        if type(value) is not dict:
            return [error("structure", "a resource is an object")]
        if "resourceType" not in value:
            return [error("structure", "a resource has a resourceType")]
        name = self._name(value)
        if not name:
            return [error("not-supported", "the resourceType is none of R4's")]
        check = self._checks.get(name) or self._compile(name)
        return check(value, context)

    def _contained(self, value: Json, context: Context) -> Findings | None:
        found, missing = self._judge(value, context), containment.unidentified(value)
        return (found or []) + (missing or []) or None

    def _name(self, value: Json) -> str:
        """The type of a resource; empty when it is none that is defined."""
        name = value.get("resourceType") if type(value) is dict else None
        return name if type(name) is str and self._definitions.is_resource(name) else ""

    def _compile(self, name: str) -> Check:
        """A check is published once it is whole: what it leads to is filled while it is compiled."""
        with self._compiling:
            check = self._checks[name] = self._compiler.resource(name)
        return check


def compile_validator(definitions: Definitions) -> Validator:
    """The validator by these definitions."""
    return Validator(definitions)


def _own_root(judge: Check) -> Check:
    return lambda value, context: judge(value, Context(value))


def _more() -> Issue:
    return Issue("information", "informational", f"only the first {LIMIT} issues are listed; there are more")
