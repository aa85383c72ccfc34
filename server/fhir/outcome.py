"""Issues, and the OperationOutcome that carries them.

Source: http://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.fhir.resource import Resource


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `code` is an IssueType, `expression` the FHIRPath of the element; no patient data in the text."""

    severity: str
    code: str
    diagnostics: str
    expression: str = ""

    @property
    def failed(self) -> bool:
        """Whether the finding alone makes the request fail."""
        return self.severity in ("error", "fatal")


def outcome(issues: Sequence[Issue]) -> Resource:
    """The OperationOutcome of at least one issue."""
    return {"resourceType": "OperationOutcome", "issue": [_element(issue) for issue in issues]}


def _element(issue: Issue) -> Resource:
    element: Resource = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.diagnostics}
    if issue.expression:
        element["expression"] = [issue.expression]
    return element
