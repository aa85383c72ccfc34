"""What can be wrong with an expression: its text, or what it does with a resource.

Source: http://hl7.org/fhirpath/N1/#safety-and-performance
"""

from __future__ import annotations

from server.fhir.errors import Invalid


class FhirPathError(Invalid):
    """An expression that cannot be compiled or evaluated."""


class Unparsable(FhirPathError):
    """The text is no expression; `position` counts its characters from 0."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(f"the expression is not FHIRPath: {problem} at character {position + 1}")
        self.position = position


class Unevaluable(FhirPathError):
    """The expression asks for what the language or this engine does not give."""


class Exhausted(Unevaluable):
    """The evaluation takes more steps than it may."""
