"""Definitions as data: the compiled R4 core and our own profiles."""
