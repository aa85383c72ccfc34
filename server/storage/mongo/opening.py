"""Opening a database: a new one is laid out, an older one migrated, one that a newer server wrote is refused.

Other definitions or another index recipe begin an epoch: resources of earlier epochs are outdated until they are
reindexed. Several processes may open one database at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pymongo import AsyncMongoClient, ReadPreference, ReturnDocument
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from server.fhir.errors import Unavailable
from server.storage.mongo import failures, schema, transactions
from server.storage.mongo.schema import META, Database, Document
from server.storage.store import Incompatible, Versions

NAME = "almoner"
"""The database, when the URI names none."""

MIGRATIONS: Mapping[int, Callable[[Database], Awaitable[None]]] = {}
"""A version of the collections to what turns it into the next; each may be cut off, or done by two at once."""

_STORE = "store"
_TIMES: Mapping[str, int] = {
    "serverSelectionTimeoutMS": 10_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 30_000,
    "waitQueueTimeoutMS": 10_000,
}
"""How long the driver waits, unless the URI says otherwise."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a store needs to know of its database; `epoch` is that of the resources it writes."""

    database: Database
    secret: bytes
    epoch: int


async def open_database(uri: str, versions: Versions) -> Opened:
    """The database, ready for this server; raises Incompatible for one that a newer server wrote, and Unavailable."""
    async with AsyncExitStack() as stack:
        with failures.told():
            client: AsyncMongoClient[Document] = AsyncMongoClient(uri, **_times(uri))
            stack.push_async_callback(client.close)
            await _refuse_standalone(client)
            database = client.get_default_database(NAME).with_options(
                read_preference=ReadPreference.PRIMARY,
                read_concern=ReadConcern("majority"),
                write_concern=transactions.DURABLE,
            )
            found = await _prepared(database, versions)
        stack.pop_all()
    return Opened(database, bytes(found["secret"]), int(found["epoch"]))


def _times(uri: str) -> dict[str, Any]:
    stated = {name.casefold() for name, _ in parse_qsl(urlsplit(uri).query)}
    return {name: time for name, time in _TIMES.items() if name.casefold() not in stated}


async def _refuse_standalone(client: AsyncMongoClient[Document]) -> None:
    hello = await client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise Unavailable("MongoDB must run as a replica set, of one member at least: a commit is a transaction")


async def _prepared(database: Database, versions: Versions) -> Document:
    """The document of META, once it says that the database is as this server needs it."""
    while True:
        found = await database[META].find_one({"_id": _STORE})
        if found is None:
            await _begin(database, versions)
            continue
        _refuse_newer(found, versions)
        for version in range(found["schema"], versions.schema):
            await MIGRATIONS[version](database)
        await schema.lay_out(database)
        current = await _adopted(database, found, versions)
        if current is not None:
            return current


async def _begin(database: Database, versions: Versions) -> None:
    secret = secrets.token_bytes(32)
    try:
        await database[META].insert_one({"_id": _STORE, "secret": secret, "epoch": 1, **_stated(versions)})
    except DuplicateKeyError:
        return


def _refuse_newer(found: Document, versions: Versions) -> None:
    written, recipe = found["schema"], found["recipe"]
    if written > versions.schema or recipe > versions.recipe:
        raise Incompatible(f"the store was written by a newer server (schema {written}, index recipe {recipe})")


async def _adopted(database: Database, found: Document, versions: Versions) -> Document | None:
    """The document with these versions, in a new epoch if entries are derived otherwise; None if it was changed."""
    same = (found["definitions"], found["recipe"]) == (versions.definitions, versions.recipe)
    return await database[META].find_one_and_update(
        {"_id": _STORE, **{name: found[name] for name in ("schema", "definitions", "recipe", "epoch")}},
        {"$set": _stated(versions), "$inc": {"epoch": 0 if same else 1}},
        return_document=ReturnDocument.AFTER,
    )


def _stated(versions: Versions) -> Document:
    return {"schema": versions.schema, "definitions": versions.definitions, "recipe": versions.recipe}
