"""FHIR's own vocabulary: what every other floor speaks."""
