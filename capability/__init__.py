"""What this server can do, derived from the tables."""
