"""A running server as the tests see it, whichever it is, and its clients."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websockets_connect
from websockets.frames import Frame, Opcode

import wslab.testing

WAIT = 30.0  # seconds, the bound of every wait

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
    "a close beside a receive": {
        # its send() of a close waits for as long as its receive()
        "granian": False,
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
async def socket_client(port, path, *, headers=(), subprotocols=None, origin=None):
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
async def memory_client(app, state, path, *, subprotocols=None, **options):
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


def recorded(app, raised, started=None):
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


def listen():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


@asynccontextmanager
async def serving_in(
    task: asyncio.Task, name: str, port: int, raised: Record, ask: Callable[[], None]
) -> AsyncIterator[Server]:
    """A server that serves in a task, until `ask` has had it end."""

    async def stop():
        ask()
        await asyncio.wait({task})

    try:
        yield Server(name, lambda *a, **k: socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
        task.result()
