"""What the steps of a selector, and the conditions on them, make of nodes.

Source: https://www.rfc-editor.org/rfc/rfc5261#section-4.1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from server.patching.operations import Inapplicable, Work
from server.patching.xml_tree import Content, Element, Name

_COST = 3
"""How many units of work each node takes whose place is noted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: by the places of its ancestors and itself among the children of their parents; the attribute
    of that, where it is one.
    """

    path: tuple[int, ...] = ()
    attribute: Name | None = None


Found: TypeAlias = tuple[Place, Content]
"""A node, or the element whose attribute it is, and where it stands."""
Test: TypeAlias = Callable[[Content], bool]
Follow: TypeAlias = Callable[[Sequence[Found], Work], Sequence[Found]]
"""From nodes to what a step, or a predicate, makes of them."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector that was read."""

    steps: tuple[Follow, ...]

    def only(self, document: Element, work: Work) -> Place:
        """Where the one node is that is selected; raises Inapplicable for none or several."""
        found = self.found([(Place(), document)], work)
        if len(found) != 1:
            raise Inapplicable(f"the selector finds {len(found)} nodes, not one")
        return found[0][0]

    def found(self, nodes: Sequence[Found], work: Work) -> Sequence[Found]:
        """What is selected from some nodes on."""
        for step in self.steps:
            nodes = step(nodes, work)
        return nodes


def children(test: Test) -> Follow:
    """The children that pass a test, each group of siblings by itself so that they can be counted."""

    def follow(nodes: Sequence[Found], work: Work) -> Sequence[Found]:
        found: list[Found] = []
        for place, one in nodes:
            if isinstance(one, Element) and place.attribute is None:
                work.spend(len(one.children))
                found += [(Place((*place.path, at)), child) for at, child in enumerate(one.children) if test(child)]
        work.spend(_COST * len(found))
        return found

    return follow


def attribute(name: Name) -> Follow:
    """The elements that have the attribute, which is what is found."""

    def follow(nodes: Sequence[Found], work: Work) -> Sequence[Found]:
        return [
            (Place(place.path, name), one)
            for place, one in nodes
            if isinstance(one, Element) and name in one.attributes
        ]

    return follow


def nth(number: int) -> Follow:
    """The node that is at this place among those of one parent."""

    def follow(nodes: Sequence[Found], work: Work) -> Sequence[Found]:
        counted: dict[tuple[int, ...], int] = {}
        kept: list[Found] = []
        for place, one in nodes:
            parent = place.path[:-1]
            counted[parent] = counted.get(parent, 0) + 1
            if counted[parent] == number:
                kept.append((place, one))
        return kept

    return follow


def where(path: Selector, wanted: str | None) -> Follow:
    """The nodes from which a path leads to something, or to something with this text."""

    def holds(found: Sequence[Found]) -> bool:
        return any(wanted is None or _value(place, one) == wanted for place, one in found)

    def follow(nodes: Sequence[Found], work: Work) -> Sequence[Found]:
        work.spend(len(nodes))
        return [one for one in nodes if holds(path.found([one], work))]

    return follow


def _value(place: Place, one: Content) -> str:
    if isinstance(one, Element) and place.attribute is not None:
        return one.attributes[place.attribute]
    return one if isinstance(one, str) else one.text
