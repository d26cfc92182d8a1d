"""Reading while the handler does not, on every server."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application, State, WebSocketDisconnect
from wslab.websocket.inbox import MAX_MESSAGES, MAX_SIZE


async def test_a_push_only_handler_learns_that_its_client_has_gone(serving, record):
    """Its send raises, and it ends in silence; with uvicorn alone it never would."""
    app = Application()

    @app.on_ws_request("/")
    async def push(scope, info, matches, web_socket):
        await web_socket.accept()
        try:
            while True:
                await web_socket.send("tick")
                await asyncio.sleep(0.005)
        finally:
            record.append(web_socket.code)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "tick"
        await client.close(4000)
    assert await record.reach(1) == [server.expect("code of the client", 4000)]
    assert server.raised == []


async def test_closed_can_be_awaited(serving, record):
    """Its result is the code; a handler that waits for something else may race it."""
    app = Application()

    @app.on_ws_request("/")
    async def wait(scope, info, matches, web_socket):
        await web_socket.accept()
        assert not web_socket.closed
        record.append(await web_socket.closed)
        record.append(bool(web_socket.closed))

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("never read by the handler")
        await client.close(4000)
    code = server.expect("code of the client", 4000)
    assert await record.reach(2) == [code, True]


async def test_a_vanished_client_ends_the_connection(serving, record):
    """No close frame: 1006, or what the server makes of it."""
    app = Application()

    @app.on_ws_request("/")
    async def wait(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.send("ready")
        await web_socket.closed
        record.append((web_socket.code, web_socket.closed_by))
        with pytest.raises(WebSocketDisconnect):
            await web_socket.send("to nobody")
        record.append("disconnected")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        client.vanish()
        code = server.expect("code of a lost connection", 1006)
        assert await record.reach(2) == [(code, "client"), "disconnected"]


async def test_what_was_read_ahead_is_received_in_order(serving):
    app = Application()
    ahead = asyncio.Event()  # the client has sent as much as is read ahead

    @app.on_ws_request("/")
    async def late(scope, info, matches, web_socket):
        await web_socket.accept()
        while await web_socket.receive() != "go":
            pass
        await web_socket.send("working")
        await ahead.wait()
        for _ in range(100):
            await web_socket.send(await web_socket.receive())

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("go")
        assert await client.receive() == "working"
        numbers = [str(number) for number in range(100)]
        await send_all(client, numbers[:MAX_MESSAGES])
        ahead.set()
        sender = asyncio.create_task(send_all(client, numbers[MAX_MESSAGES:]))
        assert [await client.receive() for _ in numbers] == numbers
        await sender


async def send_all(client, messages):
    for message in messages:
        await client.send(message)


async def test_a_cancelled_receive_loses_no_message(serving, record):
    """asyncio.wait_for around receive(), over and over, while messages arrive."""
    app = Application()
    count = 200

    @app.on_ws_request("/")
    async def impatient(scope, info, matches, web_socket):
        await web_socket.accept()
        got = 0
        while got < count:
            try:
                message = await asyncio.wait_for(web_socket.receive(), 0.0005)
            except TimeoutError:
                record.append("cancelled")
                continue
            got += 1
            await web_socket.send(message)

    server = await serving(app)
    async with server.client("/") as client:
        for number in range(count):
            await client.send(str(number))
            if number % 20 == 0:
                await record.reach(len(record) + 1)
        got = [await client.receive() for _ in range(count)]
    assert got == [str(number) for number in range(count)]


async def test_the_keepalive_spares_a_client_whose_messages_wait(serving):
    """uvicorn reads no pong behind an unread message; the reader keeps them coming.

    It sends a ping only once the one before is answered, so that the third tells that
    an answer behind the messages was read.
    """
    if not serving.server_name.startswith("uvicorn"):
        pytest.skip("the fault is uvicorn's")
    app = Application()
    answered = asyncio.Event()

    @app.on_ws_request("/")
    async def busy(scope, info, matches, web_socket):
        await web_socket.accept()
        await answered.wait()
        await web_socket.close(4000, "alive")

    server = await serving(app, ws_ping_interval=0.01, ws_ping_timeout=20)
    async with server.client("/") as client:
        for number in range(5):
            await client.send(f"unread {number}")
        await client.pings.reach(len(client.pings) + 3)
        answered.set()
        assert await client.ended() == (4000, "alive")


def message(content):
    return {"type": "websocket.receive", "text": content}


async def still(peer):
    """Wait until nothing more is taken, for many turns of the loop."""
    taken, turns = peer.taken, 0
    while turns < MAX_MESSAGES * 4:
        await asyncio.sleep(0)
        turns = turns + 1 if peer.taken == taken else 0
        taken = peer.taken


@pytest.mark.parametrize(
    ("content", "bound"), [("x", MAX_MESSAGES), ("x" * (MAX_SIZE // 2), 2)]
)
async def test_reading_ahead_is_bounded(new_peer, content, bound):
    """By messages and by size; then the server's back pressure holds the client up."""
    peer = new_peer(*[message(content)] * (MAX_MESSAGES * 2))
    connection = await peer.open()
    await still(peer)
    assert peer.taken == 1 + bound
    assert await connection.receive() == content
    await still(peer)
    assert peer.taken == 2 + bound
    await connection.release()


