"""Almoner: a FHIR R4 server with the revenue cycle inside."""
