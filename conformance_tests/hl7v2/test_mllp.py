"""MLLP over TCP: connections that speak well and connections that do not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from server.hl7v2 import mllp
from server.hl7v2.frames import frame

pytestmark = pytest.mark.anyio
HOST = "127.0.0.1"


async def echo(message: bytes) -> bytes:
    await asyncio.sleep(0)
    return b"ACK " + message


@asynccontextmanager
async def serving(
    handle: Callable[[bytes], Awaitable[bytes]] = echo, *, frame_limit: int = 1000, idle: float = 30.0
) -> AsyncIterator[mllp.Server]:
    server = await mllp.serve(HOST, 0, handle, frame_limit=frame_limit, idle=idle)
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def connected(server: mllp.Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def said(server: mllp.Server, data: bytes, *, ending: bool = True) -> bytes:
    """Everything a connection answers to some bytes, after which it says no more."""
    async with connected(server) as (reader, writer):
        writer.write(data)
        if ending:
            writer.write_eof()
        return await reader.read()


async def test_a_message_is_answered_in_a_frame() -> None:
    async with serving() as server:
        assert await mllp.send(HOST, server.port, b"one") == b"ACK one"


async def test_several_messages_of_a_connection_are_answered_in_order() -> None:
    async with serving() as server:
        answers = await said(server, b"".join(frame(b"%d" % number) for number in range(50)))
    assert answers == b"".join(frame(b"ACK %d" % number) for number in range(50))


async def test_a_message_is_answered_before_the_next_is_handled() -> None:
    events: list[bytes] = []

    async def handle(message: bytes) -> bytes:
        events.append(b"begin " + message)
        await asyncio.sleep(0.01)
        events.append(b"end " + message)
        return message

    async with serving(handle) as server:
        await said(server, frame(b"1") + frame(b"2"))
    assert events == [b"begin 1", b"end 1", b"begin 2", b"end 2"]


async def test_connections_do_not_wait_for_one_another() -> None:
    released = asyncio.Event()

    async def handle(message: bytes) -> bytes:
        if message == b"slow":
            await released.wait()
        return message

    async with serving(handle) as server, asyncio.TaskGroup() as group:
        slow = group.create_task(mllp.send(HOST, server.port, b"slow"))
        assert await mllp.send(HOST, server.port, b"quick") == b"quick"
        released.set()
        assert await slow == b"slow"


async def test_a_large_message_and_its_answer_come_whole() -> None:
    async with serving(frame_limit=1_000_000) as server:
        assert await mllp.send(HOST, server.port, b"x" * 1_000_000) == b"ACK " + b"x" * 1_000_000


async def test_half_frames_are_skipped() -> None:
    async with serving() as server:
        assert await said(server, b"\r\n\x0bhalf" + frame(b"one") + b"\x0btail") == frame(b"ACK one")


async def test_a_web_page_cannot_speak_to_it() -> None:
    head = b"POST / HTTP/1.1\r\nHost: attacker.example\r\nContent-Type: text/plain\r\n\r\n"
    heard: list[bytes] = []

    async def noting(message: bytes) -> bytes:
        heard.append(message)
        return message

    async with serving(noting) as server:
        assert await said(server, head + frame(b"one"), ending=False) == b""
    assert heard == []


async def test_an_empty_answer_is_not_sent() -> None:
    async def silent(message: bytes) -> bytes:
        return b"" if message == b"quiet" else message

    async with serving(silent) as server:
        assert await said(server, frame(b"quiet") + frame(b"loud")) == frame(b"loud")


async def test_a_message_beyond_the_limit_closes_its_connection_and_no_other() -> None:
    async with serving(frame_limit=10) as server:
        assert await said(server, frame(b"ok") + b"\x0b" + b"x" * 11, ending=False) == frame(b"ACK ok")
        assert await mllp.send(HOST, server.port, b"one") == b"ACK one"


async def test_a_peer_too_many_is_closed_and_the_others_go_on() -> None:
    server = await mllp.serve(HOST, 0, echo, connection_limit=1)
    async with connected(server) as (reader, writer):
        writer.write(frame(b"one"))
        assert await reader.readexactly(10) == frame(b"ACK one")
        assert await said(server, b"", ending=False) == b""
        writer.write(frame(b"two"))
        assert await reader.readexactly(10) == frame(b"ACK two")
    await server.close()


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with serving(idle=0.05) as server:
        assert await said(server, b"\x0bhalf", ending=False) == b""


async def test_a_peer_that_breaks_off_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        async with serving() as server:
            _, writer = await asyncio.open_connection(HOST, server.port)
            writer.write(frame(b"one"))
            writer.transport.abort()
            assert await mllp.send(HOST, server.port, b"two") == b"ACK two"
    assert caplog.records == []


async def test_closing_lets_the_message_in_hand_be_answered() -> None:
    begun, released = asyncio.Event(), asyncio.Event()

    async def handle(message: bytes) -> bytes:
        begun.set()
        await released.wait()
        return message

    async with serving(handle) as server, asyncio.TaskGroup() as group:
        sent = group.create_task(mllp.send(HOST, server.port, b"last"))
        await begun.wait()
        closed = group.create_task(server.close())
        await asyncio.sleep(0)
        released.set()
        assert await sent == b"last"
        await closed


async def test_closing_ends_idle_connections_at_once() -> None:
    async with serving() as server, connected(server) as (reader, writer):
        writer.write(frame(b"one"))
        assert await reader.readexactly(10) == frame(b"ACK one")
        await server.close()
        assert await reader.read() == b""


async def test_closing_does_not_wait_for_ever() -> None:
    async def never(_: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with serving(never) as server, connected(server) as (reader, writer):
        writer.write(frame(b"one"))
        while not any(connection.busy for connection in server.connections):
            await asyncio.sleep(0)
        await server.close(grace=0.01)
        assert await reader.read() == b""


async def test_a_closed_server_takes_no_connection() -> None:
    server = await mllp.serve(HOST, 0, echo)
    await server.close()
    with pytest.raises(ConnectionRefusedError):
        await mllp.send(HOST, server.port, b"one")


async def test_a_peer_whose_answer_is_no_frame_is_an_error() -> None:
    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(speak_http, HOST, 0) as other:
        with pytest.raises(ConnectionError):
            await mllp.send(HOST, other.sockets[0].getsockname()[1], b"one")


async def test_a_peer_that_closes_without_an_answer_is_an_error() -> None:
    async with serving(frame_limit=1) as server:
        with pytest.raises(ConnectionError):
            await mllp.send(HOST, server.port, b"too long")
