"""`await ws.closed`: the end, whatever lies unread, on every server."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest

from wslab import Application, WebSocketDisconnect, WebSocketStateError
from wslab.websocket.inbox import HELD_MESSAGES, HELD_SIZE, MAX_MESSAGES
from wslab.websocket.rooms import Rooms

GONE = {"type": "websocket.disconnect", "code": 4000}


def message(content):
    return {"type": "websocket.receive", "text": content}


def waiting(record, rooms=None):
    """An application whose one handler awaits the end, in a room."""
    app, rooms = Application(), rooms or Rooms()

    @app.on_ws_request("/")
    async def wait(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.send("ready")
        async with rooms.membership("room", web_socket):
            record.append(await web_socket.closed)
        record.append(len(rooms))

    return app


@pytest.mark.parametrize(
    ("count", "content"),
    [
        (MAX_MESSAGES + 1, "word"),
        # A tracer takes most of its time.
        pytest.param(10_000, "word", marks=pytest.mark.no_cover),
        (64, b"x" * 65536),
    ],
)
async def test_the_end_comes_whatever_lies_unread(serving, record, count, content):
    """The handler and its membership end with the client, however much it has said."""
    server = await serving(waiting(record))
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        for _ in range(count):
            await client.send(content)
        await client.close(4000)
    assert await record.reach(2) == [server.expect("code of the client", 4000), 0]
    assert server.raised == []


async def test_the_end_comes_when_a_client_vanishes_behind_unread_messages(
    serving, record
):
    server = await serving(waiting(record))
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        for _ in range(MAX_MESSAGES * 3):
            await client.send("word")
        client.vanish()
        await record.reach(2)
    assert record == [server.expect("code of a lost connection", 1006), 0]


async def test_the_end_comes_at_a_tcp_reset_behind_unread_messages(serving, record):
    if serving.server_name == "testing":
        pytest.skip("there is no TCP connection")
    server = await serving(waiting(record))
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        for _ in range(MAX_MESSAGES * 3):
            await client.send("word")
        client.reset()
        await record.reach(2)
    assert record[1] == 0


async def test_a_client_may_go_on_talking_to_a_handler_that_awaits_the_end(
    serving, record
):
    """What nobody wants is discarded; nobody is sent away for it."""
    app = Application()
    go = asyncio.Event()

    @app.on_ws_request("/")
    async def push(scope, info, matches, web_socket):
        await web_socket.accept()
        end = asyncio.ensure_future(web_socket.closed)
        await go.wait()
        await web_socket.send("still here")
        record.append(await end)

    server = await serving(app)
    async with server.client("/") as client:
        for _ in range(HELD_MESSAGES * 2):
            await client.send("word")
        go.set()
        assert await client.receive() == "still here"
        await client.close()
    await record.reach(1)


async def test_what_was_held_is_received_after_the_end(serving, record):
    """Up to the bound nothing is lost."""
    app = Application()

    @app.on_ws_request("/")
    async def late(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.closed
        while (message := await web_socket.receive()) is not None:
            record.append(message)
        record.append(None)

    server = await serving(app)
    words = [str(number) for number in range(MAX_MESSAGES * 4)]
    async with server.client("/") as client:
        for word in words:
            await client.send(word)
        await client.close()
    assert await record.reach(len(words) + 1) == [*words, None]


async def test_a_receive_that_comes_to_a_gap_says_so_once(new_peer):
    """In order: what was held, the number of those discarded, the end."""
    many = HELD_MESSAGES + 5
    peer = new_peer(*[message(str(number)) for number in range(many)], GONE)
    connection = await peer.open()
    assert await connection.closed == 4000
    for number in range(HELD_MESSAGES):
        assert await connection.receive() == str(number)
    with pytest.raises(WebSocketStateError, match="5 messages were discarded"):
        await connection.receive()
    assert await connection.receive() is None
    await connection.release()


async def test_reading_goes_on_behind_a_gap(new_peer):
    peer = new_peer(*[message("x")] * (HELD_MESSAGES + 1))
    connection = await peer.open()
    end = asyncio.ensure_future(connection.closed)
    await peer.has_given(HELD_MESSAGES + 2)
    for _ in range(HELD_MESSAGES):
        assert await connection.receive() == "x"
    with pytest.raises(WebSocketStateError, match="discarded"):
        await connection.receive()
    peer.events.put_nowait(message("behind"))
    assert await connection.receive() == "behind"
    peer.events.put_nowait(GONE)
    assert await end == 4000
    await connection.release()


async def test_nothing_is_discarded_while_nobody_awaits_the_end(new_peer):
    """A wait that was given up leaves the back pressure as it was."""
    count, while_awaited = HELD_MESSAGES * 2, MAX_MESSAGES * 2
    peer = new_peer(*[message(str(number)) for number in range(while_awaited)])
    connection = await peer.open()
    end = asyncio.ensure_future(connection.closed)
    await peer.has_given(1 + while_awaited)
    end.cancel()
    for number in range(while_awaited, count):
        peer.events.put_nowait(message(str(number)))
    peer.events.put_nowait(GONE)
    got = [await connection.receive() for _ in range(count)]
    assert got == [str(number) for number in range(count)]
    assert await connection.receive() is None
    await connection.release()


async def test_a_reader_beside_one_that_awaits_the_end_misses_nothing(serving):
    """A slow reader in one task, `closed` in another, and a burst."""
    app = Application()
    got = []
    over = asyncio.Event()
    count = MAX_MESSAGES * 8

    @app.on_ws_request("/")
    async def both(scope, info, matches, web_socket):
        await web_socket.accept()
        end = asyncio.ensure_future(web_socket.closed)
        while (content := await web_socket.receive()) is not None:
            got.append(content)
            await asyncio.sleep(0)
        await end
        over.set()

    server = await serving(app)
    async with server.client("/") as client:
        for number in range(count):
            await client.send(str(number))
        await client.close()
    await asyncio.wait_for(over.wait(), 30)
    assert got == [str(number) for number in range(count)]


async def test_awaiting_the_end_holds_bounded_memory(new_peer):
    """Sixteen times the bound is sent; twice the bound is never held."""

    async def receive():
        receive.sent += 1
        if receive.sent == 1:
            return {"type": "websocket.connect"}
        if receive.sent < 16 * HELD_SIZE // 65536:
            return {"type": "websocket.receive", "bytes": bytes(65536)}
        return GONE

    receive.sent = 0
    connection = await new_peer(receive=receive).open()
    tracemalloc.start()
    try:
        assert await connection.closed == 4000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * HELD_SIZE
    await connection.release()


async def test_a_failed_send_finds_the_end_behind_any_number_of_messages(new_peer):
    peer = new_peer(*[message("x")] * (HELD_MESSAGES * 2), GONE, error=OSError())
    connection = await peer.open()
    with pytest.raises(WebSocketDisconnect) as disconnect:
        await connection.send("x")
    assert disconnect.value.code == 4000
    await connection.release()
