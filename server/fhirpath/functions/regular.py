"""Regular expressions, on RE2: they come from outside, and must not take long.

Source: http://hl7.org/fhirpath/N1/#matchesregex-string-boolean
"""

from __future__ import annotations

import re2

from server.fhirpath.arithmetic import LONGEST
from server.fhirpath.errors import Unevaluable

_PATTERN = 1_000
"""How long a regular expression may be."""


def matches(given: str, pattern: str) -> bool:
    """Whether the expression is found in a string."""
    return _compiled(pattern).search(given) is not None


def matches_full(given: str, pattern: str) -> bool:
    """Whether the expression describes all of a string."""
    return _compiled(pattern).fullmatch(given) is not None


def replaced(given: str, pattern: str, substitute: str) -> str:
    """The string with all that matches replaced; `$1` and `${name}` stand for groups of the match."""
    if not pattern:
        return given
    if (len(given) + 1) * len(substitute) > 10 * LONGEST:
        raise Unevaluable("a string becomes too long")
    expression = _compiled(pattern)
    try:
        found: str = expression.sub(_references(substitute), given)
    except IndexError as error:
        raise Unevaluable("the substitution names a group that is not there") from error
    return found


def _compiled(pattern: str) -> re2._Regexp:
    """A dot matches the end of a line too."""
    if len(pattern) > _PATTERN:
        raise Unevaluable(f"a regular expression has at most {_PATTERN:,} characters")
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        raise Unevaluable("the regular expression is not one of RE2's") from error


def _references(substitute: str) -> str:
    escaped = substitute.replace("\\", r"\\")
    return str(re2.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", escaped))


_OPTIONS = re2.Options()
_OPTIONS.dot_nl = True
_OPTIONS.log_errors = False
