"""From a tree to closures.

What is known of types is used at once: where the type of the focus is known, the steps of a path are looked up now, a
choice is narrowed by the type that is asked for, and a path that begins with another resource type leads nowhere.
Source: http://hl7.org/fhirpath/N1/#expressions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from server.fhirpath import arithmetic, comparison, memory, navigation, references, type_tests, union
from server.fhirpath.environment import PLAIN, Scope
from server.fhirpath.errors import Unevaluable, Unparsable
from server.fhirpath.functions import FUNCTIONS
from server.fhirpath.model import RESOURCE, Model, Step
from server.fhirpath.node import BOOLEAN, INTEGER, NOTHING, STRING, Nodes
from server.fhirpath.operators import OPERATORS
from server.fhirpath.run import ANY, ARGUMENT, FOCUS, ITEM, OUTSIDE, Argument, Function, Run, itself, nowhere, type_name
from server.fhirpath.tree import Binary, Call, Index, Literal, Member, Tree, TypeTest, Unary, Variable, size
from server.fhirpath.values import whole
from server.fhirpath.variables import variable


@dataclass(frozen=True, slots=True)
class Typed:
    """A Run, the one type of all that it gives, empty when that is not known, and whether that has an order.

    `choice` are the members that a step to a choice may lead to, from what `of` gives.
    """

    run: Run
    type: str = ""
    ordered: bool = True
    of: Run = nowhere
    choice: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tree stands: the type of its focus, empty when that is not known.

    Where it is `strict`, what cannot give anything is refused, and so is order where there is none.
    """

    model: Model
    context: str = ""
    strict: bool = False


NOWHERE = Typed(nowhere)


def compile_tree(tree: Tree, place: Place) -> Typed:
    """The closure of a tree; raises Unparsable or Unevaluable for what can be seen to be wrong."""
    built: Typed = _BUILDERS[type(tree)](tree, place)
    if isinstance(tree, Call | Binary) and built.run is not nowhere and memory.fixed(tree):
        return replace(built, run=memory.remembered(built.run))
    return built


def _literal(tree: Literal, place: Place) -> Typed:
    nodes: Nodes = [] if tree.value is None else [(tree.value, tree.type, None)]
    return Typed(lambda focus, scope: nodes, tree.type)


def _member(tree: Member, place: Place) -> Typed:
    if tree.of is None:
        return _first(tree.name, place)
    of = compile_tree(tree.of, place)
    return NOWHERE if of.run is nowhere and not place.strict else _step(of, tree.name, place)


def _first(name: str, place: Place) -> Typed:
    """The beginning of a path: the type of the focus itself, else a member of it."""
    model, context = place.model, place.context
    if not context:
        return Typed(navigation.first_step(model, name))
    if model.known(name) and model.is_a(context, name):
        return Typed(itself, context)
    if model.resource(name):
        return _nothing(f"a {context} is no {name}", place)
    return _step(Typed(itself, context), name, place)


def _step(of: Typed, name: str, place: Place) -> Typed:
    model = place.model
    steps = model.steps(of.type, name)
    if not steps and (model.complex(of.type) or (place.strict and model.primitive(of.type))):
        return _nothing(f"a {of.type} has no {name[:64]}", place)
    if not model.complex(of.type):
        return Typed(navigation.applied(of.run, navigation.step(model, name)), ordered=of.ordered)
    return _known(of, steps)


def _known(of: Typed, steps: tuple[Step, ...]) -> Typed:
    """Steps whose members are known."""
    if any(one.type == RESOURCE for one in steps):
        return Typed(navigation.known_steps(of.run, steps), ordered=of.ordered)
    if len(steps) > 1:
        return Typed(navigation.known_steps(of.run, steps), "", of.ordered, of.run, steps)
    return Typed(navigation.known_step(of.run, steps[0]), steps[0].type, of.ordered)


def _nothing(why: str, place: Place) -> Typed:
    if place.strict:
        raise Unevaluable(why)
    return NOWHERE


def _call(tree: Call, place: Place) -> Typed:
    if tree.name in type_tests.OPERATORS and len(tree.arguments) == 1:
        return _tested(tree.name, tree.of, type_name(tree.arguments[0]), place)
    function = _function(tree)
    of = compile_tree(tree.of, place) if tree.of is not None else Typed(itself, place.context)
    if of.run is nowhere and function.passes:
        return Typed(nowhere, of.type)
    if function.ordered and not of.ordered and place.strict:
        raise Unevaluable(f"{tree.name} asks for an order where there is none")
    inner = {OUTSIDE: place.context, ITEM: of.type, ANY: ""}[function.within]
    arguments = tuple(_argument(one, replace(place, context=inner)) for one in tree.arguments)
    run = navigation.applied(of.run, function.build(place.model, arguments))
    return Typed(run, _given(function, of, arguments), _ordered(function, of))


def _function(tree: Call) -> Function:
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise Unparsable("there is no such function", tree.position)
    if not function.least <= len(tree.arguments) <= function.most:
        raise Unparsable("this function takes another number of arguments", tree.position)
    return function


