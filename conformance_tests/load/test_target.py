"""A store as the target of loading: what its server answers, and faults of its own."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from pathlib import Path

import pytest
from rich.console import Console

from conformance_tests.storage import openers
from profiles import load as definitions
from server import assembly
from server.commands import load_files
from server.commands.load_progress import Progress
from server.commands.load_run import Loading
from server.commands.load_spool import Spool
from server.commands.load_target import EngineTarget
from server.interactions import table
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request


async def _poisoned(engine: Engine, request: Request) -> Reply:
    """The server, but that a resource of a certain id breaks it."""
    if any(one["resource"]["id"] == "poison" for one in (request.body or {}).get("entry", ())):
        raise ZeroDivisionError("Jane Doe")
    return await table.run(engine, request)


async def _loaded(folder: Path) -> tuple[Progress, str]:
    store = await openers.OPENERS["sqlite"](folder / "store")("definitions", 1)
    shown = io.StringIO()
    try:
        target = EngineTarget(assembly.engine(store, definitions.definitions()), _poisoned, "")
        with Progress(Console(file=shown), 1) as progress, Spool() as spool:
            await Loading(target, progress, spool, 2).run(load_files.inventory([folder / "files"]))
        return progress, shown.getvalue()
    finally:
        await store.close()


def test_a_fault_of_the_server_is_told_by_its_id_and_the_rest_is_loaded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "files").mkdir()
    for id_ in ("a", "poison", "z"):
        (tmp_path / "files" / f"{id_}.json").write_text(json.dumps({"resourceType": "Patient", "id": id_}))
    with caplog.at_level(logging.ERROR):
        progress, shown = asyncio.run(_loaded(tmp_path))
    assert (progress.loaded, progress.failed) == (2, 1)
    told = re.search(r"/poison\.json: 500 the server failed; its log has the details under (\w{32})\n", shown)
    assert told is not None
    assert f"fault {told[1]}: ZeroDivisionError" in caplog.text
    assert "Jane" not in shown + caplog.text


def test_a_fault_of_one_line_does_not_take_its_neighbours_with_it(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    lines = [json.dumps({"resourceType": "Patient", "id": id_}) for id_ in ("a", "b", "poison", "d")]
    (tmp_path / "files" / "a.ndjson").write_text("\n".join(lines))
    progress, shown = asyncio.run(_loaded(tmp_path))
    assert (progress.loaded, progress.failed) == (3, 1)
    assert "a.ndjson entry 3: 500 the server failed" in shown
