"""The guided tour: one visit through the ten steps of medical billing, against a running server."""
