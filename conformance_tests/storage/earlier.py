"""The store that the previous version wrote.

`written/0.1.0a1.sql.gz` is what `sqlite3.Connection.iterdump` gave of the store of commit ff1f999 (schema 1, index
recipe 1) after it had loaded `examples/practice`, taken `examples/claims/mirabel-injections.json` by `Claim/$submit`,
posted one dollar of the patient for it as EFT-1, and stored a patient who is born in the last year of the calendar, and
one who was updated and then deleted.
"""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

DUMP = Path(__file__).parent / "written" / "0.1.0a1.sql.gz"


def store(directory: Path) -> Path:
    """The file of the store, in a new directory."""
    directory.mkdir()
    file = directory / "almoner.sqlite"
    connection = sqlite3.connect(file)
    connection.executescript(gzip.decompress(DUMP.read_bytes()).decode())
    connection.close()
    return file