async def test_a_handler_that_receives_needs_no_task(new_peer):
    """The common case is read in the handler's own task."""
    peer = new_peer()

    async def handler():
        connection = await peer.open()
        return await connection.receive(), await connection.receive()

    before = asyncio.all_tasks()
    handling = asyncio.create_task(handler())
    for content in ("one", "two"):
        for _ in range(50):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() - before == {handling}
        peer.events.put_nowait(message(content))
    assert await handling == ("one", "two")


async def test_nothing_is_left_running(new_peer):
    peer = new_peer()
    before = asyncio.all_tasks()
    connection = await peer.open()
    waiting = asyncio.create_task(asyncio.wait_for(connection.closed, 30))
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(asyncio.all_tasks() - before) > 1
    await connection.close()
    assert await waiting == 1000
    await connection.release()
    assert asyncio.all_tasks() == before


class Foreign(Exception):
    """An error of a server's own."""


GONE = {"type": "websocket.disconnect", "code": 4000, "reason": "bye"}


@pytest.mark.parametrize(
    "error", [OSError(), RuntimeError("Unexpected ASGI message"), Foreign()]
)
async def test_a_failed_send_is_the_disconnect_that_follows(new_peer, error):
    """Whatever the server raises; the event behind unread messages tells the code."""
    peer = new_peer(*[message("unread")] * (MAX_MESSAGES * 2), GONE, error=error)
    connection = await peer.open()
    with pytest.raises(WebSocketDisconnect) as disconnect:
        await connection.send("x")
    assert (disconnect.value.code, disconnect.value.reason) == (4000, "bye")
    assert disconnect.value.__cause__ is error
    assert (connection.code, connection.closed_by) == (4000, "client")
    assert await connection.receive() == "unread"
    await connection.release()


@pytest.mark.parametrize("error", [OSError(), RuntimeError("closed")])
async def test_a_failed_send_without_an_event_is_a_1006(new_peer, error):
    peer = new_peer(error=error)
    connection = await peer.open()
    with pytest.raises(WebSocketDisconnect) as disconnect:
        await connection.send("x")
    assert disconnect.value.code == 1006
    assert connection.state is State.CLOSED
    await connection.release()


async def test_an_error_that_no_disconnect_explains_is_raised_as_it_is(new_peer):
    peer = new_peer(error=Foreign())
    connection = await peer.open()
    with pytest.raises(Foreign):
        await connection.send("x")
    await connection.release()


async def test_a_disconnect_without_code_is_a_1005(new_peer):
    """specs/www: the code is 1005 and the reason "" where the server gives none."""
    peer = new_peer({"type": "websocket.disconnect"})
    connection = await peer.open()
    assert await connection.receive() is None
    assert (connection.code, connection.reason) == (1005, "")


async def test_a_client_that_goes_before_accept_is_a_disconnect(new_peer):
    peer = new_peer()
    peer.events.get_nowait()
    peer.events.put_nowait({"type": "websocket.disconnect", "code": 1006})
    with pytest.raises(WebSocketDisconnect):
        await peer.open()
    assert peer.sent == []
