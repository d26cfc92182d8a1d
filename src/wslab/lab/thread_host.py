"""uvicorn in a thread of its own, with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar

import uvicorn

from wslab.kernel.interrupt import wake_loop_on_signals
from wslab.kernel.ipython import kernel_shell
from wslab.kernel.stacks import task_position, thread_position
from wslab.lab.host import at_rest, register_host
from wslab.lab.log import ServerLog
from wslab.trace.recorder import Recorder

T = TypeVar("T")

BUSY = 5.0
"""Seconds beyond the grace in which the thread may end: others may have the cores."""


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and need not poll to be stopped."""

    def __init__(self, config: uvicorn.Config, ready: Future[None]) -> None:
        super().__init__(config)
        self.ready = ready
        self.stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set_result(None)

    async def main_loop(self) -> None:
        while not self.stop.is_set():
            await self.on_tick(0)  # once a second: it sets the Date header
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 1)


class ThreadHost:
    """Run one uvicorn server in a thread, on a socket bound before it starts.

    A cell that computes or blocks does not hold up the handlers then. What
    `wslab.lab.host.Host` says of its members holds here.
    """

    def __init__(self, config: uvicorn.Config, recorder: Recorder) -> None:
        self.log = ServerLog(self._is_current)
        self.unfinished: list[str] = []
        self._recorder = recorder
        self._ready: Future[None] = Future()
        self._finished: Future[None] = Future()
        self._loop = asyncio.new_event_loop()
        self._server = _Server(config, self._ready)
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self.port: int = self._sock.getsockname()[1]
        self._grace = 0.1

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        return self._finished.running()

    async def start(self, context: Context) -> None:
        """Start the thread and wait until connections are accepted."""
        if kernel_shell():
            wake_loop_on_signals()
        # A cell that stops waiting for a future must not cancel it.
        self._ready.set_running_or_notify_cancel()
        self._finished.set_running_or_notify_cancel()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="wslab server", daemon=True
        )
        self._thread.start()
        await asyncio.wrap_future(self._ready)

    async def stop(self, grace: float) -> None:
        """Ask the server to stop, wait for its thread to end."""
        self._ask_to_stop(grace)
        try:
            finished = asyncio.wrap_future(self._finished)
            await asyncio.wait_for(finished, 3 * grace + BUSY)
        except TimeoutError:
            where = thread_position(self._thread)
            message = f"the server did not stop: its thread is busy in {where}"
            raise TimeoutError(message) from None
        self._thread.join(grace)

    def stop_now(self, grace: float) -> None:
        """Ask the server to stop, block until its thread has ended."""
        self._ask_to_stop(grace)
        self._thread.join(4 * grace + 1)

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the thread's loop."""
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
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

    def settle(self, timeout: float) -> None:
        """Block the calling thread, unless it is the server's own."""
        if not self.running or self._is_current():
            return
        resting = at_rest(self._recorder)
        try:
            future = asyncio.run_coroutine_threadsafe(resting, self._loop)
        except RuntimeError:  # it has stopped meanwhile
            resting.close()
            return
        try:
            future.result(timeout)
        except (TimeoutError, CancelledError):  # busy or blocked, or stopped meanwhile
            future.cancel()

    def _is_current(self) -> bool:
        return self._thread is threading.current_thread()

    def _ask_to_stop(self, grace: float) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._begin_stop, grace)

    def _run(self) -> None:
        self.log.open()
        self._loop.set_exception_handler(self.log.show_task_failure)
        failure: BaseException = RuntimeError("uvicorn did not start")
        try:
            self._run_loop()
        except asyncio.CancelledError:  # it was stopped before
            pass
        except BaseException as error:
            failure = error
        finally:
            self._loop.close()
            self._sock.close()
            self.log.close()
        if not self._ready.done():
            self._ready.set_exception(failure)
        self._finished.set_result(None)

    def _run_loop(self) -> None:
        self._main_task = self._loop.create_task(self._main())
        try:
            self._loop.run_until_complete(self._main_task)
        except (SystemExit, KeyboardInterrupt) as error:
            # A task raised it, and that interrupts the loop: the server goes, in order.
            self.log.show(error)
            self._begin_stop(self._grace)
            self._loop.run_until_complete(self._main_task)

    async def _main(self) -> None:
        try:
            # uvicorn ends the process when the application does not start up.
            with suppress(SystemExit):
                await self._server.serve(sockets=[self._sock])
        finally:
            await self._end_tasks()

    def _begin_stop(self, grace: float) -> None:
        self._grace = grace
        self._server.stop.set()
        self._loop.call_later(grace, self._drop_connections)
        self._loop.call_later(2 * grace, self._main_task.cancel)

    def _drop_connections(self) -> None:
        for task in self._server.server_state.tasks:
            task.cancel()
        for connection in self._server.server_state.connections:
            connection.transport.abort()

    async def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks() - {self._main_task}
        for task in tasks:
            task.cancel()
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=self._grace)
            self._abandon(pending)
        if not self.unfinished:
            await self._loop.shutdown_asyncgens()

    def _abandon(self, tasks: set[asyncio.Task[Any]]) -> None:
        self.unfinished = [task_position(task) for task in tasks]
        if tasks:  # the loop is about to be closed under them, and would complain
            self._loop.set_exception_handler(lambda *_: None)
        for task in tasks:
            coroutine = task.get_coro()
            if isinstance(coroutine, Coroutine):
                coroutine.close()


register_host(ThreadHost)
