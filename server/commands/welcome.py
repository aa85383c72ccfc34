"""What a server does before it starts, and what it says when it is ready."""

from __future__ import annotations

from rich.console import Console

from server import assembly
from server.commands import practice, stores
from server.config import Settings
from server.jobs import publishing
from server.rest.decode import PREFIX
from server.search.condition import Not, Term
from server.storage.store import Store


async def prepare(settings: Settings) -> int:
    """Open the store and load the example practice where that is asked for and all is empty; how many resources."""
    async with stores.opened(settings) as engine:
        if settings.demo and await _empty(engine.store):
            return await practice.load(engine)
    return 0


def show(console: Console, settings: Settings, loaded: int) -> None:
    """Print the addresses that the settings give, a warning where sign-in is off, and three commands to try."""
    base = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    store = settings.mongo.rpartition("@")[2] if settings.mongo else f"SQLite in {settings.data}"
    console.print(f"[bold]Almoner {assembly.version()}[/] serves [bold]{base}{PREFIX}[/]  ({store})", highlight=False)
    if settings.mllp_port is not None:
        console.print(f"  HL7 v2 (MLLP) on {settings.host}:{settings.mllp_port}", highlight=False)
    if loaded:
        console.print(f"  The store was empty: {loaded} resources of the example practice are loaded.", highlight=False)
    if settings.open:
        console.print("  [bold red]OPEN: anyone at this machine may read and change everything without sign-in.[/]")
        console.print("Try, in another terminal:")
    else:
        console.print("  Closed: there is no sign-in yet, so only this is answered (--open switches sign-in off):")
    for line in _COMMANDS if settings.open else _PUBLIC:
        console.print(f"  {line.format(url=base + PREFIX)}", highlight=False, soft_wrap=True)
    console.print("Stop with Ctrl-C.")


_COMMANDS = (
    "curl -s '{url}/Patient?name=thistledown'",
    "curl -s '{url}/$report?start=2026-01-01&end=2026-12-31&group-by=payer&_format=csv'",
    ".venv/bin/almoner tour --url {url}",
)
_PUBLIC = ("curl -s '{url}/metadata'",)


async def _empty(store: Store) -> bool:
    """Whether the store holds nothing but what the server itself publishes."""
    return await store.count(Not(Term(f"_owner={publishing.OWNER}")), 1) == 0
