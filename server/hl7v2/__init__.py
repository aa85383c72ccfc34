"""The legacy door: HL7 v2 messages in and out."""
