"""uvicorn on a loop that is the lab's: it says when it is ready, and it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import Context, copy_context
from typing import Any, TypeVar

import uvicorn

from wslab.kernel.stacks import task_position
from wslab.lab.log import ServerLog

T = TypeVar("T")

BUSY = 5.0
"""Seconds beyond the grace in which a server may end: others may have the cores."""


class HostedServer:
    """What hosts have in common: one uvicorn server, run by `serve` on a loop.

    Attributes:
        ready: done once connections are accepted, or the start has failed.
        finished: done once all has ended.
        unfinished: the tasks that ignored their cancellation.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        sock: Any,
        log: ServerLog,
        loop: asyncio.AbstractEventLoop,
        tasks: Callable[[], set[asyncio.Task[Any]]],
    ) -> None:
        """Take a listening socket that is bound, and what returns the server's tasks.

        The socket and the log are closed at the end.
        """
        self.ready: Future[None] = Future()
        self.finished: Future[None] = Future()
        self.unfinished: list[str] = []
        self._server = _Server(config, self.ready)
        self._sock = sock
        self._log = log
        self._loop = loop
        self._tasks = tasks
        self._main: asyncio.Task[Any] | None = None
        self._grace = 0.1

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.finished.running()

    def begin(self) -> None:
        """Count as running from now on."""
        # A cell that stops waiting for a future must not cancel it.
        self.ready.set_running_or_notify_cancel()
        self.finished.set_running_or_notify_cancel()

    @contextmanager
    def lasting(self) -> Iterator[None]:
        """Log while the block lasts, and have the futures told of its end."""
        self._log.open()
        failure: BaseException = RuntimeError("uvicorn did not start")
        try:
            yield
        except asyncio.CancelledError:  # it was stopped before
            pass
        except BaseException as error:
            failure = error
        finally:
            self._sock.close()
            self._log.close()
        if not self.ready.done():
            self.ready.set_exception(failure)
        self.finished.set_result(None)

    async def serve(self) -> None:
        """Be the server's main task, from its start until the end of its tasks."""
        self._main = asyncio.current_task()
        try:
            # uvicorn ends the process when the application does not start up.
            with suppress(SystemExit):
                await self._server.serve(sockets=[self._sock])
        finally:
            await self._end_tasks()

    def leave(self, error: BaseException) -> None:
        """Go, in order, since a task raised what is to end the process."""
        self._log.show(error)
        self.begin_stop(self._grace)

    async def stop(self, grace: float) -> None:
        """Ask the server to stop, and return once it has.

        Raises:
            TimeoutError: it has not, long after it should.
        """
        self.ask_to_stop(grace)
        finished = asyncio.wrap_future(self.finished)
        await asyncio.wait_for(finished, 3 * grace + BUSY)

    def ask_to_stop(self, grace: float) -> None:
        """Have the server begin to stop; from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.begin_stop, grace)

    def begin_stop(self, grace: float) -> None:
        """Begin to stop, on the server's loop."""
        if self.finished.done():
            return
        self._grace = grace
        self._server.stop.set()
        self._loop.call_later(grace, self._drop_connections)
        self._loop.call_later(2 * grace, self._cancel)

    async def run(
        self, coroutine: Coroutine[Any, Any, T], context: Context | None = None
    ) -> T:
        """Run a coroutine on the server's loop, from this one or another thread's.

        It gets a copy of the context, by default of the caller's.
        """
        run = asyncio.run_coroutine_threadsafe
        try:
            future = (context or copy_context()).run(run, coroutine, self._loop)
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

    def _cancel(self) -> None:
        if self._main is not None and not self.finished.done():
            self._main.cancel()

    def _drop_connections(self) -> None:
        if self.finished.done():
            return
        for task in self._server.server_state.tasks:
            task.cancel()
        for connection in self._server.server_state.connections:
            connection.transport.abort()

    async def _end_tasks(self) -> None:
        tasks = self._tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=self._grace)
            for task in pending:
                self._abandon(task)

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        self.unfinished.append(task_position(task))
        coroutine = task.get_coro()
        if isinstance(coroutine, Coroutine):
            coroutine.close()
        task.cancel()
        task.add_done_callback(lambda task: task.cancelled() or task.exception())


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and need not poll to be stopped."""

    def __init__(self, config: uvicorn.Config, ready: Future[None]) -> None:
        super().__init__(config)
        self.ready = ready
        self.stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: they are the kernel's."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set_result(None)

    async def main_loop(self) -> None:
        while not self.stop.is_set():
            await self.on_tick(0)  # once a second: it sets the Date header
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 1)
