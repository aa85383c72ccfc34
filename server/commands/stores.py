"""The store of a command that opens one itself; whatever is wrong with it is said in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import click

from profiles import packages
from server import assembly
from server.config import Settings
from server.fhir.errors import Unavailable
from server.interactions.engine import Engine
from server.storage.store import Incompatible


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Engine]:
    """The engine on the store that the settings name; raises click.ClickException where it cannot be opened."""
    async with AsyncExitStack() as stack:
        with _in_one_line(settings):
            engine = await stack.enter_async_context(assembly.opened(settings))
        yield engine


@contextmanager
def _in_one_line(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (Incompatible, Unavailable, packages.Unusable) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"cannot use {error.filename or _named(settings)}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise click.ClickException(f"cannot use {settings.data}: {error}") from error
    except ValueError as error:
        if not settings.mongo:
            raise
        raise click.ClickException(f"cannot use what --mongo (or ALMONER_MONGO) names: {error}") from error


def _named(settings: Settings) -> str:
    """The store as messages name it: a connection string may hold a password."""
    return "what --mongo (or ALMONER_MONGO) names" if settings.mongo else str(settings.data)
