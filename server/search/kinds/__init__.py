"""One file a search parameter type: how it is indexed and how a query value matches, side by side."""
