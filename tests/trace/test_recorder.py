"""A recorded server: what the trace says, and that recording changes nothing."""

import asyncio
import contextlib
import socket
import threading
from concurrent.futures import Future

import pytest
import uvicorn
from uvicorn.importer import import_from_string
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wslab.lab.host import at_rest
from wslab.trace.model import Opcode, TcpEnd
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds

pytestmark = [
    pytest.mark.threads("the server has one of its own"),
    pytest.mark.filterwarnings("ignore::uvicorn.config.UvicornDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:websockets.legacy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:remove second argument:DeprecationWarning"),
]

HTTP = {
    "h11": "uvicorn.protocols.http.h11_impl:H11Protocol",
    "httptools": "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol",
}
WS = ["websockets-sansio", "wsproto", "websockets"]


class _Server(uvicorn.Server):
    def __init__(self, config, ready):
        super().__init__(config)
        self.ready = ready
        self.stop = asyncio.Event()

    async def main_loop(self):
        self.ready.set_result(None)
        await self.stop.wait()


class Looks:
    """Looks at a recorder whose server runs in a thread, when that is at rest."""

    def __init__(self, recorder, loop):
        self.recorder = recorder
        self.loop = loop

    @property
    def trace(self):
        self._settle().result(30)
        return self.recorder.take()

    async def settled(self):
        await asyncio.wrap_future(self._settle())

    def _settle(self):
        return asyncio.run_coroutine_threadsafe(at_rest(self.recorder), self.loop)


@contextlib.asynccontextmanager
async def serving(app, ws=WS[0], http="h11", recorder=None, **options):
    """A server in a thread of its own: its recorder and its WebSocket URL."""
    recorder = recorder or Recorder()
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        recorder.application(app),
        http=recorder.protocol(import_from_string(HTTP[http])),
        ws=ws,
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
        **options,
    )
    ready: Future[asyncio.AbstractEventLoop] = Future()
    server = None

    async def main():
        nonlocal server
        server = _Server(config, Future())
        server.ready.add_done_callback(
            lambda _: ready.set_result(asyncio.get_running_loop())
        )
        await server.serve(sockets=[sock])

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    loop = await asyncio.wait_for(asyncio.wrap_future(ready), 30)
    try:
        yield Looks(recorder, loop), f"ws://127.0.0.1:{sock.getsockname()[1]}/echo"
    finally:
        loop.call_soon_threadsafe(server.stop.set)
        await asyncio.to_thread(thread.join, 30)
        assert not thread.is_alive()


