"""A load generator light enough not to be what is measured: keep-alive connections and prepared requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

Prepared = Callable[[], Iterator[bytes]]
"""Gives the requests of one connection, endlessly or not."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What was measured: answers a second, and their latencies in seconds at the median and the 99th percentile."""

    requests: float
    median: float
    late: float
    failed: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and body of an answer."""

    status: int
    body: bytes


def request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    """A request as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
    if body:
        head += f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def ask(port: int, text: bytes) -> Answer:
    """The answer to one request over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _exchange(reader, writer, text)
    finally:
        writer.close()


async def run(port: int, prepared: Prepared, connections: int, seconds: float) -> Rate:
    """Ask on so many connections for so long, or until their requests end."""
    start = perf_counter()
    clients = [_client(port, prepared(), start + seconds) for _ in range(connections)]
    results = await asyncio.gather(*clients)
    elapsed = perf_counter() - start
    times = sorted(time for found, _ in results for time in found)
    failed = sum(count for _, count in results)
    return Rate(len(times) / elapsed, times[len(times) // 2], times[len(times) * 99 // 100], failed)


async def _client(port: int, requests: Iterator[bytes], until: float) -> tuple[list[float], int]:
    times: list[float] = []
    failed = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    for text in requests:
        begun = perf_counter()
        if begun > until:
            break
        answer = await _exchange(reader, writer, text)
        failed += answer.status >= 400
        times.append(perf_counter() - begun)
    writer.close()
    return times, failed


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: bytes) -> Answer:
    writer.write(text)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    at = head.lower().find(b"content-length:")
    length = int(head[at + 15 : head.index(b"\r\n", at)]) if at > 0 else 0
    return Answer(status, await reader.readexactly(length) if length else b"")
