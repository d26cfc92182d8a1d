"""One behavioural suite on every server.

`serving(app)` starts the application on the server that the test runs on, in the test's
own event loop, and gives a `Server`, whose clients look the same whatever is beneath.
What a server cannot do is in DIFFERENCES, once, with its reason.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import daphne.server
import granian.server.embed
import hypercorn.asyncio
import hypercorn.config
import pytest
import txaio
import uvicorn
import websockets
from granian.constants import Interfaces
from granian.net import SocketHolder
from twisted.internet import asyncioreactor
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websockets_connect
from websockets.frames import Frame, Opcode

import wslab.testing
from wslab import Connection
from wslab.live import LiveLoop

WAIT = 30.0  # seconds, the bound of every wait

SERVERS = [
    "uvicorn-websockets-sansio",
    "uvicorn-wsproto",
    pytest.param(
        "uvicorn-websockets",
        marks=[
            # it stands on the legacy API of websockets, and both say so
            pytest.mark.filterwarnings("ignore:The `websockets` implementation"),
            pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated"),
            pytest.mark.filterwarnings("ignore:remove second argument of ws_handler"),
        ],
    ),
    "hypercorn",
    "daphne",
    "granian",
    "testing",
]

DIFFERENCES = {
    # what a test expects: {server: what it sees instead}, each with its reason
    "code of a lost connection": {
        # connection_lost() reports 1005 once the handshake is complete
        "uvicorn-websockets-sansio": 1005,
        "uvicorn-wsproto": 1005,
        # a lost connection and a close without a code look alike
        "granian": 1005,
    },
    "code of a close without one": {},
    "reason of the client": {
        # StreamClosed carries neither the code nor the reason of the close frame
        "hypercorn": "",
        # their disconnect events have no reason
        "daphne": "",
        "granian": "",
    },
    "code of the client": {
        # as above: any close by the client is reported as 1006
        "hypercorn": 1006,
    },
    "reason of the server": {
        # sendClose() is called without one
        "daphne": "",
    },
    "refusal": {
        # no extension for denial responses
        "daphne": (403, b""),
    },
    "header of accept": {
        # both leave out accept's headers
        "daphne": None,
        "granian": None,
    },
    "lifespan": {
        # it calls applications for connections alone
        "daphne": False,
    },
    "empty messages": {
        # handle_reply() sends what is true
        "daphne": [],
    },
    **{
        # autobahn sends 1000 and 3000-4999 only, so that the library adds 3000
        f"close with {code}": {"daphne": code + 3000}
        for code in range(1001, 1015)
    },
}


IN_MEMORY = "uvicorn"
"""The servers that take their sockets from the loop, and so run in memory as well."""


def pytest_asyncio_loop_factories(item):
    """Run what needs a server over TCP and in memory.

    A test that is marked `threads(reason)` shows what needs a thread.
    """
    tcp = {"tcp": asyncio.new_event_loop}
    if "serving" not in item.fixturenames or item.get_closest_marker("threads"):
        return tcp
    return tcp | {"memory": LiveLoop}


def pytest_collection_modifyitems(config, items):
    """Leave out the servers that have sockets of their own from what is in memory."""
    impossible = {item for item in items if _is_impossible(item)}
    if impossible:
        config.hook.pytest_deselected(items=list(impossible))
        items[:] = [item for item in items if item not in impossible]


def _is_impossible(item):
    params = item.callspec.params if hasattr(item, "callspec") else {}
    server = params.get("serving", IN_MEMORY)
    in_memory = params.get("_asyncio_loop_factory") is LiveLoop
    return in_memory and not server.startswith(IN_MEMORY)


class Record(list):
    """What happened in a handler, in order, for a test to wait for."""

    def __init__(self):
        self._news = asyncio.Event()

    def append(self, value):
        super().append(value)
        self._news.set()

    async def reach(self, count):
        """Return itself once it has this many entries."""
        async with asyncio.timeout(WAIT):
            while len(self) < count:
                self._news.clear()
                await self._news.wait()
        return self


@dataclass
class Refusal:
    """The HTTP response to a refused handshake."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A running server, what its application raised, and its clients."""

    name: str
    client: object  # an async context manager: (path, **options) -> Client
    stop: object  # shuts the server down and returns when that is done
    raised: Record = field(default_factory=Record)

    def expect(self, what, usual):
        """Return what this server shows where others show the usual."""
        return DIFFERENCES.get(what, {}).get(self.name, usual)

    def close(self, code, reason=""):
        """Return what clients see of the application's close with these."""
        seen = self.expect("reason of the server", reason)
        return self.expect(f"close with {code}", code), seen

    async def refused(self, path, **options) -> Refusal:
        """Connect, and return the response that refused it."""
        try:
            async with self.client(path, **options):
                raise AssertionError(f"{path} was accepted")
        except websockets.InvalidStatus as error:
            answer = error.response
            headers = {k.lower(): v for k, v in answer.headers.raw_items()}
            return Refusal(answer.status_code, headers, bytes(answer.body))
        except wslab.testing.Refused as error:
            return Refusal(error.status, dict(error.headers), error.body)


