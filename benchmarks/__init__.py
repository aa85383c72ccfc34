"""Measurements: each of ours beside a bare FastAPI route that moves the same bytes, in the same run."""
