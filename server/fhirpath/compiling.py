"""From a tree to closures.

What is known of types is used at once: where a path begins with the type that the expression is compiled for, its
steps are looked up now, and a path that begins with another resource type leads nowhere.
Source: http://hl7.org/fhirpath/N1/#expressions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.fhirpath import navigation, type_tests
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable, Unparsable
from server.fhirpath.functions import FUNCTIONS
from server.fhirpath.model import RESOURCE, Model
from server.fhirpath.navigation import NOWHERE
from server.fhirpath.node import INTEGER
from server.fhirpath.operators import OPERATORS
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Argument, Nodes, Run
from server.fhirpath.tree import Binary, Call, Index, Literal, Member, Tree, TypeTest, Unary, Variable
from server.fhirpath.values import node_of, one, whole
from server.fhirpath.variables import variable


@dataclass(frozen=True, slots=True)
class Typed:
    """A closure, and the one type of all that it gives; empty when that is not known."""

    run: Run
    type: str = ""


def compile_tree(tree: Tree, model: Model, context: str = "") -> Run:
    """The closure of a tree on values of a type; raises Unparsable or Unevaluable for what can be seen to be wrong."""
    return _typed(tree, model, context).run


def _typed(tree: Tree, model: Model, context: str) -> Typed:
    if isinstance(tree, Member):
        return _member(tree, model, context)
    return Typed(_BUILDERS[type(tree)](tree, model, context))


def _literal(tree: Literal, model: Model, context: str) -> Run:
    nodes: Nodes = [] if tree.value is None else [(tree.value, tree.type, None)]
    return lambda focus, scope: nodes


def _member(tree: Member, model: Model, context: str) -> Typed:
    if tree.of is None:
        return _first(tree.name, model, context)
    of = _typed(tree.of, model, context)
    if of.run is NOWHERE:
        return of
    return _step(of, tree.name, model)


def _first(name: str, model: Model, context: str) -> Typed:
    """The beginning of a path: the type of the focus itself, else a member of it."""
    if not context:
        return Typed(navigation.first_step(model, name))
    if model.known(name) and model.is_a(context, name):
        return Typed(navigation.itself, context)
    if model.resource(name):
        return Typed(NOWHERE)
    return _step(Typed(navigation.itself, context), name, model)


def _step(of: Typed, name: str, model: Model) -> Typed:
    steps = model.steps(of.type, name) if of.type and not model.primitive(of.type) else ()
    if len(steps) == 1 and steps[0].type != RESOURCE:
        return Typed(navigation.known_step(of.run, steps[0]), steps[0].type)
    return Typed(navigation.then(of.run, navigation.step(model, name)))


def _call(tree: Call, model: Model, context: str) -> Run:
    if tree.name in type_tests.OPERATORS and len(tree.arguments) == 1:
        name = Argument(NOWHERE, tree.arguments[0]).type_name()
        return _tested(tree.name, tree.of, name, model, context)
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise Unparsable("there is no such function", tree.position)
    if not function.least <= len(tree.arguments) <= function.most:
        raise Unparsable("this function takes another number of arguments", tree.position)
    apply = function.build(model, tuple(_argument(one, model) for one in tree.arguments))
    of = compile_tree(tree.of, model, context) if tree.of is not None else navigation.itself
    return NOWHERE if of is NOWHERE and tree.name in _PASSING else navigation.applied(of, apply)


def _argument(tree: Tree, model: Model) -> Argument:
    unsigned = compile_tree(tree.operand, model) if isinstance(tree, Unary) and tree.operator == "-" else None
    return Argument(compile_tree(tree, model), tree, unsigned)


_PASSING = frozenset(("where", "select", "extension", "resolve", "first", "last", "distinct"))
"""Functions that give nothing on nothing."""


def _type_test(tree: TypeTest, model: Model, context: str) -> Run:
    return _tested(tree.operator, tree.operand, tree.type, model, context)


def _tested(operator: str, operand: Tree | None, name: str, model: Model, context: str) -> Run:
    """A type test; what it tests is typed by its reference alone where `resolve()` finds nothing."""
    if not model.known(name):
        raise Unevaluable(f"there is no type {name[:64]}")
    if isinstance(operand, Call) and operand.name == "resolve" and not operand.arguments:
        before = compile_tree(operand.of, model, context) if operand.of is not None else navigation.itself
        of = navigation.applied(before, navigation.resolve(model, phantoms=True))
    else:
        of = compile_tree(operand, model, context) if operand is not None else navigation.itself
    return NOWHERE if of is NOWHERE and operator != "is" else type_tests.OPERATORS[operator](model, of, name)


def _index(tree: Index, model: Model, context: str) -> Run:
    of, at = compile_tree(tree.of, model, context), compile_tree(tree.index, model)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes, place = of(focus, scope), whole(at(scope.this, scope))
        return nodes[place : place + 1] if place is not None and place >= 0 else []

    return NOWHERE if of is NOWHERE else run


def _unary(tree: Unary, model: Model, context: str) -> Run:
    operand = compile_tree(tree.operand, model, context)
    sign = -1 if tree.operator == "-" else 1

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = one(operand(focus, scope), int, Decimal, Quantity)
        if found is None:
            return []
        if isinstance(found, Quantity):
            return [node_of(Quantity(found.value * sign, found.unit, found.calendar))]
        return [node_of(found * sign)]

    return run


def _binary(tree: Binary, model: Model, context: str) -> Run:
    left, right = compile_tree(tree.left, model, context), compile_tree(tree.right, model, context)
    return OPERATORS[tree.operator](left, right)


def _variable(tree: Variable, model: Model, context: str) -> Run:
    if tree.name == "$this":
        return lambda focus, scope: scope.this
    if tree.name == "$index":
        return lambda focus, scope: [(scope.index, INTEGER, None)]
    if tree.name == "$total":
        return lambda focus, scope: scope.total
    return variable(tree.name)


_BUILDERS: Mapping[type, Callable[..., Run]] = {
    Literal: _literal,
    Call: _call,
    TypeTest: _type_test,
    Index: _index,
    Unary: _unary,
    Binary: _binary,
    Variable: _variable,
}
