"""Operations: one OperationDefinition and one file of code each; to add one, a row in ALL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.interactions.operation import Operation

ALL: Mapping[str, Sequence[Operation]] = {}
"""Every operation by its code."""
