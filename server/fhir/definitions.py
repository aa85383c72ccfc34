"""What R4 defines: types, elements, search parameters, compartments, codes. Immutable once loaded.

Sources: http://hl7.org/fhir/R4/structuredefinition.html, http://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElementType:
    """One type an element may have; `targets` are the type names a Reference or canonical may point to.

    `system` names the FHIRPath System type of an attribute (`Element.id`) or a primitive's `value`.
    """

    code: str
    targets: tuple[str, ...] = ()
    system: str = ""
    regex: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """The value set an element draws its codes from."""

    strength: str
    value_set: str


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type. `maximum` None means unbounded; `content` is the path whose children apply here."""

    path: str
    name: str
    minimum: int
    maximum: int | None
    types: tuple[ElementType, ...]
    content: str = ""
    binding: Binding | None = None
    invariants: tuple[str, ...] = ()
    summary: bool = False
    modifier: bool = False
    attribute: bool = False

    @property
    def choice(self) -> bool:
        """Whether the element is a `value[x]`; `name` is then `value`."""
        return self.path.endswith("[x]")

    @property
    def many(self) -> bool:
        """Whether JSON writes the element as an array."""
        return self.maximum is None or self.maximum > 1


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type. `kind` is `resource`, `complex-type` or `primitive-type`; `root` is the element of the type itself."""

    name: str
    kind: str
    base: str
    abstract: bool
    root: Element


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule of the specification: its key, severity and FHIRPath expression."""

    key: str
    severity: str
    expression: str


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """A search parameter; `components` are (definition URL, expression) pairs of a composite."""

    url: str
    code: str
    type: str
    base: tuple[str, ...]
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Definitions:
    """All of R4. `children` maps the path of a type or backbone element to its elements in order."""

    version: str
    types: Mapping[str, TypeDefinition]
    children: Mapping[str, tuple[Element, ...]]
    invariants: Mapping[str, Invariant]
    parameters: Mapping[str, Mapping[str, SearchParameter]]
    compartments: Mapping[str, Mapping[str, tuple[str, ...]]]
    value_sets: Mapping[str, Mapping[str, frozenset[str]]]
    resource_types: tuple[str, ...]

    def is_resource(self, name: str) -> bool:
        """Whether `name` is one of the concrete resource types."""
        return name in self.parameters
