"""Compiled expressions: what the floors above work with.

Source: http://hl7.org/fhirpath/N1/
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.definitions import Definitions
from server.fhir.resource import Json, Resource
from server.fhirpath import reading
from server.fhirpath.compiling import compile_tree
from server.fhirpath.environment import PLAIN, Environment, Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import Value
from server.fhirpath.parser import parse
from server.fhirpath.run import Nodes, Run
from server.fhirpath.values import boolean, value


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; any thread may evaluate it. Evaluating raises Unevaluable.

    `reads` are the JSON members of its focus without which it gives nothing, None when that cannot be told.
    """

    text: str
    context: str
    run: Run
    reads: frozenset[str] | None = None

    def nodes(self, focus: Json, environment: Environment = PLAIN) -> Nodes:
        """The nodes that the expression gives on a resource, or on a value of the type it was compiled for."""
        type_ = focus.get("resourceType", self.context) if type(focus) is dict else self.context
        root = [(focus, type_, None)]
        try:
            return self.run(root, Scope(environment, root))
        except RecursionError as error:
            raise Unevaluable("the expression or the resource nests too deeply") from error

    def values(self, focus: Json, environment: Environment = PLAIN) -> list[Value]:
        """The values that the expression gives: JSON values, Moments, Times and Quantities."""
        return [value(node) for node in self.nodes(focus, environment) if node[0] is not None]

    def truth(self, focus: Json, environment: Environment = PLAIN) -> bool | None:
        """Whether a criterion holds; None when it says nothing."""
        return boolean(self.nodes(focus, environment))


class Compiler:
    """Compiles expressions on one set of definitions; what it looked up once it keeps."""

    __slots__ = ("_model",)

    def __init__(self, definitions: Definitions) -> None:
        self._model = Model(definitions)

    def compile(self, text: str, context: str = "") -> Expression:
        """The expression of a text; raises Unparsable or Unevaluable."""
        tree = parse(text)
        reads = reading.members(tree, self._model, context) if context else None
        return Expression(text, context, compile_tree(tree, self._model, context), reads)


def evaluate(text: str, resource: Resource, definitions: Definitions, environment: Environment = PLAIN) -> list[Value]:
    """The values that an expression gives on a resource."""
    return Compiler(definitions).compile(text, resource.get("resourceType", "")).values(resource, environment)
