"""Worked examples in YAML: each is evaluated whole, or its test fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from server.fhir.resource import Json

_FOLDER = Path(__file__).parent / "cases"


class Example:
    """One worked example, which hands out each of its entries once."""

    def __init__(self, entries: dict[str, Json]) -> None:
        self._entries = dict(entries)
        self.name: str = self._entries.pop("name")
        self.compared = 0

    def given(self, name: str, default: Json = None) -> Json:
        """An entry that is an input."""
        return self._entries.pop(name, default)

    def expect(self, name: str, found: Callable[[Json], Json]) -> None:
        """Compare what is found, in the terms of the entry, with the entry, where there is one."""
        if name in self._entries:
            expected = self._entries.pop(name)
            assert found(expected) == expected, f"{self.name}: {name}"
            self.compared += 1

    def finish(self) -> None:
        """Fail for an example that compared nothing, or has entries that nobody read."""
        assert self.compared, f"{self.name}: nothing was compared"
        assert not self._entries, f"{self.name}: nobody read {sorted(self._entries)}"


def load(name: str) -> list[Example]:
    """All examples of a file."""
    listed: list[dict[str, Json]] = msgspec.yaml.decode((_FOLDER / f"{name}.yaml").read_bytes())
    assert len({one["name"] for one in listed}) == len(listed)
    return [Example(one) for one in listed]
