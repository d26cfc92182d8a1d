"""A running server, as a cell sees it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from wslab.kernel.cell import Cell
from wslab.lab.host import Host
from wslab.lab.lifespan import WatchedLifespan
from wslab.trace.recorder import Recorder
from wslab.trace.trace import Trace

T = TypeVar("T")


class Server:
    """A uvicorn server on 127.0.0.1, ready for connections; `serve` returns it.

    Attributes:
        port: the TCP port on which it listens, or listened.
    """

    def __init__(
        self,
        host: Host,
        lifespan: WatchedLifespan,
        recorder: Recorder,
        cell: Cell | None = None,
    ) -> None:
        self.port = host.port
        self._host = host
        self._lifespan = lifespan
        self._recorder = recorder
        self._cell = cell
        self._stopping = False

    def url(self, path: str = "/") -> str:
        """Return the WebSocket URL of a path (RFC 6455, section 3).

        Args:
            path: starts with "/", and may have a query.

        Raises:
            ValueError: the path does not start with "/".
            RuntimeError: the server has stopped; says which cell starts it.
        """
        return self._address("ws", path)

    def http_url(self, path: str = "/") -> str:
        """Return the http URL of a path, as `url` does."""
        return self._address("http", path)

    @property
    def trace(self) -> Trace:
        """What happened since the last look, on the wire and in the application.

        In a notebook it is shown as a ladder diagram. Every access is a look, and
        waits for the server as `settle` does.
        """
        self.settle()
        return self._recorder.take()

    @property
    def errors(self) -> list[BaseException]:
        """The latest 100 unhandled exceptions that the log level lets through."""
        self.settle()
        return list(self._host.log.errors)

    @property
    def running(self) -> bool:
        """Whether the server is there: it has not ended, though it may be stopping."""
        return self._host.running

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and return its result.

        Application state may be touched there without a race. What the coroutine
        raises is raised here, and cancelling the caller cancels the coroutine.

        Raises:
            RuntimeError: the server has stopped, or stops meanwhile.
        """
        if not self.running:
            coroutine.close()
            raise self._stopped()
        return await self._host.run(coroutine)

    def settle(self, timeout: float = 1.0) -> None:
        """Block until the server has dealt with what was sent to it so far.

        What a handler does after waiting for a time, a thread or its client is not
        waited for, save that a connection which has begun to close is closed and its
        handler has returned. Nor does it take longer than `timeout` seconds.
        """
        self._host.settle(timeout)

    async def stop(self, grace: float = 1.0) -> None:
        """Stop the server; a call on a stopped server does nothing.

        Clients are sent 1012 (the IANA registry's "Service Restart"), handlers have
        `grace` seconds to return before they are cancelled, then the application's
        lifespan is shut down. Nothing makes this last longer than three times as long
        and five seconds.

        Raises:
            LifespanError: the application's shutdown failed.
            TimeoutError: a handler neither returned nor let itself be cancelled; the
                message says where it is.
        """
        first, self._stopping = not self._stopping, True
        await self._host.stop(grace)
        if first:
            self._report_end()

    def stop_now(self, grace: float = 0.1) -> None:
        """Stop the server and block until it has; failures are not reported."""
        self._host.stop_now(grace)

    def _report_end(self) -> None:
        if self._host.unfinished:
            names = "; ".join(self._host.unfinished)
            raise TimeoutError(f"the server gave up on what ignored a cancel: {names}")
        if self._lifespan.error is not None:
            raise self._lifespan.error

    def _address(self, scheme: str, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError(f'a path starts with "/", {path!r} does not')
        if not self.running:
            raise self._stopped()
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def _stopped(self) -> RuntimeError:
        if self._cell is None:
            return RuntimeError(
                "this server has stopped; `await serve(...)` starts one"
            )
        label = self._cell.label
        return RuntimeError(
            f"this server has stopped; run {label} again, the cell that started it"
        )

    def __repr__(self) -> str:
        state = self.url() if self.running else "stopped"
        return f"<Server {state}>"