class Answering(ClientConnection):
    """A connection that answers pings, as any does, and records them."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.pings = Record()

    def process_event(self, event):
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings.append(bytes(event.data))
        super().process_event(event)


class SocketClient:
    """A client of the `websockets` package."""

    def __init__(self, connection):
        self._connection = connection
        self.pings = connection.pings
        self.subprotocol = connection.subprotocol
        headers = connection.response.headers.raw_items()
        self.headers = {name.lower(): value for name, value in headers}

    async def send(self, content):
        await asyncio.wait_for(self._connection.send(content), WAIT)

    async def receive(self):
        return await asyncio.wait_for(self._connection.recv(), WAIT)

    async def close(self, code=1000, reason=""):
        if code is not None:
            return await self._connection.close(code, reason)
        async with self._connection.send_context():
            self._connection.protocol.send_close()
        return await self._connection.wait_closed()

    def vanish(self):
        self._connection.transport.abort()

    def reset(self):
        """Vanish with a RST, and what the system still held is lost with it."""
        transport = self._connection.transport
        linger = struct.pack("ii", 1, 0)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    async def ended(self):
        """Read to the end; return the close code and reason that the client sees."""
        async with asyncio.timeout(WAIT):
            try:
                while True:
                    await self._connection.recv()
            except websockets.ConnectionClosed:
                await self._connection.wait_closed()
        return self._connection.close_code, self._connection.close_reason


class MemoryClient:
    """A client of `wslab.testing`."""

    def __init__(self, client):
        self._client = client
        self.subprotocol = client.subprotocol
        self.headers = dict(client.headers)
        self.send = client.send
        self.receive = client.receive
        self.close = client.close
        self.vanish = client.abort

    async def ended(self):
        try:
            while True:
                await self._client.receive()
        except wslab.testing.Closed as closed:
            return closed.code, closed.reason


@asynccontextmanager
async def _socket_client(port, path, *, headers=(), subprotocols=None, origin=None):
    async with websockets_connect(
        f"ws://127.0.0.1:{port}{path}",
        additional_headers=list(headers),
        subprotocols=subprotocols,
        origin=origin,
        proxy=None,
        create_connection=Answering,
        open_timeout=WAIT,
        close_timeout=WAIT,
    ) as connection:
        yield SocketClient(connection)


@asynccontextmanager
async def _memory_client(app, state, path, *, subprotocols=None, **options):
    async with wslab.testing.connect(
        app,
        path,
        subprotocols=subprotocols or (),
        state=state,
        timeout=WAIT,
        raise_exceptions=False,
        **options,
    ) as client:
        yield MemoryClient(client)


def _recorded(app, raised, started=None):
    async def recording(scope, receive, send):
        async def noticing(event):
            await send(event)
            if started is not None and event["type"] == "lifespan.startup.complete":
                started.set()

        try:
            await app(scope, receive, noticing if started else send)
        except BaseException as error:
            raised.append(error)
            raise

    return recording


def _listen():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


@asynccontextmanager
async def _uvicorn(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    config = uvicorn.Config(
        _recorded(app, raised),
        ws=name.removeprefix("uvicorn-"),
        loop="asyncio",
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=options.pop("grace", 5),
        **options,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    listener, port = _listen()
    await server.startup(sockets=[listener])
    stopped = asyncio.Event()

    async def stop():
        if not stopped.is_set():
            stopped.set()
            await server.shutdown(sockets=[listener])
            await asyncio.gather(*server.server_state.tasks, return_exceptions=True)

    try:
        yield Server(name, lambda *a, **k: _socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()


@asynccontextmanager
async def _hypercorn(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    listener, port = _listen()
    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = None
    config.graceful_timeout = options.pop("grace", 5)
    for key, value in options.items():
        setattr(config, {"ws_max_size": "websocket_max_message_size"}[key], value)
    started, over = asyncio.Event(), asyncio.Event()
    recorded = _recorded(app, raised, started)
    serving = asyncio.create_task(
        hypercorn.asyncio.serve(recorded, config, shutdown_trigger=over.wait)
    )
    starting = asyncio.create_task(started.wait())
    first = asyncio.FIRST_COMPLETED
    await asyncio.wait({serving, starting}, timeout=WAIT, return_when=first)
    starting.cancel()
    if serving.done():
        serving.result()  # raises why it did not start
    assert started.is_set()

    async def stop():
        over.set()
        await asyncio.wait({serving})

    try:
        yield Server(name, lambda *a, **k: _socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
        serving.result()


class _Daphne(daphne.server.Server):
    """Daphne without its own loop: on the test's, by a reactor made for it."""

    def listen_success(self, port):
        super().listen_success(port)
        self.port = port

    def end_connections(self):
        """Do what a shutdown does: cancel the applications, then drop the clients."""
        tasks = [one.get("application_instance") for one in self.connections.values()]
        for task in filter(None, tasks):
            task.cancel()
        return [task for task in tasks if task is not None]


