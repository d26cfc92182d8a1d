"""One closing policy on every server: F7, F15, F26, F27, F40, F41."""

from __future__ import annotations

import asyncio
import sys

import pytest

from wslab import Application, Connection, InvalidMessage, WebSocketDisconnect

HYPERCORN_WAITS = sys.version_info >= (3, 12)
"""Whether asyncio's `Server.wait_closed`, which it calls, waits for connections."""


class Oops(Exception):
    """A fault of the application."""


async def test_a_handler_that_returns_closes_with_1000(serving):
    """uvicorn alone would send no close frame, and the client would see 1006."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == (1000, "")
    assert server.raised == []


async def test_a_handler_that_raises_closes_with_1011_and_the_server_gets_it(serving):
    """F26: 1011 to the client, the exception to the server, and none of it sent."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        raise Oops("a secret")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(1011)
    assert [type(error) for error in await server.raised.reach(1)] == [Oops]


async def test_a_handler_that_never_accepts_refuses_with_403(serving):
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        return

    server = await serving(app)
    assert (await server.refused("/")).status == 403
    assert server.raised == []


async def test_a_handler_that_raises_before_accept_is_refused_and_the_server_gets_it(
    serving,
):
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        raise Oops

    server = await serving(app)
    assert (await server.refused("/")).status == 403
    assert [type(error) for error in await server.raised.reach(1)] == [Oops]


async def test_no_route_is_refused_with_404(serving):
    """F15: by a denial response, before accept."""
    server = await serving(Application())
    assert (await server.refused("/nowhere")).status == server.expect(
        "refusal", (404,)
    )[0]


async def test_a_denial_response_has_a_status_headers_and_body(serving):
    """F40: an HTTP response of the application's own."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        headers = [("WWW-Authenticate", "Bearer")]
        await web_socket.reject(401, headers, b"who are you?")

    server = await serving(app)
    refusal = await server.refused("/")
    expected = server.expect("refusal", (401, b"who are you?"))
    assert (refusal.status, refusal.body) == expected
    if refusal.status == 401:
        assert refusal.headers["www-authenticate"] == "Bearer"
        assert refusal.headers["content-type"] == "text/plain; charset=utf-8"
    assert server.raised == []


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1008, 1011, 1013, 3000, 4999])
async def test_a_code_that_may_be_sent_arrives(serving, code):
    """F27, F41: the standard range, and 4000-4999 for applications."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.close(code, "x" * 123)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(code, "x" * 123)


async def test_an_invalid_message_left_uncaught_closes_with_its_code(serving):
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        raise InvalidMessage(1003, "no such thing")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(1003, "no such thing")
    assert server.raised == []


async def test_a_close_by_another_task_ends_a_receive(serving, record):
    """On Granian only once the client says something."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        closing = asyncio.create_task(web_socket.close(4000))
        record.append(await web_socket.receive())
        await closing

    server = await serving(app)
    async with server.client("/") as client:
        if not server.expect("a close beside a receive", True):
            await client.send("go")
        assert await client.ended() == server.close(4000)
    assert await record.reach(1) == [None]


async def test_a_handler_whose_time_is_up_closes(serving):
    """On Granian, too: nobody is in receive() any more."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as end:
                loop.call_soon(lambda: end.reschedule(loop.time()))
                await web_socket.receive()
        except TimeoutError:
            await web_socket.close(4000)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(4000)


async def test_another_connections_disconnect_is_the_handlers_own_error(serving):
    """A send to a dead client, left uncaught, must not look like this one's end."""
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        raise WebSocketDisconnect(1000)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(1011)
    assert [type(error) for error in await server.raised.reach(1)] == [
        WebSocketDisconnect
    ]


async def test_a_shutdown_closes_with_1012(serving, record):
    """F41: uvicorn sends it itself; Hypercorn cancels, and the policy sends it."""
    if serving.server_name == "testing":
        pytest.skip("there is no server that could shut down")
    if serving.server_name == "granian":
        pytest.skip("it waits for its connections, and tells the application nothing")
    if serving.server_name == "hypercorn" and HYPERCORN_WAITS:
        pytest.skip("it waits for its connections on this Python")
    app = Application()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.send("ready")
        try:
            await asyncio.Event().wait()
        finally:
            record.append("ended")

    server = await serving(app, grace=1)
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        stop = asyncio.create_task(server.stop())
        code = (await client.ended())[0]
        await stop
    assert code == server.close(1012)[0]
    assert await record.reach(1) == ["ended"]


