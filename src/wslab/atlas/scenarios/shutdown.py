"""What SIGTERM does to connections; each of these runs in a process of its own."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Await, Connect, Outlast, Signal, Terminate, Watch, text
from wslab.atlas.scenario import Options, scenario

GRACE = Options(grace=1)

MEET = (Connect(), text("hello"), Await("receives 'hello'"))
"""A client that has been accepted, and heard."""


@scenario(
    "SIGTERM while the handler waits for a message: what does each side see?",
    [*MEET, Terminate(), Watch(), Outlast()],
    source="RFC 6455, section 7.4.1",
)
@scenario(
    "SIGTERM while the handler waits for a message, and a second is granted to"
    " connections: what does each side see?",
    [*MEET, Terminate(), Watch(), Outlast()],
    options=GRACE,
    name="sigterm-idle-grace",
)
async def sigterm_idle(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@scenario(
    "SIGTERM while the handler does not receive: is it stopped?",
    [*MEET, Terminate(), Watch(), Outlast()],
)
@scenario(
    "SIGTERM while the handler does not receive, and a second is granted to"
    " connections: is it stopped?",
    [*MEET, Terminate(), Watch(), Outlast()],
    options=GRACE,
    name="sigterm-busy-grace",
)
async def sigterm_busy(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await scope["signal"]("never")


@scenario(
    "SIGTERM before the handler has accepted: does the client get an answer?",
    [Connect(waits=False), Await("receives connect"), Terminate(), Watch(), Outlast()],
)
@scenario(
    "SIGTERM before the handler has accepted, and a second is granted to"
    " connections: does the client get an answer?",
    [Connect(waits=False), Await("receives connect"), Terminate(), Watch(), Outlast()],
    options=GRACE,
    name="sigterm-handshake-grace",
)
async def sigterm_handshake(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await scope["signal"]("never")


@scenario(
    "SIGTERM to a handler that only sends: does its next send tell it of the end?",
    [*MEET, Terminate(), Watch(), Signal(), Outlast()],
    source="ASGI, Disconnected Client",
)
async def sigterm_sender(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "before"})
    await receive()
    await scope["signal"]("go")
    await send({"type": "websocket.send", "text": "after"})