@asynccontextmanager
async def _daphne(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    loop = asyncio.get_running_loop()
    sys.modules.pop("twisted.internet.reactor", None)
    asyncioreactor.install(loop)
    reactor = daphne.server.reactor = sys.modules["twisted.internet.reactor"]
    reactor.run = lambda **options: None  # the loop runs already
    txaio.config.loop = reactor  # where autobahn keeps its timers
    options.pop("grace", None)
    keys = {"ws_max_size": ("websocket_max_message_size", "websocket_max_frame_size")}
    server = _Daphne(
        _recorded(app, raised),
        endpoints=["tcp:0:interface=127.0.0.1"],
        signal_handlers=False,
        **{key: value for name, value in options.items() for key in keys[name]},
    )
    server.run()
    port = server.port.getHost().port

    async def stop():
        if server.port.disconnected:
            return
        await asyncio.wait_for(server.port.stopListening().asFuture(loop), WAIT)
        tasks = server.end_connections()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), WAIT)

    try:
        yield Server(name, lambda *a, **k: _socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
        for call in reactor.getDelayedCalls():
            call.cancel()
        for selectable in reactor.removeAll():
            selectable.connectionLost(None)


class _Granian(granian.server.embed.Server):
    """Granian on a socket that listens already, in the test's loop."""

    def __init__(self, app, listener):
        super().__init__(app, interface=Interfaces.ASGI, log_enabled=False)
        self._listener = listener

    def _init_shared_socket(self):
        self._ssp = None
        self._shd = SocketHolder(self._listener.detach(), False, 128)

    def stop(self):
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


@asynccontextmanager
async def _granian(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    listener, port = _listen()
    started = asyncio.Event()
    server = _Granian(_recorded(app, raised, started), listener)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(started.wait(), WAIT)

    async def stop():
        server.stop()
        await asyncio.wait({serving})

    try:
        yield Server(name, lambda *a, **k: _socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
        serving.result()


@asynccontextmanager
async def _testing(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    recorded = _recorded(app, raised)
    async with wslab.testing.running(recorded) as state:
        yield Server(
            name, lambda *a, **k: _memory_client(recorded, state, *a, **k), None, raised
        )


STARTERS = {
    "uvicorn": _uvicorn,
    "hypercorn": _hypercorn,
    "daphne": _daphne,
    "granian": _granian,
    "testing": _testing,
}


@pytest.fixture(params=SERVERS)
async def serving(request):
    """Start applications on each server: `server = await serving(app)`."""
    name = request.param
    kind = name.partition("-")[0]
    async with AsyncExitStack() as stack:

        async def serve(app, **options):
            return await stack.enter_async_context(STARTERS[kind](name, app, options))

        serve.server_name = name
        yield serve


@pytest.fixture
def record():
    """A list that a handler appends to: `await record.reach(2)`."""
    return Record()


class Peer:
    """A server's two coroutines, with what it does next decided by the test."""

    def __init__(self, *events, error=None, receive=None):
        self.events = asyncio.Queue()
        for event in ({"type": "websocket.connect"}, *events):
            self.events.put_nowait(event)
        self.error = error
        self.receive = receive or self.next_event
        self.taken = 0
        self.sent = []

    async def next_event(self):
        event = await self.events.get()
        self.taken += 1
        return event

    async def send(self, event):
        if self.error is not None and event["type"] == "websocket.send":
            raise self.error
        self.sent.append(event)

    async def has_given(self, count):
        """Wait until so many events have been received."""
        async with asyncio.timeout(WAIT):
            while self.taken < count:  # noqa: ASYNC110
                await asyncio.sleep(0)

    def connect(self, meter=None):
        """Return a connection that has not been accepted."""
        scope = {"type": "websocket", "path": "/", "headers": []}
        return Connection(scope, self.receive, self.send, meter)

    async def open(self, meter=None):
        """Return an accepted connection."""
        connection = self.connect(meter)
        await connection.accept()
        return connection


@pytest.fixture
def new_peer():
    """Make a server that is no more than its two coroutines: `new_peer(*events)`."""
    return Peer