def _argument(tree: Tree, place: Place) -> Argument:
    compiled = compile_tree(tree, place)
    minus = isinstance(tree, Unary) and tree.operator == "-"
    unsigned = compile_tree(tree.operand, place).run if isinstance(tree, Unary) and minus else None
    return Argument(compiled.run, tree, size(tree), compiled.type, unsigned)


def _given(function: Function, of: Typed, arguments: tuple[Argument, ...]) -> str:
    if function.gives == FOCUS:
        return of.type
    return arguments[0].type if function.gives == ARGUMENT else function.gives


def _ordered(function: Function, of: Typed) -> bool:
    return not function.scatters and (of.ordered or function.gives not in (FOCUS, ARGUMENT))


def _type_test(tree: TypeTest, place: Place) -> Typed:
    return _tested(tree.operator, tree.operand, tree.type, place)


def _tested(operator: str, operand: Tree | None, name: str, place: Place) -> Typed:
    """A type test; what it tests is typed by its reference alone where `resolve()` finds nothing."""
    model = place.model
    if not model.known(name):
        raise Unevaluable(f"there is no type {name[:64]}")
    if isinstance(operand, Call) and operand.name == "resolve" and not operand.arguments:
        return _tested_reference(operator, operand.of, name, place)
    of = compile_tree(operand, place) if operand is not None else Typed(itself, place.context)
    if operator == "is":
        return Typed(type_tests.OPERATORS[operator](model, of.run, name), BOOLEAN)
    if of.choice:
        return _narrowed(of, name, model)
    found = of.run if of.run is nowhere else type_tests.OPERATORS[operator](model, of.run, name)
    return Typed(found, model.exact(name), of.ordered)


def _tested_reference(operator: str, operand: Tree | None, name: str, place: Place) -> Typed:
    of = compile_tree(operand, place) if operand is not None else Typed(itself, place.context)
    if operator == "is":
        return Typed(navigation.applied(of.run, references.leads_to(place.model, name)), BOOLEAN)
    found = navigation.applied(of.run, references.typed(place.model))
    return Typed(type_tests.OPERATORS[operator](place.model, found, name), place.model.exact(name))


def _narrowed(of: Typed, name: str, model: Model) -> Typed:
    """A choice, of which only members of a type count."""
    steps = tuple(one for one in of.choice if model.is_a(one.type, name))
    if not steps:
        return Typed(nowhere, model.exact(name))
    found = _known(Typed(of.of, ordered=of.ordered), steps)
    return found if found.type else replace(found, type=model.exact(name))


def _index(tree: Index, place: Place) -> Typed:
    of, at = compile_tree(tree.of, place), compile_tree(tree.index, place).run
    if not of.ordered and place.strict:
        raise Unevaluable("an index asks for an order where there is none")
    items = of.run

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes, number = items(focus, scope), whole(at(scope.this, scope))
        return nodes[number : number + 1] if number is not None and number >= 0 else NOTHING

    return Typed(run, of.type)


def _unary(tree: Unary, place: Place) -> Typed:
    operand = compile_tree(tree.operand, place)
    return Typed(arithmetic.signed(operand.run, -1 if tree.operator == "-" else 1), operand.type)


def _binary(tree: Binary, place: Place) -> Typed:
    if tree.operator == "|":
        return _union(tree, place)
    left, right = compile_tree(tree.left, place), compile_tree(tree.right, place)
    if tree.operator == "=" and isinstance(tree.right, Literal) and tree.right.type == STRING:
        return Typed(comparison.equal_text(left.run, tree.right.value), BOOLEAN)
    return Typed(OPERATORS[tree.operator](left.run, right.run))


def _union(tree: Binary, place: Place) -> Typed:
    """A chain of unions as one; of literals it is found now."""
    sides = _sides(tree)
    compiled = [one for one in (compile_tree(side, place) for side in sides) if one.run is not nowhere]
    if not compiled:
        return NOWHERE
    types = {one.type for one in compiled}
    built = Typed(union.of([one.run for one in compiled]), types.pop() if len(types) == 1 else "", ordered=False)
    if not all(isinstance(side, Literal) for side in sides):
        return built
    nodes = built.run(NOTHING, Scope(PLAIN, NOTHING))
    return Typed(lambda focus, scope: nodes, built.type, ordered=False)


def _sides(tree: Tree) -> list[Tree]:
    """The operands of a chain of unions."""
    found: list[Tree] = []
    while isinstance(tree, Binary) and tree.operator == "|":
        found.append(tree.right)
        tree = tree.left
    return [tree, *reversed(found)]


def _variable(tree: Variable, place: Place) -> Typed:
    if tree.name == "$this":
        return Typed(lambda focus, scope: scope.this, place.context)
    if tree.name == "$index":
        return Typed(lambda focus, scope: [(scope.index, INTEGER, None)], INTEGER)
    if tree.name == "$total":
        return Typed(lambda focus, scope: scope.total)
    return Typed(variable(tree.name))


_BUILDERS: Mapping[type, Callable[..., Typed]] = {
    Literal: _literal,
    Member: _member,
    Call: _call,
    TypeTest: _type_test,
    Index: _index,
    Unary: _unary,
    Binary: _binary,
    Variable: _variable,
}
