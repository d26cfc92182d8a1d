"""`Traced(app)`: the application's side, on servers that nobody can look into."""

import io
import re

import pytest

from wslab.trace import Traced
from wslab.trace.explain import explain
from wslab.trace.model import ApplicationEvent

pytestmark = [
    pytest.mark.filterwarnings("ignore::uvicorn.config.UvicornDeprecationWarning"),
]


async def application(scope, receive, send):
    """Echoes; "raise" does so, and `/refused` is closed before it is accepted."""
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    assert scope["type"] == "websocket"
    await receive()
    if scope["path"] == "/refused":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event["text"] == "raise":
            raise ValueError("as asked")
        await send({"type": "websocket.send", "text": event["text"]})


def types(connection):
    return [event.type.removeprefix("websocket.") for event in connection.events]


async def over(traced, record):
    """The connection of the one call, once that has ended."""
    await record.reach(1)
    return traced.trace.connection


def noted(app, record):
    """The application, and a record of the calls for WebSockets that have ended."""

    async def noting(scope, receive, send):
        try:
            await app(scope, receive, send)
        finally:
            if scope["type"] == "websocket":
                record.append(scope["path"])

    return noting


async def test_each_server_shows_what_the_application_saw(serving, record):
    traced = Traced(application)
    server = await serving(noted(traced, record))
    async with server.client("/chat?token=abc") as client:
        await client.send("hello")
        assert await client.receive() == "hello"
        await client.close(1000)
    connection = await over(traced, record)
    expected = ["connect", "accept", "receive", "send", "disconnect", "returned"]
    assert types(connection) == expected
    assert all(isinstance(event, ApplicationEvent) for event in connection.events)
    assert connection.path == "/chat?token=***"
    assert connection.is_over
    assert connection.is_websocket
    assert connection.fault is None
    assert connection.events[2].data == "hello"
    code = server.expect("code of the client", 1000)
    assert connection.events[4].code == code
    assert traced.trace.connections == ()


async def test_an_exception_passes_unchanged(serving, record):
    traced = Traced(application)
    server = await serving(noted(traced, record))
    async with server.client("/") as client:
        await client.send("raise")
        await client.ended()
    connection = await over(traced, record)
    (raised,) = await server.raised.reach(1)
    assert (type(raised), str(raised)) == (ValueError, "as asked")
    last = connection.events[-1]
    assert (last.type, last.detail) == ("raised", "ValueError: as asked")
    assert re.search(r"test_traced.py, line \d+$", last.place)


async def test_a_refusal_is_the_applications(serving, record):
    traced = Traced(application)
    server = await serving(noted(traced, record))
    assert (await server.refused("/refused")).status == 403
    connection = await over(traced, record)
    assert types(connection)[:2] == ["connect", "close"]
    assert connection.is_over
    assert explain(connection).cause == "closed-before-accept"


LADDER = """\
connection 1: /chat
application
│ → connect
│ ← accept
│ → receive "raise"
│   raised ValueError: as asked
"""


async def test_what_ends_is_shown_as_it_ends(serving, record):
    shown = io.StringIO()
    traced = Traced(application, show=shown)
    server = await serving(noted(traced, record))
    async with server.client("/chat") as client:
        await client.send("raise")
        await client.ended()
    await record.reach(1)
    text = re.sub(r" from \S+:\d+", "", shown.getvalue())
    assert text.startswith(LADDER)
    assert "Why: The handler raised ValueError: as asked (" in text
    assert traced.trace.connections == ()


async def call(traced, **scope):
    """Call it as a server would that knows no more than this."""
    events = [{"type": "websocket.connect"}, {"type": "websocket.disconnect"}]

    async def receive():
        return events.pop(0)

    async def send(event):
        pass

    await traced({"type": "websocket", **scope}, receive, send)


async def test_nothing_is_shown_unless_asked(capsys):
    traced = Traced(application)
    await call(traced, path="/", headers=[])
    assert capsys.readouterr() == ("", "")
    assert len(traced.trace.connections) == 1


async def test_a_stream_that_fails_is_none_of_the_applications_business():
    closed = io.StringIO()
    closed.close()
    await call(Traced(application, show=closed), path="/", headers=[])


async def test_a_thousand_ended_connections_are_each_shown():
    shown = io.StringIO()
    traced = Traced(application, show=shown)
    for number in range(1000):
        await call(traced, path=f"/{number}", headers=[])
    titles = re.findall(r"connection \d+: /(\d+)", shown.getvalue())
    assert titles == [str(number) for number in range(1000)]
    assert traced.trace.left_out == 0


async def test_a_request_over_http2_is_told_as_one():
    traced = Traced(application)
    await call(traced, path="/", headers=[(b"cookie", b"a=b")], http_version="2")
    request = traced.trace.connection.handshake.request
    assert request.start == "CONNECT / HTTP/2"
    assert request.headers == (("cookie", "a=***"),)


async def test_other_calls_are_the_applications_own():
    """They get the very `receive` and `send` of the server."""
    given = []

    async def app(*arguments):
        given.append(arguments)

    async def nothing():
        pass

    traced = Traced(app)
    for kind in ("http", "lifespan"):
        await traced(scope := {"type": kind}, nothing, nothing)
        assert given.pop() == (scope, nothing, nothing)
    assert traced.trace.connections == ()
