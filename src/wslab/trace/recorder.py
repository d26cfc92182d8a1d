"""Recording a server: both views of each connection, without changing either."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.trace.logs import Logs
from wslab.trace.model import Connection
from wslab.trace.recording import Bounds, Note, RecordedConnection
from wslab.trace.taps.application import ApplicationCall
from wslab.trace.taps.transport import RecordingProtocol, current
from wslab.trace.trace import Trace


class Kept(Protocol):
    """Where the events of connections are kept and read; connections have numbers."""

    def begin(self, number: int, begin: float) -> Note:
        """Begin a connection, on the monotonic clock; return what notes its events."""

    def take(self, numbers: Iterable[int], over: set[int]) -> dict[int, Connection]:
        """Return what connections did since the last look; forget those `over`."""

    def forget(self, number: int) -> None:
        """Drop a connection: nothing of it is kept any more."""

    def progress(self) -> tuple[int, set[int]]:
        """Return how much was noted so far, and which connections begin to end."""


class Recorder:
    """Records the connections of one server.

    `application` and `protocol` go into the server's configuration; `take` returns
    what happened since the last look. Recording happens in the server's loop, so the
    order of events is the order in which the server handled them. An exception of the
    recorder's own never reaches the server: it is kept as the connection's `fault`.
    """

    def __init__(self, bounds: Bounds | None = None, kept: Kept | None = None) -> None:
        """Record nothing yet.

        Args:
            bounds: What is kept between two looks.
            kept: Where; by default in this process.
        """
        self._bounds = bounds or Bounds()
        self._logs = kept or Logs(self._bounds)
        self._lock = threading.Lock()
        self._number = 0
        self._connections: list[RecordedConnection] = []
        self._left_out = 0
        self._has_application = False

    def application(self, app: ASGIApplication) -> ASGIApplication:
        """Return the application with its `websocket` and `http` calls recorded."""
        self._has_application = True

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("websocket", "http"):
                await app(scope, receive, send)
                return
            connection = current.get() or self.connect()
            excerpt = self._bounds.excerpt
            await ApplicationCall(connection, receive, send, excerpt).run(app, scope)

        return recorded

    def protocol(
        self, protocol: Callable[..., asyncio.Protocol]
    ) -> Callable[..., asyncio.Protocol]:
        """Return a factory for `uvicorn.Config(http=...)`: `protocol`, recorded."""

        def recorded(**arguments: Any) -> asyncio.Protocol:
            inner = protocol(**arguments)
            return RecordingProtocol(inner, self.connect)

        return recorded

    def take(self, ends: bool = False) -> Trace:
        """Return what happened since the last look, without waiting for the server.

        May be called from any thread.

        Args:
            ends: Whether a connection counts, too, of which nothing new is to be seen
                but that it is over.
        """
        with self._lock:
            connections = list(self._connections)
            left_out, self._left_out = self._left_out, 0
        taken = self._take(connections)
        with self._lock:
            self._connections = [c for c in self._connections if not c.is_taken]
        return Trace(tuple(c for c in taken if c.events or ends), left_out)

    def take_one(self, connection: RecordedConnection) -> Connection | None:
        """Return what one connection did since the last look, None if nothing did."""
        taken = self._take([connection])
        with self._lock:
            if connection.is_taken and connection in self._connections:
                self._connections.remove(connection)
        return taken[0] if taken else None

    def _take(self, connections: Sequence[RecordedConnection]) -> list[Connection]:
        stands = {c.number: (c.lost, c.calls) for c in connections}
        over = {n for n, (lost, calls) in stands.items() if lost and not calls}
        looked = self._logs.take(stands, over)  # what comes meanwhile is for later
        for connection in connections:
            connection.is_taken = connection.number in over
        return [
            c.completed(looked[c.number], *stands[c.number])
            for c in connections
            if c.number in looked
        ]

    def progress(self) -> tuple[int, bool]:
        """Return how much was recorded so far, and whether anything is ending.

        The first, equal twice, says that nothing happened between. The second is for a
        connection that has begun to end while it, or the application's call for it,
        has not ended. May be called from any thread.
        """
        count, ending = self._logs.progress()
        with self._lock:
            return count, any(
                (c.lost or c.number in ending) and not c.is_over
                for c in self._connections
            )

    def connect(self) -> RecordedConnection:
        """Return a new connection for a tap to note into."""
        first, last = self._bounds.first_connections, self._bounds.last_connections
        with self._lock:
            self._number += 1
            # Of one instant: what is between them would make the connection end later.
            begin, began = time.monotonic(), time.time()
            note = self._logs.begin(self._number, begin)
            new = RecordedConnection(self._number, began, note)
            new.is_application_recorded = self._has_application
            self._connections.append(new)
            if len(self._connections) > first + last:
                self._logs.forget(self._connections.pop(first).number)
                self._left_out += 1
        return new
