"""National Provider Identifiers: ten digits, the last a Luhn check digit over the prefix 80840.

Source: https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand
"""

from __future__ import annotations

import re

PREFIX = 24
"""What the digits 80840 add to the Luhn sum."""

_shape = re.compile(r"[12][0-9]{9}")


def valid(number: str) -> bool:
    """Whether the number has the shape and the check digit of an NPI."""
    if _shape.fullmatch(number) is None:
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (PREFIX + sum(digits[0::2]) + sum(doubled)) % 10 == 0
