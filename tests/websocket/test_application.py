"""The application's scopes, shared data and limits: F9, F34, F43."""

from __future__ import annotations

import pytest

from wslab import Application
from wslab.testing import Closed, connect


async def call(app, scope):
    """Run the application for one scope that has no events; return what it sent."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        sent.append(event)

    await app(scope, receive, send)
    return sent


async def test_an_unknown_scope_type_is_refused():
    """F34: an application raises for what it does not support."""
    with pytest.raises(NotImplementedError, match="telepathy"):
        await call(Application(), {"type": "telepathy"})


async def test_http_goes_to_the_http_application_or_is_a_404():
    """F43: a page beside the WebSockets."""

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    scope = {"type": "http", "method": "GET", "path": "/page", "headers": []}
    assert (await call(Application(http=page), scope))[1]["body"] == b"/page"
    assert (await call(Application(), scope))[0]["status"] == 404


async def test_info_is_the_applications_own():
    """F9: shared by all connections, for handlers and views."""
    app = Application()
    app.info["count"] = 0

    @app.on_ws_request("/handler")
    async def handler(scope, info, matches, web_socket):
        info["count"] += 1
        await web_socket.accept()

    @app.websocket_route("/view")
    async def view(ws):
        ws.info["count"] += 1

    for path in ("/handler", "/view"):
        async with connect(app, path):
            pass
    assert app.info == {"count": 2}


def echo_app(**options):
    app = Application(**options)

    @app.websocket_route("/")
    async def echo(ws):
        async for message in ws:
            await ws.send(message)

    return app


async def test_a_message_over_the_limit_closes_with_1009(serving):
    """Bytes of UTF-8 are what counts; the view ends in silence."""
    server = await serving(echo_app(max_size=10))
    async with server.client("/") as client:
        for message in ("x" * 10, "\N{SNOWMAN}" * 3):
            await client.send(message)
            assert await client.receive() == message
        await client.send("\N{SNOWMAN}" * 4)
        expected = server.close(1009, "a message may have at most 10 bytes")
        assert await client.ended() == expected
    assert server.raised == []


async def test_too_many_messages_close_with_1008(serving):
    """One is let through in any case; the view ends in silence."""
    server = await serving(echo_app(max_rate=0.01))
    async with server.client("/") as client:
        await client.send("one")
        assert await client.receive() == "one"
        await client.send("two")
        expected = server.close(1008, "at most 0.01 messages a second")
        assert await client.ended() == expected
    assert server.raised == []


async def test_a_limit_holds_while_the_handler_does_not_receive():
    app = Application()
    ends = []

    @app.on_ws_request("/", max_size=10)
    async def busy(scope, info, matches, web_socket):
        await web_socket.accept()
        ends.append(await web_socket.closed)
        ends.append((await web_socket.receive(), web_socket.closed_by))

    async with connect(app, "/") as client:
        await client.send("x" * 11)
        with pytest.raises(Closed) as closed:
            await client.receive()
        assert closed.value.code == 1009
    assert ends == [1009, (None, "server")]
