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

QUIET_PASSES = 20
"""Turns of the server's loop without an event, after which it is at rest."""

SETTLE_TIMEOUT = 1.0
"""Seconds that a look waits, at most, for what has begun to end."""


class Recorder:
    """Records the connections of one server.

    `application` and `protocol` go into the server's configuration; `trace` is what
    happened since the last look at it. Recording happens in the server's loop, so the
    order of events is the order in which the server handled them.
    """

    def __init__(self) -> None:
        self._activity = Activity()
        self._connections: list[RecordedConnection] = []
        self._left_out = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def application(self, app: ASGIApplication) -> ASGIApplication:
        """The application, its `websocket` and `http` calls recorded."""

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
        """A factory for `uvicorn.Config(http=...)`: `protocol`, its wire recorded."""

        def recorded(**arguments: Any) -> asyncio.Protocol:
            return RecordingProtocol(protocol(**arguments), self._connect)

        return recorded

    @property
    def trace(self) -> Trace:
        """What happened since the last look, waiting briefly for it to settle.

        Every access is a look: keep the trace in a variable to use it twice. From
        another thread than the server's this blocks until the server is at rest, or
        for `SETTLE_TIMEOUT`; in the server's own loop it can't, so await `settled`
        before.
        """
        loop = self._loop
        if loop is not None and loop.is_running() and _running_loop() is not loop:
            settling = asyncio.run_coroutine_threadsafe(self._settle(), loop)
            try:
                settling.result(2 * SETTLE_TIMEOUT)
            except TimeoutError:  # the loop is blocked: show what there is
                settling.cancel()
        return self.take()

    async def settled(self) -> None:
        """Waits until the server is at rest, or for `SETTLE_TIMEOUT`.

        At rest: whatever has reached it is handled, and each connection that has begun
        to close is closed and the application's call for it has ended. Unlike `trace`
        this lets a client on the caller's loop go on meanwhile.
        """
        loop = self._loop
        if loop is None or not loop.is_running():
            return
        if loop is asyncio.get_running_loop():
            await self._settle()
            return
        settling = asyncio.run_coroutine_threadsafe(self._settle(), loop)
        try:
            await asyncio.wait_for(asyncio.wrap_future(settling), 2 * SETTLE_TIMEOUT)
        except TimeoutError:
            return

    def progress(self) -> tuple[int, bool]:
        """Return how much was recorded so far, and whether anything is ending."""
        with self._activity.lock:
            return self._activity.count, any(c.is_ending for c in self._connections)

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SETTLE_TIMEOUT
        quiet = 0
        while quiet < QUIET_PASSES and loop.time() < deadline:
            before = self._activity.count
            ending = self._is_ending()
            await asyncio.sleep(0.001 if ending else 0)
            rested = before == self._activity.count and not ending
            quiet = quiet + 1 if rested else 0

    def _is_ending(self) -> bool:
        with self._activity.lock:
            return any(c.is_ending for c in self._connections)

    def _connect(self) -> RecordedConnection:
        self._loop = asyncio.get_running_loop()
        connection = RecordedConnection(self._activity)
        with self._activity.lock:
            self._connections.append(connection)
            if len(self._connections) > FIRST_CONNECTIONS + LAST_CONNECTIONS:
                self._connections.pop(FIRST_CONNECTIONS).dropped = True
                self._left_out += 1
        return connection

    def take(self) -> Trace:
        """Return what happened since the last look, without waiting."""
        with self._activity.lock:
            taken = [c.take() for c in self._connections]
            self._connections = [c for c in self._connections if not c.is_over]
            left_out, self._left_out = self._left_out, 0
        return Trace(tuple(c for c in taken if c is not None), left_out)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
