"""Steps that cross: a cancelled accept, a close beside a receive, a code refused."""

from __future__ import annotations

import asyncio

import pytest

from wslab import (
    Application,
    InvalidMessage,
    State,
    WebSocketDisconnect,
    WebSocketStateError,
)

FORBIDDEN = [1004, 1005, 1006, 1015]


async def cancelled(coroutine):
    """Start it, let it wait, cancel it."""
    task = asyncio.ensure_future(coroutine)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_accept_cancelled_before_the_handshake_can_be_made_again(new_peer):
    peer = new_peer()
    connect = peer.events.get_nowait()
    connection = peer.connect()
    await cancelled(connection.accept())
    assert connection.state is State.CONNECTING
    peer.events.put_nowait(connect)
    await connection.accept()
    assert connection.state is State.OPEN
    assert [event["type"] for event in peer.sent] == ["websocket.accept"]
    await connection.release()


async def test_an_accept_cancelled_before_the_handshake_can_be_refused(new_peer):
    peer = new_peer()
    connect = peer.events.get_nowait()
    connection = peer.connect()
    await cancelled(connection.accept())
    peer.events.put_nowait(connect)
    await connection.close()
    assert [event["type"] for event in peer.sent] == ["websocket.close"]


def stalling(peer):
    """Let the server take an accept at once, and never return from that send."""
    take = peer.send

    async def send(event):
        await take(event)
        if event["type"] == "websocket.accept":
            await asyncio.Event().wait()

    peer.send = send


async def test_an_accept_cancelled_once_the_server_has_it_leaves_it_open(new_peer):
    """Whether the server went on is unknown: reading and closing work in any case."""
    peer = new_peer({"type": "websocket.receive", "text": "hello"})
    stalling(peer)
    connection = peer.connect()
    await cancelled(connection.accept())
    assert connection.state is State.OPEN
    with pytest.raises(WebSocketStateError, match="the connection is open"):
        await connection.accept()
    assert await connection.receive() == "hello"
    await connection.send("there")
    await connection.close(4000)
    kinds = [event["type"].partition(".")[2] for event in peer.sent]
    assert kinds == ["accept", "send", "close"]
    await connection.release()


async def test_the_policy_ends_a_handler_whose_accept_timed_out(new_peer):
    peer = new_peer()
    stalling(peer)
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(web_socket.accept(), 0.01)

    scope = {"type": "websocket", "path": "/", "headers": []}
    await app(scope, peer.receive, peer.send)
    assert peer.sent[-1] == {"type": "websocket.close", "code": 1000}


async def test_a_receive_before_accept_says_so_while_accept_waits(new_peer):
    peer = new_peer()
    peer.events.get_nowait()
    connection = peer.connect()
    accepting = asyncio.ensure_future(connection.accept())
    await asyncio.sleep(0)
    with pytest.raises(WebSocketStateError, match="before accept"):
        await connection.receive()
    await cancelled(accepting)


