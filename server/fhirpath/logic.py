"""`and`, `or`, `xor` and `implies`, in three values; what the left side settles is not looked at on the right.

Source: http://hl7.org/fhirpath/N1/#boolean-logic
"""

from __future__ import annotations

from collections.abc import Callable

from server.fhirpath.environment import Scope
from server.fhirpath.node import FALSE, NOTHING, TRUE, Nodes, truth
from server.fhirpath.run import Run
from server.fhirpath.values import boolean


def both(left: Run, right: Run) -> Run:
    """`and`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one is False:
            return FALSE
        other = boolean(right(focus, scope))
        return FALSE if other is False else NOTHING if one is None else truth(other)

    return run


def _true_by(settling: bool) -> Callable[[Run, Run], Run]:
    """The operator that is true when its left side is `settling`, or its right side is true."""

    def operator(left: Run, right: Run) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            one = boolean(left(focus, scope))
            if one is settling:
                return TRUE
            other = boolean(right(focus, scope))
            return TRUE if other else NOTHING if one is None else truth(other)

        return run

    return operator


either = _true_by(True)
"""`or`."""
implied = _true_by(False)
"""`implies`."""


def unlike(left: Run, right: Run) -> Run:
    """`xor`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one, other = boolean(left(focus, scope)), boolean(right(focus, scope))
        return NOTHING if one is None or other is None else truth(one is not other)

    return run
