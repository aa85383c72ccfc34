"""`|`: what several runs give, each value once.

Source: http://hl7.org/fhirpath/N1/#union-collections
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.node import Nodes
from server.fhirpath.run import MANY, Run


def of(runs: Sequence[Run]) -> Run:
    """The union of what runs give."""
    first, *others = runs

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = first(focus, scope)
        for other in others:
            more = other(focus, scope)
            if more:
                found = [*found, *more] if found else more
        if len(found) < 2:
            return found
        if len(found) > MANY:
            scope.spend(equality.COST * len(found))
        return equality.distinct(found)

    return run
