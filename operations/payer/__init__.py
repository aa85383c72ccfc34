"""The built-in payer."""
