"""Ways to end a connection, each for real on uvicorn's three implementations.

`explain` names the cause of every one of them; "unknown" would be no wrong answer, but
it would be one that a reader of a ladder does not need.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from uvicorn.config import WS_PROTOCOLS
from uvicorn.importer import import_from_string
from uvicorn.protocols.http.h11_impl import H11Protocol

from wslab.atlas.acts import SendFrame, binary, close, text
from wslab.atlas.measure.client import frame_bytes
from wslab.lab.host import at_rest
from wslab.trace.explain import explain
from wslab.trace.model import Frame, Opcode
from wslab.trace.recorder import Recorder
from wslab.trace.wire.wire import Wire

pytestmark = [
    pytest.mark.filterwarnings("ignore::uvicorn.config.UvicornDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:websockets.legacy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:remove second argument:DeprecationWarning"),
]

WS = ["websockets-sansio", "wsproto", "websockets"]

KEEPALIVE = {"ws_ping_interval": 0.05, "ws_ping_timeout": 0.2}


def request(*headers: str, upgrade: bool = True, version: int = 13) -> bytes:
    """The head of a handshake."""
    lines = ["GET /room HTTP/1.1", "Host: x", *headers]
    if upgrade:
        lines += ["Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Version: {version}"]
    lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]
    return "\r\n".join(lines).encode()


class Client:
    """A client that puts what it likes on the wire; `answers` has what to what."""

    def __init__(self, reader, writer, server):
        self.reader = reader
        self.writer = writer
        self.server = server
        self.wire = Wire()
        self.seen = []
        self.answers = {Opcode.CLOSE: Opcode.CLOSE}

    def send(self, *what):
        for each in what:
            data = frame_bytes(each) if isinstance(each, SendFrame) else each
            self.wire.feed("client", data)
            self.writer.write(data)

    async def accepted(self, *headers):
        """Ask for a WebSocket, and read the answer."""
        self.send(request(*headers))
        while not self.seen and await self._read():
            pass

    async def until_end(self):
        """Read until the server ends the connection."""
        while await self._read():
            pass

    async def until_message(self):
        """Read until a message has come."""
        while not any(isinstance(e, Frame) and not e.is_control for e in self.seen):
            assert await self._read()

    def reset(self):
        """End the TCP connection with a RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def _read(self):
        """Return the next events, none at the end."""
        events = []
        while not events:
            try:
                data = await self.reader.read(65536)
            except ConnectionError:
                return []
            if not data:
                return []
            events = list(self.wire.feed("server", data))
        self.seen += events
        for event in events:
            if isinstance(event, Frame) and event.opcode in self.answers:
                self.send(SendFrame(self.answers[event.opcode], event.payload))
        return events


App = Callable[[Any, Any, Any], Awaitable[None]]
Act = Callable[[Client], Awaitable[None]]


@dataclass
class Way:
    """A way to end a connection: what both sides do, and what explains it."""

    name: str
    cause: str
    says: str
    app: App
    client: Act
    failed: bool = True
    options: dict[str, Any] = field(default_factory=dict)


WAYS: list[Way] = []


def way(cause, says, app, *, failed=True, name=None, **options):
    """Define a way by its client; its name is the cause unless it is given."""

    def define(client):
        WAYS.append(Way(name or cause, cause, says, app, client, failed, options))
        return client

    return define


