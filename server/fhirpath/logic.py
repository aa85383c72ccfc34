"""`and`, `or`, `xor` and `implies`, in three values; what the left side settles is not looked at on the right.

Source: http://hl7.org/fhirpath/N1/#boolean-logic
"""

from __future__ import annotations

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


def either(left: Run, right: Run) -> Run:
    """`or`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one:
            return TRUE
        other = boolean(right(focus, scope))
        return TRUE if other else NOTHING if one is None else truth(other)

    return run


def implied(left: Run, right: Run) -> Run:
    """`implies`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one is False:
            return TRUE
        other = boolean(right(focus, scope))
        return TRUE if other else NOTHING if one is None else truth(other)

    return run


def unlike(left: Run, right: Run) -> Run:
    """`xor`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one, other = boolean(left(focus, scope)), boolean(right(focus, scope))
        return NOTHING if one is None or other is None else truth(one is not other)

    return run
