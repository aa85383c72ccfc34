"""StructureDefinitions compiled to closures."""
