"""The servers of one test: started and stopped by blocking calls, and reported on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from wslab.asgi import ASGIApplication
from wslab.lab.names import Server, serve
from wslab.trace.explain import explain
from wslab.trace.ladder.label import printable
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_text
from wslab.trace.model import Connection
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds
from wslab.trace.trace import Trace
from wslab.trace.watch import joined

T = TypeVar("T")


class Servers:
    """What the fixture `traced` starts, until `close`.

    A thread with a loop of its own starts and stops them, so that a test need not be a
    coroutine, and may be one of any loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="wslab servers", daemon=True
        )
        self._thread.start()
        self._stack = AsyncExitStack()
        self._started: list[tuple[Server, _Remembering]] = []

    def start(self, app: ASGIApplication, **options: Any) -> Server:
        """Start a server and block until it accepts connections.

        Args:
            app: an ASGI 3 application.
            options: as those of `serve`.

        Raises:
            LifespanError: the application's start-up failed.
        """
        recorder = _Remembering()
        starting = serve(app, recorder=recorder, **options)
        server = self._run(self._stack.enter_async_context(starting))
        self._started.append((server, recorder))
        return server

    def close(self) -> None:
        """Stop all servers, the latest first, and block until that is done.

        Raises:
            LifespanError: an application's shutdown failed.
            TimeoutError: a handler neither returned nor let itself be cancelled.
        """
        try:
            self._run(self._stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def report(self) -> str:
        """Return what each server's connections did from the beginning, and why.

        "" where nothing has connected.
        """
        reports = (
            (server, recorder.report(server)) for server, recorder in self._started
        )
        return "\n\n".join(f"{server!r}\n\n{it}" for server, it in reports if it)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:  # a Ctrl-C or a time-out, in this thread
            future.cancel()
            raise


class _Remembering(Recorder):
    """A recorder that also remembers what was taken: a test looks before it fails."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: list[Trace] = []

    def take(self, ends: bool = False) -> Trace:
        """Return what happened since the last look."""
        trace = super().take(ends)
        self._taken.append(trace)
        return trace

    def report(self, server: Server) -> str:
        """Return the ladder from the beginning, and why each connection ended."""
        server.settle()
        self.take()
        connections, left_out = self._whole()
        if not connections:
            return ""
        explanations = [
            f"connection {it.number}, {printable(it.path)}: {printable(str(why))}"
            for it in connections
            if (why := explain(it)) is not None
        ]
        ladder = ladder_of(connections, left_out, explained=False)
        return "\n".join([ladder_text(ladder), *explanations])

    def _whole(self) -> tuple[list[Connection], int]:
        """Return each connection in one piece, and how many were left out."""
        wholes: dict[int, Connection] = {}
        for connection in (each for trace in self._taken for each in trace.connections):
            earlier = wholes.get(connection.number)
            wholes[connection.number] = (
                joined(earlier, connection, Bounds()) if earlier else connection
            )
        return list(wholes.values()), sum(trace.left_out for trace in self._taken)
