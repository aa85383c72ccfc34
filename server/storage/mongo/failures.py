"""What a caller is told when MongoDB does not answer: the kind of trouble, no content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import ExecutionTimeout, PyMongoError

from server.fhir.errors import TooCostly, Unavailable

DEADLINE = 20.0
"""Seconds that a search may take."""


@contextmanager
def told() -> Iterator[None]:
    """Raise TooCostly for a search that reached DEADLINE, Unavailable for any other failure of the driver."""
    try:
        yield
    except ExecutionTimeout as error:
        raise TooCostly(f"the search takes longer than {DEADLINE:.0f} s; narrow it") from error
    except PyMongoError as error:
        raise Unavailable(f"the store cannot answer now ({_kind(error)})") from error


def _kind(error: PyMongoError) -> str:
    code = getattr(error, "code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
