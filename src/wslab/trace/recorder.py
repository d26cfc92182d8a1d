"""Recording a server: both views of each connection, without changing either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.trace.recording import Activity, RecordedConnection
from wslab.trace.taps.application import ApplicationCall
from wslab.trace.taps.transport import RecordingProtocol, current
from wslab.trace.trace import Trace

FIRST_CONNECTIONS = 80
LAST_CONNECTIONS = 20


class Recorder:
    """Records the connections of one server.

    `application` and `protocol` go into the server's configuration; `take` returns
    what happened since the last look. Recording happens in the server's loop, so the
    order of events is the order in which the server handled them. An exception of the
    recorder's own never reaches the server: it is noted as the connection's `fault`.
    """

    def __init__(self) -> None:
        self._activity = Activity()
        self._connections: list[RecordedConnection] = []
        self._left_out = 0

    def application(self, app: ASGIApplication) -> ASGIApplication:
        """Return the application with its `websocket` and `http` calls recorded."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("websocket", "http"):
                await app(scope, receive, send)
                return
            connection = current.get() or self._connect()
            await ApplicationCall(connection, receive, send).run(app, scope)

        return recorded

    def protocol(
        self, protocol: Callable[..., asyncio.Protocol]
    ) -> Callable[..., asyncio.Protocol]:
        """Return a factory for `uvicorn.Config(http=...)`: `protocol`, recorded."""

        def recorded(**arguments: Any) -> asyncio.Protocol:
            return RecordingProtocol(protocol(**arguments), self._connect)

        return recorded

    def take(self) -> Trace:
        """Return what happened since the last look, without waiting for anything.

        May be called from any thread.
        """
        with self._activity.lock:
            taken = [c.take() for c in self._connections]
            self._connections = [c for c in self._connections if not c.is_over]
            left_out, self._left_out = self._left_out, 0
        return Trace(tuple(c for c in taken if c is not None), left_out)

    def progress(self) -> tuple[int, bool]:
        """Return how much was recorded so far, and whether anything is ending.

        The first, equal twice, says that nothing happened between. The second is for a
        connection that has begun to end while it, or the application's call for it,
        has not ended. May be called from any thread.
        """
        with self._activity.lock:
            return self._activity.count, any(c.is_ending for c in self._connections)

    def _connect(self) -> RecordedConnection:
        connection = RecordedConnection(self._activity)
        with self._activity.lock:
            self._connections.append(connection)
            if len(self._connections) > FIRST_CONNECTIONS + LAST_CONNECTIONS:
                self._connections.pop(FIRST_CONNECTIONS).dropped = True
                self._left_out += 1
        return connection
