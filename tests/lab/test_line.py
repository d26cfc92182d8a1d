"""A line to a server that a cell can break."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from wslab.lab import Line, serve

from .programs.behind import echo


@pytest.fixture
async def server():
    async with serve(echo, lifespan="off") as server:
        yield server


@pytest.fixture
async def line(server):
    line = await Line(server).open()
    yield line
    await line.close()


async def asked(client, text):
    await client.send(text)
    return await client.recv()


async def test_a_line_passes_on_what_is_said_and_the_close(line):
    async with connect(line.url()) as client:
        assert await asked(client, "hello") == "hello"
        assert await asked(client, "x" * 500_000) == "x" * 500_000
    assert client.close_code == 1000


async def test_the_connections_of_a_line_that_is_cut_end_without_a_close(line, server):
    async with connect(line.url()) as client:
        await asked(client, "hello")
        line.cut()
        with pytest.raises(ConnectionClosedError, match="no close frame"):
            await client.recv()
    connection = server.trace.connection
    assert [frame.opcode for frame in connection.frames] == [1, 1]
    assert not connection.is_open


async def test_a_line_that_was_cut_takes_new_connections(line):
    async with connect(line.url()) as client:
        line.cut()
        await client.wait_closed()
    async with connect(line.url()) as client:
        assert await asked(client, "again") == "again"


async def test_a_line_without_a_server_refuses_with_503_and_tells(line):
    line.server = None
    with pytest.raises(InvalidStatus, match="503"):
        await connect(line.url())
    await line.refusal()


async def test_a_line_whose_server_has_stopped_refuses_until_there_is_another(line):
    await line.server.stop()
    with pytest.raises(InvalidStatus, match="503"):
        await connect(line.url())
    async with (
        serve(echo, lifespan="off") as line.server,
        connect(line.url()) as client,
    ):
        assert await asked(client, "hello") == "hello"


async def test_a_frozen_line_loses_what_is_said_until_it_is_cut(line, server):
    async with connect(line.url()) as client:
        line.freeze()
        await client.send("lost")
        line.cut()
        await client.wait_closed()
    assert server.trace.connection.frames == []
    async with connect(line.url()) as client:
        assert await asked(client, "hello") == "hello"


async def test_a_line_that_is_closed_leaves_no_task_and_does_not_listen(server):
    before = asyncio.all_tasks()
    line = await Line(server).open()
    async with connect(line.url()) as client:
        await line.close()
        await client.wait_closed()
    assert asyncio.all_tasks() <= before
    with pytest.raises(ConnectionRefusedError):
        await connect(line.url())


async def test_a_client_that_leaves_before_it_has_asked_is_no_refusal(line):
    line.server = None
    _, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.close()
    await writer.wait_closed()
    with pytest.raises(InvalidStatus):
        await connect(line.url())
    await line.refusal()
