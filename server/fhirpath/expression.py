"""Compiled expressions: what the floors above work with.

Source: http://hl7.org/fhirpath/N1/
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.definitions import Definitions
from server.fhir.resource import Json, Resource
from server.fhirpath import reading
from server.fhirpath.compiling import Place, compile_tree
from server.fhirpath.environment import PLAIN, Environment, Scope
from server.fhirpath.errors import Unevaluable, Unparsable
from server.fhirpath.model import Model
from server.fhirpath.node import NOTHING, Nodes, Value
from server.fhirpath.parser import parse
from server.fhirpath.run import Run
from server.fhirpath.tree import Tree, between_bars
from server.fhirpath.values import boolean, value

_NONE: frozenset[str] = frozenset()
_KEPT = 2_000
"""How many trees a compiler keeps."""


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
        type_ = self.context
        if type(focus) is dict:
            if self.reads is not None and self.reads.isdisjoint(focus):
                return NOTHING
            type_ = focus.get("resourceType", type_)
        root: Nodes = [(focus, type_, None)]
        return self.within(Scope(environment, root))

    def values(self, focus: Json, environment: Environment = PLAIN) -> list[Value]:
        """The values that the expression gives: JSON values, Moments, Times and Quantities."""
        return [value(node) for node in self.nodes(focus, environment) if node[0] is not None]

    def truth(self, focus: Json, environment: Environment = PLAIN) -> bool | None:
        """Whether a criterion holds; None when it says nothing."""
        return boolean(self.nodes(focus, environment))

    def within(self, scope: Scope) -> Nodes:
        """The nodes that the expression gives where a scope is; many on one resource share their scope."""
        try:
            return self.run(scope.this, scope)
        except RecursionError as error:
            raise Unevaluable("the expression or the resource nests too deeply") from error


class Compiler:
    """Compiles expressions on one set of definitions; what it looked up once it keeps."""

    __slots__ = ("_model", "_trees")

    def __init__(self, definitions: Definitions) -> None:
        self._model = Model(definitions)
        self._trees: dict[str, Tree] = {}

    def compile(self, text: str, context: str = "", *, strict: bool = False) -> Expression:
        """The expression of a text, on values of a type or on any; raises Unparsable or Unevaluable.

        Where it is strict, members that the types do not have are refused, and an order where there is none.
        """
        known = context if self._model.complex(context) else ""
        try:
            tree = self._tree(text)
            run = compile_tree(tree, Place(self._model, known, strict)).run
            return Expression(text, context, run, reading.members(tree, self._model, known) if known else None)
        except RecursionError as error:
            raise Unparsable("it nests too deeply", 0) from error

    def alternatives(self, text: str, context: str) -> tuple[Expression, ...]:
        """What stands between the bars of an expression, where it may give something on values of a type.

        Whoever counts each value once, however often it comes, needs no union of them. Raises as `compile` does.
        """
        place = Place(self._model, context, False)
        found = ((one, reading.members(one, self._model, context)) for one in between_bars(self._tree(text)))
        some = ((one, reads) for one, reads in found if reads != _NONE)
        return tuple(Expression(text, context, compile_tree(one, place).run, reads) for one, reads in some)

    def _tree(self, text: str) -> Tree:
        """Search parameters share their expression between types."""
        tree = self._trees.get(text)
        if tree is None:
            if len(self._trees) >= _KEPT:
                self._trees.clear()
            tree = self._trees[text] = parse(text)
        return tree


def compile(text: str, definitions: Definitions, context: str = "") -> Expression:
    """The expression of a text; a Compiler serves many better."""
    return Compiler(definitions).compile(text, context)


def evaluate(text: str, resource: Resource, definitions: Definitions, environment: Environment = PLAIN) -> list[Value]:
    """The values that an expression gives on a resource."""
    return compile(text, definitions, resource.get("resourceType", "")).values(resource, environment)
