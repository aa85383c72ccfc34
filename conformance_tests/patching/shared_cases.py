"""The public cases of patches, where they are: https://github.com/FHIR/fhir-test-cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[3] / "shared" / "cases"


def read(name: str) -> list[dict[str, Any]]:
    """The cases of a file, none where it is not there."""
    path = CASES / name
    return json.loads(path.read_text()) if path.exists() else []
