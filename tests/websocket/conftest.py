"""One behavioural suite on every server.

`serving(app)` starts the application on the server that the test runs on, in the test's
own event loop, and gives a `Server`, whose clients look the same whatever is beneath.
What a server cannot do is in DIFFERENCES of server.py, once, with its reason.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module

import pytest

from wslab import Connection
from wslab.live import LiveLoop

from .server import WAIT, Record

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

IN_MEMORY = ("uvicorn", "testing")
"""The servers without sockets of their own, which run in memory as well."""


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
    server = params.get("serving", "testing")
    in_memory = params.get("_asyncio_loop_factory") is LiveLoop
    return in_memory and not server.startswith(IN_MEMORY)


@pytest.fixture(params=SERVERS)
async def serving(request):
    """Start applications on each server: `server = await serving(app)`."""
    name = request.param
    starter = import_module(f".servers.{name.partition('-')[0]}", __package__)
    async with AsyncExitStack() as stack:

        async def serve(app, **options):
            started = starter.start(name, app, options)
            return await stack.enter_async_context(started)

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
