"""`almoner load`: resources and Bundles from files into a server or a store, each once, however often it is run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import click
import httpx
from rich.console import Console

from server import assembly
from server.commands import load_files, options, stores
from server.commands.load_files import File, Unreadable
from server.commands.load_progress import Progress
from server.commands.load_run import Loading
from server.commands.load_spool import Spool
from server.commands.load_target import BACK_OFF, EngineTarget, HttpTarget, Persistent, Stopped, Target, persist
from server.config import Settings
from server.interactions import table

URL = "http://127.0.0.1:8080/fhir"
_TIMEOUT = httpx.Timeout(300, connect=5)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--url", show_default=URL, metavar="URL", help="Base URL of the FHIR server to load into.")
@click.option("--data", metavar="DIR", help="Load into the SQLite store of this directory instead, without a server.")
@click.option("--mongo", metavar="URI", help="Load into this MongoDB instead, without a server.")
@click.option("--jobs", default=4, show_default=True, type=click.IntRange(1, 32), help="Requests under way at a time.")
def load(paths: tuple[Path, ...], url: str | None, data: str | None, mongo: str | None, jobs: int) -> None:
    """Load FHIR resources and Bundles from PATHs.

    A PATH is a .json or .ndjson file, a .tar, .tar.xz, .tar.gz or .zip archive of them, or a directory. What was
    loaded before is skipped, so an interrupted run is resumed by running it again.
    """
    store = {name: text for name, text in (("data", data), ("mongo", mongo)) if text}
    if store and url:
        raise click.ClickException("--url names a server and the other option a store; give one of them")
    opening = _store(options.settings(store)) if store else _server(options.server(url or URL), jobs)
    try:
        files = load_files.inventory(paths)
        with Progress(Console(stderr=True), sum(file.size for file in files)) as progress:
            asyncio.run(_load(files, opening, jobs, progress))
    except (Unreadable, Stopped) as error:
        raise click.ClickException(str(error)) from error
    if progress.failed:
        raise click.ClickException(f"{progress.failed:,} resources could not be loaded")


async def _load(
    files: tuple[File, ...], opening: AbstractAsyncContextManager[Target], jobs: int, progress: Progress
) -> None:
    async with opening as target:
        with Spool() as spool:
            await Loading(target, progress, spool, jobs).run(files)


@asynccontextmanager
async def _server(url: str, jobs: int) -> AsyncIterator[Target]:
    limits = httpx.Limits(max_connections=jobs)
    async with httpx.AsyncClient(timeout=_TIMEOUT, limits=limits) as client:
        server = HttpTarget(client, url)
        await persist(server.check, BACK_OFF[:2])
        yield Persistent(server)


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Target]:
    async with stores.opened(settings) as engine:
        assembly.pace()
        yield Persistent(EngineTarget(engine, table.run, settings.base_url))
