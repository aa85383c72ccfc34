"""Where resources live: one protocol, SQLite and MongoDB behind it."""
