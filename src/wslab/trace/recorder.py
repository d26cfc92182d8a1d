"""Recording a server: both views of each connection, without changing either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.trace.model import Connection
from wslab.trace.recording import Activity, Bounds, RecordedConnection
from wslab.trace.taps.application import ApplicationCall
from wslab.trace.taps.transport import RecordingProtocol, current
from wslab.trace.trace import Trace


class Recorder:
    """Records the connections of one server.

    `application` and `protocol` go into the server's configuration; `take` returns
    what happened since the last look. Recording happens in the server's loop, so the
    order of events is the order in which the server handled them. An exception of the
    recorder's own never reaches the server: it is kept as the connection's `fault`.
    """

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._activity = Activity()
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
            return RecordingProtocol(inner, self.connect, self._bounds.excerpt)

        return recorded

    def take(self, ends: bool = False) -> Trace:
        """Return what happened since the last look, without waiting for anything.

        May be called from any thread.

        Args:
            ends: Whether a connection counts, too, of which nothing new is to be seen
                but that it is over.
        """
        with self._activity.lock:
            taken = [c.take() for c in self._connections]
            self._connections = [c for c in self._connections if not c.is_taken]
            left_out, self._left_out = self._left_out, 0
        shown = (c for c in taken if c is not None and (c.events or ends))
        return Trace(tuple(shown), left_out)

    def take_one(self, connection: RecordedConnection) -> Connection | None:
        """Return what one connection did since the last look, None if nothing did."""
        with self._activity.lock:
            taken = connection.take()
            if connection.is_taken and connection in self._connections:
                self._connections.remove(connection)
        return taken

    def progress(self) -> tuple[int, bool]:
        """Return how much was recorded so far, and whether anything is ending.

        The first, equal twice, says that nothing happened between. The second is for a
        connection that has begun to end while it, or the application's call for it,
        has not ended. May be called from any thread.
        """
        with self._activity.lock:
            for connection in self._connections:
                connection.catch_up()
            return self._activity.count, any(c.is_ending for c in self._connections)

    def connect(self) -> RecordedConnection:
        """Return a new connection for a tap to note into."""
        first, last = self._bounds.first_connections, self._bounds.last_connections
        with self._activity.lock:
            self._number += 1
            new = RecordedConnection(self._activity, self._number, self._bounds)
            new.is_application_recorded = self._has_application
            self._connections.append(new)
            if len(self._connections) > first + last:
                self._connections.pop(first).dropped = True
                self._left_out += 1
        return new
