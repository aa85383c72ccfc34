"""HL7 v2 data types to FHIR data types: pure functions of one repetition."""
