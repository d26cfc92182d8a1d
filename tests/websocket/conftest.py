"""One behavioural suite on every server.

`serving(app)` starts the application on the server that the test runs on, in the test's
own event loop, and gives a `Server`, whose clients look the same whatever is beneath.
What a server cannot do is in DIFFERENCES, once, with its reason.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import hypercorn.asyncio
import hypercorn.config
import pytest
import uvicorn
import websockets
from websockets.asyncio.client import connect as websockets_connect

import wslab.testing

WAIT = 10.0  # seconds, the bound of every wait

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
    "testing",
]

DIFFERENCES = {
    # what a test expects: {server: what it sees instead}, each with its reason
    "code of a lost connection": {
        # connection_lost() reports 1005 once the handshake is complete
        "uvicorn-websockets-sansio": 1005,
        "uvicorn-wsproto": 1005,
    },
    "code of a close without one": {},
    "reason of the client": {
        # StreamClosed carries neither the code nor the reason of the close frame
        "hypercorn": "",
    },
    "code of the client": {
        # as above: any close by the client is reported as 1006
        "hypercorn": 1006,
    },
}


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
        return DIFFERENCES[what].get(self.name, usual)

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


class SocketClient:
    """A client of the `websockets` package."""

    def __init__(self, connection):
        self._connection = connection
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
    await asyncio.wait_for(started.wait(), WAIT)

    async def stop():
        over.set()
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


@pytest.fixture(params=SERVERS)
async def serving(request):
    """Start applications on each server: `server = await serving(app)`."""
    name = request.param
    kind = name.partition("-")[0]
    start = {"uvicorn": _uvicorn, "hypercorn": _hypercorn, "testing": _testing}[kind]
    async with AsyncExitStack() as stack:

        async def serve(app, **options):
            return await stack.enter_async_context(start(name, app, options))

        serve.server_name = name
        yield serve


@pytest.fixture
def record():
    """A list that a handler appends to: `await record.reach(2)`."""
    return Record()
