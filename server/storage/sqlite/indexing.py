"""Index entries written and removed by triggers: one statement for many resources, however many entries they have.

Each statement lets go of the interpreter and takes it back, for which it may have to wait; so there are few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from typing import Any, TypeAlias

import msgspec

from server.storage.sqlite.entries import Packed

ENTERING, LEAVING = "entering", "leaving"
"""Views that take a `Record`: the entries in it are written, or removed."""

Record: TypeAlias = tuple[int, str | None, str | None, str | None]
"""The rid of a resource; its terms, spans and texts as JSON, None where it has none."""

_RECORD = "SELECT 0 rid, '' terms, '' spans, '' texts"
_PARTS = [f"json_extract(value,'$[{place}]')" for place in range(3)]
_SPANS = "SELECT {} k, {} lo, {} hi FROM json_each(new.spans)".format(*_PARTS)
_TEXTS = "SELECT {} k, {} v FROM json_each(new.texts)".format(*_PARTS)
_DDL = f"""
CREATE TEMP VIEW {ENTERING} AS {_RECORD};
CREATE TEMP TRIGGER enter INSTEAD OF INSERT ON {ENTERING} BEGIN
    INSERT INTO term SELECT value, new.rid FROM json_each(new.terms);
    INSERT INTO rng SELECT k, lo, hi, new.rid FROM ({_SPANS});
    INSERT INTO val SELECT new.rid, k, lo, hi FROM ({_SPANS});
    INSERT INTO str SELECT k, v, new.rid FROM ({_TEXTS});
    INSERT INTO sval SELECT new.rid, k, v FROM ({_TEXTS});
END;
CREATE TEMP VIEW {LEAVING} AS {_RECORD};
CREATE TEMP TRIGGER leave INSTEAD OF INSERT ON {LEAVING} BEGIN
    DELETE FROM term WHERE (k, rid) IN (SELECT value, new.rid FROM json_each(new.terms));
    DELETE FROM rng WHERE (k, lo, hi, rid) IN (SELECT k, lo, hi, new.rid FROM ({_SPANS}));
    DELETE FROM val WHERE (rid, k, lo, hi) IN (SELECT new.rid, k, lo, hi FROM ({_SPANS}));
    DELETE FROM str WHERE (k, v, rid) IN (SELECT k, v, new.rid FROM ({_TEXTS}));
    DELETE FROM sval WHERE (rid, k, v) IN (SELECT new.rid, k, v FROM ({_TEXTS}));
END;
"""
_encoder = msgspec.json.Encoder()


def prepare(connection: sqlite3.Connection) -> None:
    """Give the connection that writes its views."""
    connection.executescript(_DDL)


def record(rid: int, packed: Packed) -> Record:
    """What a view takes for one resource."""
    return rid, _json(packed.terms), _json(packed.spans), _json(packed.texts)


def _json(entries: Set[Any]) -> str | None:
    return _encoder.encode(sorted(entries)).decode() if entries else None
