"""Rules of STYLE that a machine can hold."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from conformance_tests.architecture import sources

BANNED = {"utils", "util", "helpers", "helper", "manager", "service", "services", "base", "common", "misc"}
IMPURE = {"os", "time", "random", "uuid", "secrets", "socket", "pathlib", "asyncio", "subprocess", "importlib", "io"}
CLOCKS = {"now", "utcnow", "today"}
ALL = (*sources.SHIPPED, "conformance_tests", "benchmarks", "tools")


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [sources.name(path) for path in sources.files(*ALL) if path.stem in BANNED or path.parent.name in BANNED]
    assert named == []


def test_no_folder_or_top_level_file_is_named_after_a_standard_library_module() -> None:
    top = [path for path in sources.ROOT.iterdir() if path.suffix == ".py"]
    folders = [path for folder in ALL for path in (sources.ROOT / folder).rglob("*") if path.is_dir()]
    names = [sources.name(path) for path in (*top, *folders) if path.stem in sys.stdlib_module_names]
    assert names == []


def test_every_module_opens_with_what_it_is_for() -> None:
    silent = [sources.name(path) for path in sources.files(*ALL) if not ast.get_docstring(sources.tree(path))]
    assert [one for one in silent if not _empty(sources.ROOT / one)] == []


def test_no_comment_promises_work_without_an_issue_number() -> None:
    loose = [
        f"{sources.name(path)}: {text}"
        for path in sources.files(*ALL)
        for text in _comments(path)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d)", text)
    ]
    assert loose == []


def test_comments_are_rare() -> None:
    comments = sum(1 for path in sources.files() for _ in _comments(path))
    lines = sum(1 for path in sources.files() for line in path.read_text().splitlines() if line.strip())
    assert comments <= lines * 5 // 100


def test_every_type_ignore_names_its_code() -> None:
    bare = [
        f"{sources.name(path)}: {text}"
        for path in sources.files(*ALL)
        for text in _comments(path)
        if "type: ignore" in text and "type: ignore[" not in text
    ]
    assert bare == []


def test_pure_floors_await_nothing() -> None:
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    found = {sources.name(path) for path, node in _nodes(*sources.PURE) if isinstance(node, kinds)}
    assert found == set()


def test_pure_floors_reach_nothing_outside() -> None:
    found = {
        f"{sources.name(path)}: {module}"
        for path, node in _nodes(*sources.PURE)
        for module in _imported(node)
        if module.partition(".")[0] in IMPURE
    }
    assert found == set()


def test_pure_floors_read_no_clock_and_open_no_file() -> None:
    found = {
        f"{sources.name(path)}:{node.lineno}"
        for path, node in _nodes(*sources.PURE)
        if isinstance(node, ast.Call) and _impure_call(node.func)
    }
    assert found == set()


def test_only_the_outermost_handlers_catch_everything() -> None:
    broad = {
        sources.name(path)
        for path, node in _nodes(*sources.SHIPPED)
        if isinstance(node, ast.ExceptHandler) and _broad(node.type)
    }
    assert broad == {
        "server/rest/api.py",
        "server/interactions/answering.py",
        "server/hl7v2/bridge.py",
        "server/commands/load_target.py",
        "server/storage/sqlite/writer.py",
    }


def _nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for path in sources.files(*folders):
        for node in ast.walk(sources.tree(path)):
            yield path, node


def _comments(path: Path) -> Iterator[str]:
    with path.open("rb") as text:
        for token in tokenize.tokenize(text.readline):
            if token.type == tokenize.COMMENT:
                yield token.string


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _impure_call(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "open"
    on_a_class = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
    return on_a_class and function.attr in CLOCKS and function.value.id in ("datetime", "date")  # type: ignore[attr-defined]


def _broad(type_: ast.expr | None) -> bool:
    return type_ is None or (isinstance(type_, ast.Name) and type_.id in ("Exception", "BaseException"))


def _empty(path: Path) -> bool:
    return path.name == "__init__.py" and not path.read_text().strip()
