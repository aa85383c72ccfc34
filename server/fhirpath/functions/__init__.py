"""The function library, a file for each section of the specification; to add a function, a row in its table.

Source: http://hl7.org/fhirpath/N1/#functions
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhirpath.functions import (
    combining,
    conversion,
    existence,
    fhir,
    filtering,
    maths,
    precision,
    subsetting,
    texts,
    utility,
)
from server.fhirpath.run import Function

FUNCTIONS: Mapping[str, Function] = {
    **existence.TABLE,
    **filtering.TABLE,
    **subsetting.TABLE,
    **combining.TABLE,
    **conversion.TABLE,
    **texts.TABLE,
    **maths.TABLE,
    **precision.TABLE,
    **utility.TABLE,
    **fhir.TABLE,
}
"""Every function by its name; `is`, `as` and `ofType` are in `type_tests`."""
