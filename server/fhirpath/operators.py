"""Every binary operator but `|`, `is` and `as`.

Source: http://hl7.org/fhirpath/N1/#operations
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.fhirpath import arithmetic, comparison, logic
from server.fhirpath.run import Run

OPERATORS: Mapping[str, Callable[[Run, Run], Run]] = {
    "=": comparison.equal,
    "!=": comparison.negated(comparison.equal),
    "~": comparison.equivalent,
    "!~": comparison.negated(comparison.equivalent),
    "<": comparison.ordering(lambda order: order < 0),
    "<=": comparison.ordering(lambda order: order <= 0),
    ">": comparison.ordering(lambda order: order > 0),
    ">=": comparison.ordering(lambda order: order >= 0),
    "in": comparison.within,
    "contains": comparison.contains,
    "+": arithmetic.operator(arithmetic.plus),
    "-": arithmetic.operator(arithmetic.minus),
    "*": arithmetic.operator(arithmetic.times),
    "/": arithmetic.operator(arithmetic.over),
    "div": arithmetic.operator(arithmetic.whole),
    "mod": arithmetic.operator(arithmetic.rest),
    "&": arithmetic.concatenated,
    "and": logic.both,
    "or": logic.either,
    "xor": logic.unlike,
    "implies": logic.implied,
}
"""How an operator is compiled from the Runs of its sides."""
