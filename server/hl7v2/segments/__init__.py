"""Segments to resources: one file a segment, pure functions that give entries of the transaction."""
