"""The search language: from a query string to a Condition, from a resource to its index entries."""
