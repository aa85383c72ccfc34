"""FHIRPath compiled to closures."""
