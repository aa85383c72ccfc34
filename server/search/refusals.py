"""What is said of queries that are not supported, naming what is not."""

from __future__ import annotations

from server.fhir.definitions import SearchParameter
from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.search import kinds
from server.search.kinds.kind import Kind


def kind(parameter: SearchParameter) -> Kind:
    """How a parameter is searched; raises Invalid where it is not."""
    found = kinds.of(parameter)
    if found is None:
        raise unsupported(f"the search parameter {parameter.code} is not supported", parameter.code)
    return found


def unsupported(text: str, code: str) -> Invalid:
    """A query that is not supported, because of a parameter or its modifier."""
    return Invalid(text, issues=[Issue("error", "not-supported", text, shown(code))])


def shown(name: str) -> str:
    """A name as an answer may repeat it."""
    return name[:64] if name.replace("-", "").replace("_", "").replace(".", "").isalnum() else "of that name"
