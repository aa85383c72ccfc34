"""The rules that a claim is scrubbed by, one file per group."""
