"""A running server, as a cell sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from wslab.lab.lifespan import Lifespan
from wslab.lab.thread_host import ServerThread
from wslab.trace.recorder import Recorder
from wslab.trace.trace import Trace

T = TypeVar("T")


class Server:
    """A uvicorn server on 127.0.0.1, ready for connections; `serve` returns it."""

    def __init__(
        self, thread: ServerThread, port: int, lifespan: Lifespan, recorder: Recorder
    ) -> None:
        self.port = port
        self._recorder = recorder
        self._thread = thread
        self._lifespan = lifespan
        self._stopping = False

    def url(self, path: str = "/") -> str:
        """The WebSocket URL of a path, which starts with "/" (RFC 6455, section 3)."""
        return f"ws://127.0.0.1:{self.port}{_absolute(path)}"

    def http_url(self, path: str = "/") -> str:
        """The http URL of a path, which starts with "/"."""
        return f"http://127.0.0.1:{self.port}{_absolute(path)}"

    @property
    def trace(self) -> Trace:
        """What happened since the last look, on the wire and in the application.

        In a notebook it is shown as a ladder diagram. Every access is a look.
        """
        return self._recorder.trace

    @property
    def errors(self) -> list[BaseException]:
        """The latest 100 unhandled exceptions that the log level lets through."""
        self.settle()
        return list(self._thread.log.errors)

    @property
    def running(self) -> bool:
        """Whether the server's thread is still there."""
        return not self._thread.finished.done()

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine on the server's loop and returns its result.

        Application state may be touched there without a race. What the coroutine
        raises is raised here, and cancelling the caller cancels the coroutine.

        Raises:
            RuntimeError: the server has stopped, or stops meanwhile.
        """
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._thread.loop)
        except RuntimeError:
            coroutine.close()
            raise RuntimeError("the server has stopped") from None
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("the server stopped meanwhile") from None

    def settle(self, timeout: float = 1.0) -> None:
        """Blocks until the server has dealt with what was sent to it so far.

        What a handler does after waiting for a time, a thread or its client is not
        waited for, nor for longer than `timeout` seconds.
        """
        if self._thread.is_current() or not self.running:
            return
        turns = _turns()
        try:
            future = asyncio.run_coroutine_threadsafe(turns, self._thread.loop)
        except RuntimeError:  # it has stopped meanwhile
            turns.close()
        else:
            with suppress(TimeoutError):
                future.result(timeout)

    async def stop(self, grace: float = 1.0) -> None:
        """Stops the server; a call on a stopped server does nothing.

        Clients are sent 1012 (RFC 6455, section 7.4), handlers have `grace`
        seconds to return before they are cancelled, then the application's lifespan
        is shut down. Nothing makes this last longer than four times as long.

        Raises:
            LifespanError: the application's shutdown failed.
            TimeoutError: a handler neither returned nor let itself be cancelled; the
                message says where it is.
        """
        first, self._stopping = not self._stopping, True
        self._thread.stop(grace)
        try:
            finished = asyncio.wrap_future(self._thread.finished)
            await asyncio.wait_for(finished, 4 * grace)
        except TimeoutError:
            where = self._thread.position()
            message = f"the server did not stop: its thread is busy in {where}"
            raise TimeoutError(message) from None
        self._thread.join(grace)
        if first:
            self._report_end()

    def stop_now(self, timeout: float = 0.1) -> None:
        """Stops the server and blocks until it has; failures are not reported."""
        self._thread.stop(timeout)
        self._thread.join(4 * timeout + 1)

    def _report_end(self) -> None:
        if self._thread.unfinished:
            names = "; ".join(self._thread.unfinished)
            raise TimeoutError(f"the server gave up on what ignored a cancel: {names}")
        if self._lifespan.error is not None:
            raise self._lifespan.error

    def __repr__(self) -> str:
        state = self.url() if self.running else "stopped"
        return f"<Server {state}>"


async def _turns() -> None:
    # Each step of a handler that has what it waits for takes one turn or two.
    for _ in range(50):
        await asyncio.sleep(0)


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(f'a path starts with "/", {path!r} does not')
    return path
