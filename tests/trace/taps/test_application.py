"""An application's events: bounded, masked, and passed on unchanged."""

import asyncio

import pytest

from wslab.trace.recorder import Recorder


class Server:
    """An ASGI server's side of one call, which keeps what it is sent."""

    def __init__(self, *events):
        self.events = list(events)
        self.sent = []

    async def receive(self):
        return self.events.pop(0)

    async def send(self, event):
        self.sent.append(event)


async def call(app, *events, **scope):
    """What the server was sent, and the trace of the call."""
    recorder, server = Recorder(), Server(*events)
    scope = {"type": "websocket", "path": "/", "subprotocols": [], **scope}
    try:
        await recorder.application(app)(scope, server.receive, server.send)
    finally:
        server.trace = recorder.take()
    return server.sent, server.trace


async def test_what_an_application_says_is_kept_in_bounds():
    """Megabytes of a type, a reason, a subprotocol or an exception are cut."""
    long = "x" * 8_000_000
    recorder, server = Recorder(), Server()

    async def app(scope, receive, send):
        await send({"type": long})
        await send({"type": "websocket.accept", "subprotocol": long})
        await send({"type": "websocket.close", "code": 1000, "reason": long})
        raise ValueError(long)

    with pytest.raises(ValueError, match=r"^x{8000000}$"):
        await recorder.application(app)({"type": "websocket"}, None, server.send)
    trace = recorder.take()
    assert len(repr(trace.connection)) < 4_000
    assert trace.connection.application[-1].detail.startswith("ValueError: xxx")
    assert server.sent[0]["type"] == long
    assert trace.connection.fault is None


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": None},
        {"type": 7},
        {"type": "websocket.close", "code": "1000", "reason": 7},
        {"type": "websocket.close", "code": 10**5000, "reason": b"\xff"},
        {"type": "websocket.accept", "subprotocol": b"chat"},
        {"type": "websocket.send", "text": 7, "bytes": []},
    ],
)
async def test_strange_events_reach_the_server(event):
    """It is the server that has to judge them."""

    async def app(scope, receive, send):
        await send(event)

    sent, trace = await call(app)
    assert sent == [event]
    assert sent[0] is event
    assert trace.connection.fault is None
    assert str(trace)


@pytest.mark.parametrize("event", [None, 7, "text", {"type": "x", "reason": 10**5000}])
async def test_what_cannot_be_recorded_reaches_the_server_too(event):
    """It is noted that the recorder failed."""

    async def app(scope, receive, send):
        await send(event)

    sent, trace = await call(app)
    assert sent == [event]
    assert "Error in line" in trace.connection.fault
    assert trace.connection.application[-1].type == "returned"


async def test_an_exception_that_has_no_text_is_raised_all_the_same():
    """The application's own exception goes on, not the one of its `__str__`."""

    class Mute(Exception):
        def __str__(self):
            raise ZeroDivisionError

    recorder = Recorder()

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        raise Mute

    with pytest.raises(Mute):
        await recorder.application(app)({"type": "websocket"}, None, Server().send)
    connection = recorder.take().connection
    assert connection.application[-1].detail == "Mute: <exception str() failed>"
    assert connection.fault is None


async def test_a_token_that_was_offered_is_masked_where_it_is_chosen():
    """F39: the offer's label tells that the second name is a token."""

    async def app(scope, receive, send):
        await send({"type": "websocket.accept", "subprotocol": "hush"})

    sent, trace = await call(app, subprotocols=["access_token", "hush"])
    assert sent[0]["subprotocol"] == "hush"
    assert trace.connection.application[0].detail == "***"


async def test_no_message_is_no_message():
    """ASGI, "WebSocket": a key may be absent or None; an empty message is one."""

    async def app(scope, receive, send):
        for _ in range(3):
            await send({**await receive(), "type": "websocket.send"})

    kind = "websocket.receive"
    events = [{"type": kind, "text": ""}, {"type": kind, "bytes": b"", "text": None}]
    _, trace = await call(app, *events, {"type": kind})
    data = [event.data for event in trace.connection.application[:-1]]
    assert data == ["", "", b"", b"", None, None]
    lines = [line.split("│")[-1] for line in str(trace).splitlines()[1:]]
    assert lines[:4] == [' → receive ""', ' ← send ""', " → receive 0 B", " ← send 0 B"]


@pytest.mark.parametrize("kind", [bytearray, memoryview])
async def test_what_stands_for_bytes_is_kept_as_bytes(kind):
    async def app(scope, receive, send):
        await send({"type": "websocket.send", "bytes": kind(b"a")})

    sent, trace = await call(app)
    assert isinstance(sent[0]["bytes"], kind)
    assert trace.connection.application[0].data == b"a"


async def test_of_a_group_its_first_exception_is_named_and_where_it_was_raised():
    """So a task group ends when one of its tasks has failed."""

    async def fail():
        raise KeyError("room")

    async def app(scope, receive, send):
        async with asyncio.TaskGroup() as inner, asyncio.TaskGroup() as tasks:
            inner.create_task(asyncio.Event().wait())
            tasks.create_task(fail())

    server, recorder = Server(), Recorder()
    with pytest.raises(ExceptionGroup):
        await recorder.application(app)(
            {"type": "websocket", "path": "/"}, server.receive, server.send
        )
    (event,) = recorder.take().connection.application
    assert event.detail.startswith("ExceptionGroup: unhandled errors in a TaskGroup (1")
    assert event.detail.endswith(": KeyError: 'room'")
    line = fail.__code__.co_firstlineno + 1
    assert event.place.endswith(f"test_application.py, line {line}")


async def test_of_a_cancellation_its_type_is_kept():
    """What anyio says of one has an address and a path, in every run another."""

    async def app(scope, receive, send):
        raise asyncio.CancelledError("Cancelled via cancel scope 7f3c by <Task at ...>")

    recorder, server = Recorder(), Server()
    with pytest.raises(asyncio.CancelledError, match="scope 7f3c"):
        await recorder.application(app)({"type": "websocket"}, None, server.send)
    assert recorder.take().connection.application[-1].detail == "CancelledError"
