"""Which members of its focus an expression reads, where that can be told from its text.

An expression of a resource that has none of them gives nothing, so it need not be evaluated: most search parameters do
not apply to most resources.
"""

from __future__ import annotations

from server.fhirpath.functions import FUNCTIONS
from server.fhirpath.model import Model
from server.fhirpath.tree import Binary, Call, Index, Literal, Member, Tree, TypeTest

_NOTHING: frozenset[str] = frozenset()
_PASSING = frozenset(("as", "ofType", *(name for name, function in FUNCTIONS.items() if function.passes)))


def members(tree: Tree, model: Model, context: str) -> frozenset[str] | None:
    """The JSON members that all paths of the expression begin with; None when it may give something without them."""
    match tree:
        case Literal(value=None):
            return _NOTHING
        case Member(of=None, name=name):
            return None if model.known(name) else _keys(model, context, name)
        case Member(of=Member(of=None, name=type_), name=name) if model.resource(type_):
            return _keys(model, context, name) if model.is_a(context, type_) else _NOTHING
        case Member(of=of) | Index(of=of):
            return members(of, model, context) if of is not None else None
        case Call(of=Member(of=None, name=type_), name="extension") if model.resource(type_):
            return _keys(model, context, "extension") if model.is_a(context, type_) else _NOTHING
        case TypeTest(operator="as", operand=operand):
            return members(operand, model, context)
        case Call(of=of, name=name) if of is not None and name in _PASSING:
            return members(of, model, context)
        case Binary(operator="|", left=left, right=right):
            one, other = members(left, model, context), members(right, model, context)
            return None if one is None or other is None else one | other
        case _:
            return None


def _keys(model: Model, context: str, name: str) -> frozenset[str]:
    return frozenset(key for step in model.steps(context, name) for key in (step.key, step.sibling) if key)
