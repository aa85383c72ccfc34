"""The tree of an expression.

Source: http://hl7.org/fhirpath/N1/#grammar
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from server.fhirpath.node import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A value with its System type; without a value the empty collection."""

    value: Value = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """`name`, a member of `of`, of the focus when that is None."""

    of: Tree | None
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)` on `of`, on the focus when that is None."""

    of: Tree | None
    name: str
    arguments: tuple[Tree, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Variable:
    """`$this`, `$index`, `$total` (with its sign), or an external constant by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`of[index]`."""

    of: Tree
    index: Tree


@dataclass(frozen=True, slots=True)
class Unary:
    """`+` or `-` before an operand."""

    operator: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the operator between them."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`operand is type` or `operand as type`."""

    operator: str
    operand: Tree
    type: str


Tree: TypeAlias = Literal | Member | Call | Variable | Index | Unary | Binary | TypeTest


def size(tree: Tree) -> int:
    """How many parts the tree has."""
    return 1 + sum(size(part) for part in parts(tree))


def parts(tree: Tree) -> tuple[Tree, ...]:
    """What the tree is put together from."""
    match tree:
        case Member(of=of):
            return () if of is None else (of,)
        case Call(of=of, arguments=arguments):
            return arguments if of is None else (of, *arguments)
        case Index(of=of, index=index):
            return of, index
        case Unary(operand=operand) | TypeTest(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case _:
            return ()


def between_bars(tree: Tree) -> Iterator[Tree]:
    """What stands between the bars of an expression; itself where it has none."""
    if isinstance(tree, Binary) and tree.operator == "|":
        yield from between_bars(tree.left)
        yield from between_bars(tree.right)
    else:
        yield tree
