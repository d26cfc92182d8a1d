"""asyncio's streams: on both networks."""

from __future__ import annotations

import asyncio

import pytest

from .ends import WAIT


async def test_streams_echo_lines_until_one_end_has_no_more():
    ended = asyncio.get_running_loop().create_future()

    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        ended.set_result(None)

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"one\ntwo\n")
        assert await reader.readline() == b"ONE\n"
        assert await reader.readuntil(b"O") == b"TWO"
        writer.write_eof()
        assert await reader.read() == b"\n"
        await asyncio.wait_for(ended, WAIT)
        writer.close()
        await writer.wait_closed()


async def test_a_drain_waits_for_the_reader():
    reading = asyncio.Event()
    read = asyncio.get_running_loop().create_future()

    async def slow(reader, writer):
        await reading.wait()
        read.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(bytes(16_000_000))
        draining = asyncio.create_task(writer.drain())
        for _ in range(50):
            await asyncio.sleep(0)
        assert not draining.done()
        reading.set()
        await asyncio.wait_for(draining, WAIT)
        writer.write_eof()
        assert len(await asyncio.wait_for(read, WAIT)) == 16_000_000
        writer.close()
        await writer.wait_closed()


async def test_who_waits_for_bytes_gets_the_reset():
    async def rude(reader, writer):
        writer.transport.pause_reading()
        while not writer.is_closing():
            await asyncio.sleep(0)
            writer.transport.abort()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello")
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.readexactly(1), WAIT)
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()