async def test_a_close_ends_a_receive_that_waits(serving, record):
    """In another task: None, as ever after; not an error, nor a wait for the peer."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        receiving = asyncio.ensure_future(web_socket.receive())
        await web_socket.send("ready")
        await web_socket.close(4000)
        record.append(await receiving)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        assert await client.ended() == (4000, "")
    assert await record.reach(1) == [None]
    assert server.raised == []


async def test_what_comes_after_a_close_is_nobodys(new_peer):
    """A message that crossed the close is not received."""
    peer = new_peer()
    connection = await peer.open()
    receiving = asyncio.ensure_future(connection.receive())
    await asyncio.sleep(0)
    await connection.close()
    peer.events.put_nowait({"type": "websocket.receive", "text": "late"})
    assert await receiving is None
    assert await connection.receive() is None
    await connection.release()


async def test_two_closes_at_once_are_one_close_and_an_error(new_peer):
    peer = new_peer()
    connection = await peer.open()
    closes = [connection.close(4000), connection.close(4001)]
    results = await asyncio.gather(*closes, return_exceptions=True)
    assert results[0] is None
    assert isinstance(results[1], WebSocketStateError)
    assert "the application has closed the connection" in str(results[1])
    assert [event["type"] for event in peer.sent][1:] == ["websocket.close"]
    await connection.release()


@pytest.mark.parametrize("step", ["accept", "reject"])
async def test_an_answer_after_the_close_says_who_closed(new_peer, step):
    connection = await new_peer().open()
    await connection.close()
    with pytest.raises(WebSocketStateError, match="application has closed"):
        await getattr(connection, step)()
    await connection.release()


@pytest.mark.parametrize("code", FORBIDDEN)
async def test_ensure_closed_takes_the_code_of_any_disconnect(serving, record, code):
    """F24: 1000 stands for those that no frame carries; once closed, none matters."""
    app = Application()

    @app.websocket_route("/")
    async def view(ws):
        await ws.ensure_closed(code)
        await ws.ensure_closed(code)
        record.append(ws.code)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == (1000, "")
    assert await record.reach(1) == [1000]
    assert server.raised == []


async def test_ensure_closed_refuses_what_is_no_code(serving, record):
    app = Application()

    @app.websocket_route("/")
    async def view(ws):
        with pytest.raises(ValueError, match="42"):
            await ws.ensure_closed(42)
        await ws.ensure_closed()
        await ws.ensure_closed(42)
        record.append("harmless once closed")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == (1000, "")
    await record.reach(1)


async def test_events_end_with_the_disconnect_and_then_as_every_type(serving, record):
    """F19, F22: the disconnect is an event, and WebSocketDisconnect from then on."""
    app = Application()

    @app.websocket_route("/", receive_type="event", caught_close_codes=all)
    async def view(ws):
        async for event in ws:
            record.append(event["type"])
        for _ in range(2):
            with pytest.raises(WebSocketDisconnect):
                await ws.receive()
        record.append("ended")

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("one")
        await client.close()
    await record.reach(3)
    assert record == ["websocket.receive", "websocket.disconnect", "ended"]


async def test_iterating_events_raises_an_uncaught_code_after_its_event(
    serving, record
):
    app = Application()

    @app.websocket_route("/", value_type="event", caught_close_codes=(1000,))
    async def view(ws):
        async for event in ws:
            record.append(event["type"])

    server = await serving(app)
    async with server.client("/") as client:
        await client.close(4000)
    raised = await server.raised.reach(1)
    assert [type(error) for error in raised] == [WebSocketDisconnect]
    assert record == ["websocket.disconnect"]


class Refused(Exception):
    """What a server raises for a code that it does not know."""


def knowing(peer, known):
    """Let the server raise for every other close code."""
    take = peer.send

    async def send(event):
        if event["type"] == "websocket.close" and not known(event["code"]):
            raise Refused(event["code"])
        await take(event)

    peer.send = send


@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (lambda code: True, 1008),
        (lambda code: code == 1000 or code >= 3000, 4008),
        (lambda code: code == 1000, 1000),
    ],
)
async def test_a_code_that_the_server_refuses_gives_way(new_peer, known, sent):
    """The client is never left open; `code` is what it sees."""
    peer = new_peer()
    knowing(peer, known)
    connection = await peer.open()
    await connection.close(1008, "why")
    assert peer.sent[-1]["code"] == connection.code == sent
    await connection.release()


@pytest.mark.parametrize("error", [InvalidMessage(1007, "broken"), Refused()])
async def test_the_policy_ends_it_where_its_code_is_refused(new_peer, error):
    peer = new_peer()
    knowing(peer, lambda code: code in (1000, 4007, 4011))
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        raise error

    scope = {"type": "websocket", "path": "/", "headers": []}
    code = 4007 if isinstance(error, InvalidMessage) else 4011
    task = asyncio.ensure_future(app(scope, peer.receive, peer.send))
    await asyncio.wait([task])
    assert peer.sent[-1]["code"] == code
    assert isinstance(task.exception(), Refused if code == 4011 else type(None))


async def test_a_close_that_no_server_takes_keeps_its_code(new_peer):
    peer = new_peer()
    knowing(peer, lambda code: False)
    connection = await peer.open()
    await connection.close(1008)
    assert connection.code == 1008
    await connection.release()


class Foreign(Exception):
    """An error of a server's own."""


def failing(peer, error):
    """Let the server raise once its events have been received."""

    async def receive():
        if peer.events.empty():
            await asyncio.sleep(0)
            raise error
        return peer.events.get_nowait()

    peer.receive = receive


@pytest.mark.parametrize("ahead", [False, True])
async def test_a_receive_of_the_server_that_fails_is_the_end(new_peer, ahead):
    """An OSError is a lost connection; another error is raised, and the end too."""
    for error in (ConnectionResetError(), Foreign()):
        peer = new_peer()
        failing(peer, error)
        connection = await peer.open()
        if ahead:
            assert await connection.closed == 1006
        if isinstance(error, OSError):
            assert await connection.receive() is None
        else:
            with pytest.raises(Foreign):
                await connection.receive()
        assert (connection.code, connection.closed_by) == (1006, "client")
        with pytest.raises(WebSocketDisconnect):
            await connection.send("x")
        await connection.release()