async def echo(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event.get("text") == "raise":
            raise ValueError(f"told to, by {object()}")
        if event.get("text") == "return":
            return
        if event.get("text") == "close":
            await send({"type": "websocket.close", "code": 4000, "reason": "told to"})
        else:
            await send({**event, "type": "websocket.send"})


ECHO = """\
client                      wire                           application
│ GET /echo ────────────────────────────────────────────→ │ → connect
│ ←────────────────────────────── 101 Switching Protocols │ ← accept
│ text "hello" · 5 B deflated ──────────────────────────→ │ → receive "hello"
│ ←────────────────────────── text "hello" · 5 B deflated │ ← send "hello"
│ text "hello" · 5 B deflated ──────────────────────────→ │ → receive "hello"
│ ←────────────────────────── text "hello" · 5 B deflated │ ← send "hello"
│ text · 0 B deflated ──────────────────────────────────→ │ → receive ""
│ ←────────────────────────────────── text · 0 B deflated │ ← send ""
│ binary 00 ff · 2 B deflated ──────────────────────────→ │ → receive 00 ff
│ ←────────────────────────── binary 00 ff · 2 B deflated │ ← send 00 ff
│ ping · 4 B ───────────────────────────────────────────→ │
│ ←─────────────────────────────────────────── pong · 4 B │
│ close 1000 "done" ────────────────────────────────────→ │
│ ←──────────────────────────────────── close 1000 "done" │
│ ←────────────────────────────────────────────── TCP FIN │
│                                                         │ → disconnect 1000 "done"
│                                                         │ ← returned"""
ECHO = ECHO.replace("← returned", "  returned")


@pytest.mark.parametrize("ws", WS)
@pytest.mark.parametrize("http", HTTP)
async def test_echo_reads_the_same_on_every_implementation(ws, http):
    """F35, F33: both views, settled right after the client's close."""
    async with serving(echo, ws, http) as (recorder, url):
        async with connect(url) as client:
            for message in ("hello", "hello", "", b"\x00\xff"):
                await client.send(message)
                assert await client.recv() == message
            await (await client.ping())
            await client.close(1000, "done")
        trace = recorder.trace
    assert str(trace) == ECHO
    connection = trace.connection
    assert not connection.is_open
    assert (connection.close_code, connection.close_reason) == (1000, "done")
    assert connection.closed_by == "client"
    assert [f.masked for f in connection.frames] == [True, False] * 6
    assert connection.handshake.response.get("upgrade").lower() == "websocket"
    assert connection.handshake.request.get("sec-websocket-version") == "13"


@pytest.mark.parametrize("ws", WS)
async def test_two_runs_give_the_same_text(ws):
    """F41: a look right after the client's close includes the application's end."""
    texts = set()
    async with serving(echo, ws) as (recorder, url):
        for _ in range(15):
            async with connect(url) as client:
                await client.send("hello")
                await client.recv()
            texts.add(str(recorder.trace))
    assert len(texts) == 1
    assert "returned" in texts.pop()


@pytest.mark.parametrize("ws", WS)
async def test_text_does_not_depend_on_chunks(ws):
    """F35: messages sent at once or byte by byte give the same ladder."""
    frames = b"".join(
        bytes([0x81, 0x81, 0, 0, 0, 0]) + bytes([65 + n]) for n in range(4)
    )
    close = bytes([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])
    texts = set()
    async with serving(echo, ws) as (recorder, url):
        port = int(url.split(":")[2].split("/")[0])
        for size in (1, 3, len(frames)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            for start in range(0, len(frames), size):
                writer.write(frames[start : start + size])
                await recorder.settled()
            assert await reader.readexactly(12) == b"".join(
                bytes([0x81, 1, 65 + n]) for n in range(4)
            )
            writer.write(close)
            assert await reader.read() == bytes([0x88, 2, 0x03, 0xE8])
            writer.close()
            await writer.wait_closed()
            texts.add(str(recorder.trace))
    assert len(texts) == 1


UPGRADE = (
    b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.mark.parametrize("ws", WS)
@pytest.mark.parametrize(
    ("word", "code", "last"),
    [
        ("raise", 1006, "ValueError: told to, by <object object at 0x...>"),
        ("return", 1006, None),
        ("close", 4000, None),
    ],
)
async def test_how_the_server_ends_it(ws, word, code, last):
    """F41: a handler that raises, one that returns and one that closes."""
    async with serving(echo, ws) as (recorder, url):
        async with connect(url) as client:
            await client.send(word)
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
        trace = recorder.trace
    connection = trace.connection
    assert connection.close_code == code
    assert (closed.value.rcvd.code if closed.value.rcvd else 1006) == code
    assert connection.closed_by == "server"
    assert connection.tcp_end == TcpEnd("server", "FIN")
    assert connection.application[-1].type == ("raised" if last else "returned")
    assert connection.application[-1].detail == last


@pytest.mark.parametrize("ws", WS)
async def test_refusal_and_denial_response(ws):
    """F7, F40: a close before accept is a 403, a denial response is its own."""

    async def refuse(scope, receive, send):
        await receive()
        if scope["path"] == "/echo":
            await send({"type": "websocket.close"})
            return
        start = {"type": "websocket.http.response.start", "status": 401, "headers": []}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": b"who are you"})

    async with serving(refuse, ws) as (recorder, url):
        for path in ("", "/denied"):
            with pytest.raises(InvalidStatus):
                await connect(url + path)
        refused, denied = recorder.trace.connections
    assert refused.handshake.response.status == 403
    assert denied.handshake.response.status == 401
    assert (refused.close_code, denied.close_code) == (None, None)
    types = [event.type for event in denied.application]
    assert types == [
        "websocket.connect",
        "websocket.http.response.start",
        "websocket.http.response.body",
        "returned",
    ]


@pytest.mark.parametrize("ws", WS)
async def test_client_that_vanishes(ws):
    """F41: no close frame, so 1006, and the client ended it."""
    async with serving(echo, ws) as (recorder, url):
        client = await connect(url)
        client.transport.abort()
        await client.wait_closed()
        connection = recorder.trace.connection
    assert connection.close_code == 1006
    assert connection.closed_by == "client"
    assert connection.application[-2].type == "websocket.disconnect"


async def test_unread_messages_make_the_close_a_reset():
    """F41: a socket closed with unread bytes resets the connection."""
    gate = threading.Event()

    async def deaf(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await asyncio.to_thread(gate.wait, 30)

    async with serving(deaf) as (recorder, url), connect(url) as client:
        for _ in range(3):
            await client.send("unread")
        await recorder.settled()
        await client.send("unread as well")
        gate.set()
        await asyncio.wait_for(client.wait_closed(), 30)
        assert recorder.trace.connection.tcp_end == TcpEnd("server", "reset")


async def test_looks_follow_one_another():
    """F35: a trace holds what happened since the look before."""
    async with serving(echo) as (recorder, url):
        async with connect(url) as client:
            opened = recorder.trace
            await client.send("hello")
            await client.recv()
            talked = recorder.trace
            nothing = recorder.trace
        closed = recorder.trace
    assert [opened.connection.continued, talked.connection.continued] == [False, True]
    assert opened.connection.is_open
    assert opened.connection.close_code is None
    assert str(talked).splitlines()[0] == "/echo (continued)"
    assert 'text "hello"' in str(talked)
    assert "101" not in str(talked)
    assert talked.connection.handshake == opened.connection.handshake
    assert str(nothing) == "nothing since the last look"
    with pytest.raises(LookupError):
        _ = nothing.connection
    assert closed.connection.close_code == 1000


async def test_secrets_are_masked_before_they_are_stored():
    """F39: header, cookie, query and subprotocol tokens appear nowhere."""

    async def app(scope, receive, send):
        await receive()
        protocol = scope["subprotocols"][1]
        cookie = (b"set-cookie", b"session=hush; Path=/")
        await send(
            {"type": "websocket.accept", "subprotocol": protocol, "headers": [cookie]}
        )
        await receive()

    async with serving(app) as (recorder, url):
        async with connect(
            f"{url}?room=1&access_token=hush",
            additional_headers={"Authorization": "Bearer hush", "Cookie": "a=hush"},
            subprotocols=["chat", "bearer.hush"],
        ) as client:
            assert client.subprotocol == "bearer.hush"
        trace = recorder.trace
    assert "hush" not in repr(trace.connections)
    assert "GET /echo?room=1&access_token=***" in str(trace)
    request = trace.connection.handshake.request
    assert request.get("authorization") == "Bearer ***"
    assert request.get("sec-websocket-protocol") == "chat, bearer.***"
    assert (
        trace.connection.handshake.response.get("set-cookie") == "session=***; Path=/"
    )


async def test_events_are_bounded():
    """F13: what is left out is said, and the end is kept."""
    bounds = Bounds(first_events=10, last_events=20)
    async with serving(echo, recorder=Recorder(bounds)) as (recorder, url):
        async with connect(url) as client:
            for number in range(50):
                await client.send(str(number))
                await client.recv()
        trace = recorder.trace
    assert len(trace.events) == 30
    assert trace.connection.left_out == 4 + 50 * 4 + 5 - 30
    assert "… 179 events left out" in str(trace)
    assert str(trace).splitlines()[-1].endswith("returned")


async def test_connections_are_bounded():
    """F13, F38: many clients at once, the first and the last of them kept."""
    bounds = Bounds(first_connections=3, last_connections=2)
    async with serving(echo, recorder=Recorder(bounds)) as (recorder, url):
        clients = [await connect(url) for _ in range(9)]
        for client in clients:
            await client.close()
        trace = recorder.trace
        async with connect(url):
            pass
        again = recorder.trace
    assert (len(trace.connections), trace.left_out) == (5, 4)
    assert "connections 1 to 5, each: /echo" in str(trace)
    assert "… 4 connections left out" in str(trace)
    assert (len(again.connections), again.left_out) == (1, 0)


async def test_long_messages_pass_unchanged():
    """F42: flow control works through the recorder, and the excerpt stays short."""
    message = bytes(range(256)) * 8192
    async with serving(echo) as (recorder, url):
        async with connect(url, max_size=None, compression=None) as client:
            await client.send(message)
            assert await client.recv() == message
        frames = recorder.trace.frames
    data = [frame for frame in frames if frame.opcode != Opcode.CLOSE]
    assert {frame.sender for frame in data} == {"client", "server"}
    assert sum(frame.length for frame in data) == 2 * len(message)
    assert max(len(frame.payload) for frame in data) == 128


@pytest.mark.parametrize("http", HTTP)
async def test_http_in_short(http):
    """F43: two requests on one kept-alive connection, one of them with a body."""

    async def app(scope, receive, send):
        await receive()
        headers = [(b"transfer-encoding", b"chunked")] if scope["path"] == "/b" else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"12345"})

    def get(port):
        import http.client

        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        client.request("GET", "/a?token=hush")
        first = client.getresponse().read()
        client.request("POST", "/b", body=b"x" * 10)
        second = client.getresponse().read()
        client.close()
        return first, second

    async with serving(app, http=http) as (recorder, url):
        port = int(url.split(":")[2].split("/")[0])
        assert await asyncio.to_thread(get, port) == (b"12345", b"12345")
        trace = recorder.trace
    lines = [line.split("│") for line in str(trace).splitlines()[1:]]
    shown = [(a.strip(" ─→←"), b.strip(" →←")) for _, a, b in lines]
    assert shown == [
        ("GET /a?token=***", "http GET /a?token=***"),
        ("200 OK", "response.start 200"),
        ("", "response.body 5 B"),
        ("", "returned"),
        ("POST /b", "http POST /b"),
        ("", "request 10 B"),
        ("200 OK", "response.start 200"),
        ("", "response.body 5 B"),
        ("", "returned"),
        ("TCP FIN", ""),
    ]


async def test_application_alone():
    """F34: without a wire the application's events are recorded, lifespan is not."""
    recorder = Recorder()
    app = recorder.application(echo)
    events = [
        {"type": "websocket.connect"},
        {"type": "websocket.disconnect", "code": 9},
    ]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(event):
        sent.append(event["type"])

    await app({"type": "websocket"}, receive, send)
    assert sent == ["websocket.accept"]
    assert [e.type for e in recorder.take().events] == [
        "websocket.connect",
        "websocket.accept",
        "websocket.disconnect",
        "returned",
    ]


async def test_failing_send_is_told():
    """F5, F26: what the server says to a send after the end."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        await send({"type": "websocket.send", "text": "too late"})

    async with serving(app) as (recorder, url):
        async with connect(url) as client:
            await client.wait_closed()
        events = recorder.trace.connection.application
    failed = next(event for event in events if event.type == "websocket.send failed")
    assert failed.detail.startswith("RuntimeError")
    assert events[-1].type == "raised"


def test_trace_of_a_server_that_was_never_used():
    """F33: a look before anything has happened."""
    assert str(Recorder().take()) == "nothing since the last look"


def test_an_end_that_comes_after_the_last_event_is_told_to_who_asks():
    """A server's FIN is noted when it is sent, the end when the connection is gone."""
    recorder = Recorder()
    connection = recorder.connect()
    connection.end("server", "FIN")
    assert not recorder.take(ends=True).connection.is_over
    connection.lost = True
    (over,) = recorder.take(ends=True).connections
    assert over.is_over
    assert over.events == ()
    assert over.tcp_end == TcpEnd("server", "FIN")
    assert recorder.take(ends=True).connections == ()


def test_an_end_alone_is_nothing_to_see():
    recorder = Recorder()
    connection = recorder.connect()
    connection.end("server", "FIN")
    recorder.take()
    connection.lost = True
    assert recorder.take().connections == ()