async def echo(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


def accepts_and(*events, receives=0, error=None):
    """An application that accepts, receives and sends this, and returns or raises."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(receives):
            await receive()
        for event in events:
            await send(event)
        if error is not None:
            raise error

    return app


def accepts_with(header):
    """An application that accepts with a header of its own."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "headers": [header]})

    return app


def before_accept(*events, error=None):
    """An application that does not accept."""

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body"})
            return
        await receive()
        for event in events:
            await send(event)
        if error is not None:
            raise error

    return app


async def deaf(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


ENDED: dict[int, asyncio.Event] = {}
"""By the client's port: its connection has ended."""


async def busy(scope, receive, send):
    """Do something else for as long as the client is there."""
    await receive()
    ended = ENDED[scope["client"][1]] = asyncio.Event()
    await send({"type": "websocket.accept"})
    await ended.wait()


async def undecided(scope, receive, send):
    await receive()
    await receive()


def closes(code, reason=""):
    return {"type": "websocket.close", "code": code, "reason": reason}


@way("handler-returned", "The handler returned without closing", accepts_and())
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "handler-raised",
    "The handler raised ValueError: no such room (",
    accepts_and(error=ValueError("no such room")),
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("handler-cancelled", "cancelled", accepts_and(error=asyncio.CancelledError()))
async def _(client):
    await client.accepted()
    await client.until_end()


@way("shutdown", "The server shut down: it sent close 1012", echo)
async def _(client):
    await client.accepted()
    await client.server.shutdown()
    await client.until_end()


@way("cancelled-by-shutdown", "and cancelled the handler", deaf)
async def _(client):
    await client.accepted()
    await client.server.shutdown()
    await client.until_end()


@way("shutdown-before-accept", "answered 500", undecided)
async def _(client):
    client.send(request())
    await client.server.recorder_sees("websocket.connect")
    await client.server.shutdown()
    await client.until_end()


@way("no-route", "No route of the application matches /room", Starlette())
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "raised-before-accept", "RuntimeError: no", before_accept(error=RuntimeError("no"))
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("returned-before-accept", "returned without accepting", before_accept())
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "closed-before-accept",
    'with 4001 "full" before',
    before_accept(closes(4001, "full")),
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "denied",
    "a response of its own, 401: the client sees 401",
    before_accept(
        {"type": "websocket.http.response.start", "status": 401, "headers": []},
        {"type": "websocket.http.response.body", "body": b"who?"},
    ),
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("accept-failed", "accept", accepts_with((b"x-note", b"two\x00parts")))
async def _(client):
    await client.accepted()
    await client.until_end()


@way("bad-handshake", "Sec-WebSocket-Version is 14, not 13", echo)
async def _(client):
    client.send(request(version=14))
    await client.until_end()


@way("no-http", "no HTTP that the server can read", echo)
async def _(client):
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    await client.until_end()


@way("limit-concurrency", "--limit-concurrency", echo, limit_concurrency=1)
async def _(client):
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    await client.until_end()


@way("upgrade-missing", "which a proxy drops", before_accept())
async def _(client):
    client.send(
        request("X-Forwarded-For: 10.0.0.1", "Connection: close", upgrade=False)
    )
    await client.until_end()


@way("client-left-before-accept", "left before the handler accepted", undecided)
async def _(client):
    client.send(request())
    await client.server.recorder_sees("websocket.connect")
    client.writer.close()


@way(
    "illegal-close-code", "The application closed with 1005", accepts_and(closes(1005))
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "illegal-close-code",
    "closed with 5000, a code",
    accepts_and(closes(5000)),
    name="unassigned-code",
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("long-close-reason", "a reason of 200 bytes", accepts_and(closes(4000, "é" * 100)))
async def _(client):
    await client.accepted()
    await client.until_end()


@way("close-failed", "The application's close failed: ", accepts_and(closes("1000")))
async def _(client):
    await client.accepted()
    await client.until_end()


@way("application-closed", 'closed with 4001 "full"', accepts_and(closes(4001, "full")))
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "application-closed", "1000", accepts_and(closes(1000)), failed=False, name="close"
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "close-timeout",
    "the client did not answer the close frame",
    accepts_and(closes(1000)),
)
async def _(client):
    client.answers = {}
    await client.accepted()
    await client.until_end()


@way(
    "send-after-close",
    "The application closed with 1000, then sent a message: RuntimeError: ",
    accepts_and(closes(1000), {"type": "websocket.send", "text": "late"}),
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way(
    "raised-after-close",
    "closed with 1000, then raised KeyError: 'text'",
    accepts_and(closes(1000), error=KeyError("text")),
)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("handler-not-receiving", "does not receive: ", busy, **KEEPALIVE)
async def _(client):
    await client.accepted()
    client.answers = {Opcode.PING: Opcode.PONG}
    client.send(*[text("unread")] * 40)
    await client.until_end()
    ENDED.pop(client.writer.get_extra_info("sockname")[1]).set()


@way("client-silent", "did not answer the last ping", echo, **KEEPALIVE)
async def _(client):
    await client.accepted()
    await client.until_end()


@way("client-silent", "last ping", echo, name="client-silent-after-words", **KEEPALIVE)
async def _(client):
    await client.accepted()
    client.send(text("hello"))
    await client.until_message()
    await client.until_end()


@way(
    "message-too-big", "was too large: the server sent close 1009", echo, ws_max_size=99
)
async def _(client):
    await client.accepted()
    client.send(binary(bytes(100)))
    await client.until_end()


@way("invalid-utf-8", "a text that is not UTF-8", echo)
async def _(client):
    await client.accepted()
    client.send(text("before"), SendFrame(Opcode.TEXT, b"\xc3\x28"))
    await client.until_end()


@way("unmasked-frame", "a frame that is not masked", echo)
async def _(client):
    await client.accepted()
    client.send(text("plain", masked=False))
    await client.until_end()


@way("reserved-bit", "a reserved bit", echo)
async def _(client):
    await client.accepted()
    client.send(SendFrame(Opcode.TEXT, b"x", rsv=2))
    await client.until_end()


@way("reserved-opcode", "the reserved opcode 3", echo)
async def _(client):
    await client.accepted()
    client.send(SendFrame(3, b"x"))
    await client.until_end()


@way("fragments", "a continuation of no message", echo)
async def _(client):
    await client.accepted()
    client.send(SendFrame(Opcode.CONTINUATION, b"x"))
    await client.until_end()


@way("control-frame", "a control frame of 126 bytes", echo)
async def _(client):
    await client.accepted()
    client.send(SendFrame(Opcode.PING, bytes(126)))
    await client.until_end()


@way("compression", "can't be inflated", echo)
async def _(client):
    await client.accepted("Sec-WebSocket-Extensions: permessage-deflate")
    client.send(SendFrame(Opcode.TEXT, b"\xff\xff\xff", rsv=4))
    await client.until_end()


@way("client-close-code", "999, a code that no close frame may have", echo)
async def _(client):
    await client.accepted()
    client.send(close(999))
    await client.until_end()


@way("client-closed", "The client closed with 1000.", echo, failed=False)
async def _(client):
    await client.accepted()
    client.send(close(1000))
    await client.until_end()


@way("client-closed", 'with 1011 "no room"', echo, name="client-closed-1011")
async def _(client):
    await client.accepted()
    client.send(close(1011, "no room"))
    await client.until_end()


@way("client-keepalive", "no pong of the server reached it", echo)
async def _(client):
    await client.accepted()
    client.send(close(1011, "keepalive ping timeout"))
    await client.until_end()


@way("page-left", "The page was left, reloaded or closed", echo, failed=False)
async def _(client):
    await client.accepted("Origin: http://x", "User-Agent: Mozilla/5.0 (X11)")
    client.send(close(1001))
    await client.until_end()


@way("client-closed", "with 1001", echo, failed=False, name="program-with-an-origin")
async def _(client):
    await client.accepted("Origin: http://x", "User-Agent: Python/3.14 websockets/17")
    client.send(close(1001))
    await client.until_end()


@way("subprotocol", "chose none of the subprotocols", echo)
async def _(client):
    offer = "Sec-WebSocket-Protocol: chat, mqtt"
    await client.accepted(offer, "User-Agent: Mozilla/5.0 (X11)")
    client.writer.close()


@way("client-left", "(FIN) without", echo, name="firefox-that-offers-subprotocols")
async def _(client):
    offer = "Sec-WebSocket-Protocol: chat, mqtt"
    await client.accepted(offer, "User-Agent: Mozilla/5.0 (X11) Firefox/153.0")
    client.writer.close()


@way("client-left", "(FIN) without", echo, name="program-that-offers-subprotocols")
async def _(client):
    await client.accepted("Sec-WebSocket-Protocol: chat, mqtt")
    client.writer.close()


@way("client-left", "(FIN) without a close frame", echo)
async def _(client):
    await client.accepted()
    client.writer.close()


@way("client-left", "The client, or a proxy before it", echo, name="proxy-left")
async def _(client):
    await client.accepted("X-Forwarded-For: 10.0.0.1")
    client.writer.close()


@way("client-reset", "reset the TCP connection", echo)
async def _(client):
    await client.accepted()
    client.reset()


@way(
    "send-after-gone",
    "the handler sent all the same: ",
    accepts_and({"type": "websocket.send", "text": "late"}, receives=1),
)
async def _(client):
    await client.accepted()
    client.writer.close()


class Server:
    """uvicorn in the test's own loop, recorded."""

    def __init__(self, way, ws):
        self.recorder = Recorder()
        config = uvicorn.Config(
            self.recorder.application(way.app),
            http=self.recorder.protocol(H11Protocol),
            ws=impatient(ws),
            lifespan="off",
            port=0,
            log_config=None,
            log_level="critical",
            timeout_graceful_shutdown=0.05,
            **way.options,
        )
        self.server = uvicorn.Server(config)
        self.running = False

    async def start(self):
        """Listen."""
        self.server.config.load()
        self.server.lifespan = self.server.config.lifespan_class(self.server.config)
        await self.server.startup()
        self.running = True
        return self.server.servers[0].sockets[0].getsockname()[1]

    async def shutdown(self):
        """End as on SIGTERM."""
        if self.running:
            self.running = False
            await self.server.shutdown()

    async def recorder_sees(self, kind):
        """Wait until the application has got an event, and keep what was seen."""
        await at_rest(self.recorder)
        (connection,) = self.recorder.take().connections
        assert connection.application[-1].type == kind


def impatient(ws):
    """An implementation that waits a second for the answer to its close, not ten."""
    chosen = import_from_string(WS_PROTOCOLS[ws])

    class Impatient(chosen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.close_timeout = 1.05

    return Impatient


async def ended_by(way, ws):
    """What is recorded of a connection that ends in this way."""
    server = Server(way, ws)
    port = await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await way.client(Client(reader, writer, server))
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await at_rest(server.recorder)
    finally:
        await server.shutdown()
    (connection,) = server.recorder.take().connections
    return connection


@pytest.mark.parametrize("ws", ["websockets-sansio", "websockets"])
@pytest.mark.parametrize(
    ("offer", "scenario"),
    [
        ([], "subprotocol-not-offered"),
        (["Sec-WebSocket-Protocol: chat"], "subprotocol-outside-the-offer"),
    ],
)
async def test_a_subprotocol_that_was_not_offered(offer, scenario, ws):
    """Not with wsproto, on which the accept fails."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "mqtt"})
        await receive()

    async def leave(client):
        await client.accepted(*offer)
        client.writer.close()

    found = explain(await ended_by(Way("", "", "", app, leave), ws))
    assert (found.cause, found.scenario) == ("subprotocol", scenario)
    assert found.text == (
        "The server chose the subprotocol mqtt, which the client had not offered: it "
        "failed the connection."
    )


async def test_a_header_that_uvicorn_leaves_unanswered():
    """Its default reads lines of 8,192 bytes, and says nothing of a longer one."""

    async def wait_and_leave(client):
        client.send(request(f"Cookie: a={'b' * 9000}"))
        await at_rest(client.server.recorder)
        client.writer.close()

    found = explain(await ended_by(Way("", "", "", echo, wait_and_leave), WS[0]))
    assert found.cause == "client-left-before-accept"
    assert found.text == (
        "The client left before an answer, and the server had not called the "
        "application."
    )


@pytest.mark.parametrize("ws", WS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_the_cause_is_named(way, ws):
    """Each way, with what the text says and whether somebody sees a failure."""
    connection = await ended_by(way, ws)
    found = explain(connection)
    assert (found.cause, found.failed) == (way.cause, way.failed), f"{found}"
    assert way.says in found.text
    assert found.evidence
    assert max(found.evidence) < len(connection.events)