@pytest.mark.parametrize(
    "event",
    [
        {"type": "websocket.connect"},
        {"type": "websocket.receive"},
        {"type": "websocket.receive", "bytes": b"x", "text": "x"},
    ],
)
async def test_an_event_that_no_server_sends_is_an_error_and_the_end(new_peer, event):
    """Nobody can tell what came after it."""
    connection = await new_peer(event).open()
    assert await connection.closed == 1006
    for _ in range(2):
        with pytest.raises(WebSocketStateError, match="message"):
            await connection.receive()
    await connection.release()


async def test_an_event_that_no_server_sends_is_an_error_of_that_receive(new_peer):
    """Where the handler itself reads, it may go on."""
    peer = new_peer({"type": "websocket.connect"})
    connection = await peer.open()
    with pytest.raises(WebSocketStateError, match="expected a message"):
        await connection.receive()
    peer.events.put_nowait({"type": "websocket.receive", "text": "x"})
    assert await connection.receive() == "x"
    await connection.release()


async def test_the_handshake_is_read_once(new_peer):
    peer = new_peer()
    connection = peer.connect()
    assert await connection.connect() == {"type": "websocket.connect"}
    with pytest.raises(WebSocketStateError, match="has been read"):
        await connection.connect()
    await connection.accept()
    await connection.release()


async def test_a_handshake_begins_with_connect(new_peer):
    peer = new_peer()
    peer.events.get_nowait()
    peer.events.put_nowait({"type": "websocket.receive", "text": "x"})
    with pytest.raises(WebSocketStateError, match=r"expected websocket\.connect"):
        await peer.connect().accept()


async def test_a_refusal_of_a_client_that_has_gone_is_harmless(new_peer):
    peer = new_peer()
    peer.events.get_nowait()
    peer.events.put_nowait({"type": "websocket.disconnect", "code": 1006})
    connection = peer.connect()
    await connection.reject(401)
    assert (peer.sent, connection.closed_by) == ([], "client")


@pytest.mark.parametrize("error", [Foreign(), OSError(), ValueError("no such header")])
async def test_a_refusal_that_the_server_refuses(new_peer, error):
    """Its fault is raised; that the client has gone is no matter."""
    peer = new_peer()

    async def send(event):
        raise error

    peer.send = send
    connection = peer.connect()
    if isinstance(error, ValueError):
        with pytest.raises(ValueError, match="header"):
            await connection.reject()
    else:
        await connection.reject()
    assert connection.state is State.CLOSED


@pytest.mark.parametrize("error", [Foreign(), OSError(), ValueError("no such header")])
async def test_an_accept_that_fails_is_a_disconnect_or_its_own_fault(new_peer, error):
    peer = new_peer({"type": "websocket.disconnect", "code": 1006})

    async def send(event):
        raise error

    peer.send = send
    connection = peer.connect()
    expected = ValueError if isinstance(error, ValueError) else WebSocketDisconnect
    with pytest.raises(expected):
        await connection.accept()
    await connection.release()


async def test_closing_a_connection_whose_client_has_just_gone_is_harmless(new_peer):
    peer = new_peer()

    async def send(event):
        if event["type"] == "websocket.close":
            raise ConnectionResetError

    peer.send = send
    connection = await peer.open()
    await connection.close(4000)
    assert connection.code == 4000
    await connection.release()


async def test_two_may_await_the_end_and_one_may_give_up(new_peer):
    peer = new_peer()
    connection = await peer.open()
    first, second = (asyncio.ensure_future(connection.closed) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    peer.events.put_nowait({"type": "websocket.disconnect", "code": 4000})
    assert await second == 4000
    assert first.cancelled()
    await connection.release()


async def test_a_connection_shows_where_it_stands(new_peer):
    connection = new_peer().connect()
    assert repr(connection) == "<Connection / connecting>"
    await connection.accept()
    await connection.close(4000)
    assert repr(connection) == "<Connection / closed 4000 by the server>"
    await connection.release()


async def test_an_events_view_gets_binary_messages_and_a_second_look_at_the_end(
    serving, record
):
    app = Application()

    @app.websocket_route("/", value_type="event")
    async def view(ws):
        record.append(await ws.receive())
        await ws.send({"type": "websocket.send", "bytes": b"raw"})
        record.append((await ws.closed, bool(ws.closed), ws.code, ws.reason))

    server = await serving(app)
    async with server.client("/") as client:
        await client.send(b"\x00")
        assert await client.receive() == b"raw"
        await client.close(4000, "bye")
    code = server.expect("code of the client", 4000)
    reason = server.expect("reason of the client", "bye")
    assert (await record.reach(2))[0]["bytes"] == b"\x00"
    assert record[1] == (code, True, code, reason)
