"""Background work: what is done while the server serves."""
