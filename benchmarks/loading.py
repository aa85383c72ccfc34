"""`almoner load` itself: resources a second into the server, beside a bare route that takes the same Bundles."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import samples, traffic
from benchmarks.traffic import Rate

FILES, SIZE = 40, 200
"""How many transaction Bundles are loaded, and how many resources each has."""
_SUMMARY = re.compile(r"([\d,]+) resources loaded in ([\d.]+) s")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: resources, seconds, and resources a second through the bare route."""

    resources: int
    seconds: float
    bare: float

    @property
    def rate(self) -> float:
        """Resources a second."""
        return self.resources / self.seconds


async def measure(folder: Path, port: int, bare_port: int) -> Loaded:
    """Load made-up Bundles by the command, then send the same ones to the bare route."""
    files = folder / "bundles"
    files.mkdir()
    texts = [samples.transaction(100_000 + number * SIZE, SIZE) for number in range(FILES)]
    for number, text in enumerate(texts):
        (files / f"{number:03}.json").write_bytes(text)
    resources, seconds = await _command(files, port)
    bare = await _bare(bare_port, texts)
    return Loaded(resources, seconds, bare.requests * SIZE)


async def _command(files: Path, port: int) -> tuple[int, float]:
    command = ["-m", "server", "load", "--url", f"http://127.0.0.1:{port}/fhir", str(files)]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=asyncio.subprocess.PIPE)
    _, output = await process.communicate()
    found = _SUMMARY.search(output.decode())
    if process.returncode or found is None:
        raise RuntimeError(f"almoner load failed: {output.decode()}")
    return int(found.group(1).replace(",", "")), float(found.group(2))


async def _bare(port: int, texts: list[bytes]) -> Rate:
    def prepared() -> Iterator[bytes]:
        return (traffic.request("POST", "/transaction", text) for text in texts)

    return await traffic.run(port, prepared, 4, 60)
