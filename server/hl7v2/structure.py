"""On demand, never in the path of a message: does a message have the segments and fields that its version requires?

The one module that knows hl7apy, whose tables of versions 2.1 to 2.8.2 judge: some 20 ms a message, the first defect
only, and segments newer than its tables count as defects.

Source: https://crs4.github.io/hl7apy/api_docs/validation.html
"""

from __future__ import annotations

from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from server.hl7v2.er7 import Message


def defect(message: Message) -> str:
    """The first defect of a message that `er7` could read, as hl7apy names it; empty when it conforms."""
    try:
        Validator.validate(parse_message(str(message), find_groups=True))
    except HL7apyException as error:
        return str(error)
    return ""
