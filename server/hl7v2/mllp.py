"""MLLP: HL7 v2 messages over TCP, each between a start block and an end block, each answered before the next is read.

Source: http://www.hl7.org/documentcenter/public/wg/inm/mllp_transport_specification.PDF
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ssl import SSLContext

from server.hl7v2.frames import CHUNK, FRAME_LIMIT, Frames, Oversized, Unframed, frame

Handle = Callable[[bytes], Awaitable[bytes]]
"""What answers a message; the answer may be empty, and then nothing is sent."""

IDLE_SECONDS = 300.0
"""How long a connection may say nothing, or take to say the rest of a message or to read its answer."""

CONNECTION_LIMIT = 256
"""How many peers may be connected; one more is closed at once."""

log = logging.getLogger("almoner.hl7v2")


@dataclass(slots=True)
class Server:
    """A listening MLLP server; `port` is the one it got."""

    listener: asyncio.Server
    port: int
    connections: set[Connection]

    async def close(self, grace: float = 10.0) -> None:
        """Stop listening, let the message in hand of every connection be answered, then close them all."""
        self.listener.close()
        for connection in self.connections:
            connection.finish()
        tasks = [connection.task for connection in self.connections]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.listener.wait_closed()


@dataclass(slots=True, eq=False)
class Connection:
    """One peer: frames come in, answers go out, in order."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    handle: Handle
    frames: Frames
    idle: float
    task: asyncio.Task[None] = field(init=False)
    busy: bool = False
    finishing: bool = False

    async def run(self) -> None:
        """Answer messages until the peer closes, says nothing for too long, or sends what no frame holds."""
        try:
            while not self.finishing and (data := await self._read()):
                for message in self.frames.feed(data):
                    await self._answer(message)
        except Oversized:
            log.warning("MLLP connection closed: a message is larger than %d bytes", self.frames.limit)
        except Unframed:
            log.warning("MLLP connection closed: what the peer says is no MLLP")
        except (TimeoutError, ConnectionError):
            log.info("MLLP connection closed: the peer is gone or says nothing")
        finally:
            self.writer.close()

    def finish(self) -> None:
        """Close after the message in hand, at once when there is none."""
        self.finishing = True
        if not self.busy:
            self.writer.close()

    async def _read(self) -> bytes:
        async with asyncio.timeout(self.idle):
            return await self.reader.read(CHUNK)

    async def _answer(self, message: bytes) -> None:
        self.busy = True
        answer = await self.handle(message)
        if answer:
            self.writer.write(frame(answer))
            async with asyncio.timeout(self.idle):
                await self.writer.drain()
        self.busy = False


async def serve(
    host: str,
    port: int,
    handle: Handle,
    *,
    frame_limit: int = FRAME_LIMIT,
    connection_limit: int = CONNECTION_LIMIT,
    idle: float = IDLE_SECONDS,
    tls: SSLContext | None = None,
    reuse_port: bool = False,
) -> Server:
    """Listen for messages and answer each with what `handle` returns; port 0 takes a free one.

    With `reuse_port` several processes may listen on one port.
    """
    connections: set[Connection] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(connections) >= connection_limit:
            log.warning("MLLP connection refused: %d peers are connected", len(connections))
            writer.close()
            return
        connection = Connection(reader, writer, handle, Frames(frame_limit), idle)
        connection.task = asyncio.ensure_future(connection.run())
        connections.add(connection)
        try:
            await connection.task
        finally:
            connections.discard(connection)

    listener = await asyncio.start_server(accept, host, port, ssl=tls, reuse_port=reuse_port or None)
    return Server(listener, listener.sockets[0].getsockname()[1], connections)


async def send(host: str, port: int, message: bytes, *, timeout: float = 30.0) -> bytes:
    """The answer of a peer to one message over a connection of its own; raises ConnectionError when it gives none."""
    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(frame(message))
            await writer.drain()
            return await _first(reader)
        finally:
            writer.close()
            await writer.wait_closed()


async def _first(reader: asyncio.StreamReader) -> bytes:
    frames = Frames()
    try:
        while data := await reader.read(CHUNK):
            for answer in frames.feed(data):
                return answer
    except (Oversized, Unframed) as error:
        raise ConnectionError("the peer's answer is no frame") from error
    raise ConnectionError("the peer closed the connection without an answer")
