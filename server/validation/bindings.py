"""Required bindings: a code comes from the value set its element is bound to.

Source: http://hl7.org/fhir/R4/terminologies.html#required
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from server.fhir.resource import Json
from server.validation.finding import Check, Context, Findings, error, objects

ValueSet: TypeAlias = Mapping[str, frozenset[str]]
"""The codes of a value set by their system."""

_presentable = re.compile(r"[A-Za-z0-9_.\-]{1,40}")


def codes(value_set: ValueSet) -> frozenset[str]:
    """The codes of all its systems: a `code` names no system."""
    return frozenset().union(*value_set.values())


def code_fault(url: str, value: str) -> Findings:
    """The finding for a code outside the value set."""
    shown = f"the code '{value}'" if _presentable.fullmatch(value) else "the code"
    return [error("code-invalid", f"{shown} is not in the value set {url}, whose binding is required")]


def coding(url: str, value_set: ValueSet) -> Check:
    """A Coding, or the code of a Quantity, in the value set."""

    def check(value: Json, context: Context) -> Findings | None:
        if not isinstance(value, dict) or _within(value_set, value) or "code" not in value:
            return None
        return [error("code-invalid", f"the code is not in the value set {url}, whose binding is required", "code")]

    return check


def concept(url: str, value_set: ValueSet) -> Check:
    """A CodeableConcept with at least one coding in the value set; an extension may stand for codings."""

    def check(value: Json, context: Context) -> Findings | None:
        if not isinstance(value, dict) or ("coding" not in value and "extension" in value):
            return None
        if any(_within(value_set, one) for one in objects(value.get("coding"))):
            return None
        return [error("code-invalid", f"no coding is in the value set {url}, whose binding is required")]

    return check


def _within(value_set: ValueSet, value: Json) -> bool:
    system, code = value.get("system"), value.get("code")
    return isinstance(system, str) and isinstance(code, str) and code in value_set.get(system, ())


BOUND: Mapping[str, Callable[[str, ValueSet], Check]] = {
    "Coding": coding,
    "Quantity": coding,
    "CodeableConcept": concept,
}
"""How each complex type is held to a required value set; `code` is held to it as a primitive."""
