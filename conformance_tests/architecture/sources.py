"""The source files of the project, as the architecture tests look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("server", "profiles", "operations", "capability", "examples")
PURE = (
    "server/fhir",
    "server/fhirpath",
    "server/search",
    "server/validation",
    "server/patching",
    "operations/billing",
    "capability",
)
"""The floors on which nothing awaits, reads a clock, draws an id, opens a file or touches the environment."""


def files(*folders: str) -> Iterator[Path]:
    """The Python files of these folders, of all that is shipped without any."""
    for folder in folders or SHIPPED:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    """A file as messages name it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, its docstring left out."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    doc = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - doc
