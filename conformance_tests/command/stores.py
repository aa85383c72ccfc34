"""The options that put a server on each kind of store."""

from __future__ import annotations

from uuid import uuid4

from conformance_tests.storage import standin

STORES = ("sqlite", "mongo")


def options(kind: str) -> tuple[str, str]:
    """The options of an empty store, the same for each server that a test starts on it."""
    if kind == "sqlite":
        return "--data", "store"
    return "--mongo", standin.named(standin.uri(), f"almoner_test_{uuid4().hex}")