async def test_hypercorn_serves_on_while_a_client_is_there(serving):
    """Its time limit begins when all have left, from Python 3.12 on."""
    if serving.server_name != "hypercorn" or not HYPERCORN_WAITS:
        pytest.skip("it is Hypercorn that does so, from Python 3.12 on")
    app = Application()

    @app.on_ws_request("/")
    async def echo(scope, info, matches, web_socket):
        await web_socket.accept()
        while (message := await web_socket.receive()) is not None:
            await web_socket.send(message)

    server = await serving(app, grace=0.1)
    async with server.client("/") as client:
        stop = asyncio.create_task(server.stop())
        await asyncio.wait({stop}, timeout=1)
        await client.send("still there?")
        assert await client.receive() == "still there?"
        assert not stop.done()
    await stop


async def test_cancelled_after_accept_closes_with_1012():
    """The policy alone, on bare coroutines: the cancellation goes on."""
    app = Application()
    sent = []
    accepted = asyncio.Event()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        accepted.set()
        await asyncio.Event().wait()

    events = asyncio.Queue()
    events.put_nowait({"type": "websocket.connect"})

    async def send(event):
        sent.append(event)

    scope = {"type": "websocket", "path": "/", "headers": []}
    task = asyncio.create_task(app(scope, events.get, send))
    await accepted.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert sent[-1] == {"type": "websocket.close", "code": 1012}


@pytest.mark.parametrize(
    ("spec_version", "accept", "close"),
    [
        ("2.0", {}, {}),
        ("2.1", {"headers": [(b"x", b"1")]}, {}),
        ("2.3", {"headers": [(b"x", b"1")]}, {"reason": "done"}),
        (None, {}, {}),
    ],
)
async def test_keys_newer_than_the_server_are_left_out(spec_version, accept, close):
    """specs/www: accept's headers since 2.1, close's reason since 2.3."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        sent.append(event)

    scope = {"type": "websocket", "path": "/", "headers": []}
    if spec_version:
        scope["asgi"] = {"version": "3.0", "spec_version": spec_version}
    connection = Connection(scope, receive, send)
    await connection.accept(headers=[("X", "1")])
    await connection.close(1000, "done")
    await connection.release()
    assert sent == [
        {"type": "websocket.accept", **accept},
        {"type": "websocket.close", "code": 1000, **close},
    ]


async def test_without_the_extension_a_denial_is_a_plain_close():
    """F40: a server that cannot deny gets websocket.close, which is a 403."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        sent.append(event)

    scope = {"type": "websocket", "path": "/", "headers": [], "extensions": {}}
    await Connection(scope, receive, send).reject(401, body="who are you?")
    assert sent == [{"type": "websocket.close"}]


async def test_a_client_that_reads_nothing_holds_a_closing_up_only_so_long(
    monkeypatch,
):
    """The last event waits for a stalled client within a bound; nothing is left."""
    monkeypatch.setattr("wslab.websocket.policy.FAREWELL", 0.01)
    app = Application()
    asked = []

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()

    async def receive():
        return {"type": "websocket.connect"} if not asked else await forever()

    async def send(event):
        asked.append(event["type"])
        if event["type"] == "websocket.close":
            await forever()

    async def forever():
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    scope = {"type": "websocket", "path": "/", "headers": []}
    await asyncio.wait_for(app(scope, receive, send), 30)
    assert asked == ["websocket.accept", "websocket.close"]
    assert asyncio.all_tasks() == before
    assert asyncio.current_task().cancelling() == 0


async def test_a_cancellation_while_closing_goes_on():
    """A shutdown that cuts the closing short is not taken for the bound's own."""
    app = Application()
    closing = asyncio.Event()

    @app.on_ws_request("/")
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        if event["type"] == "websocket.close":
            closing.set()
            await asyncio.Event().wait()

    scope = {"type": "websocket", "path": "/", "headers": []}
    task = asyncio.create_task(app(scope, receive, send))
    await closing.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=30)
    assert task.cancelled()
