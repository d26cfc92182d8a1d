"""uvicorn in a thread of its own, with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context
from typing import Any

import uvicorn

from wslab.kernel.stacks import await_chain, thread_position
from wslab.lab.log import ServerLog


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


class ServerThread:
    """Runs one uvicorn server from `start` until `stop`, or until it fails to start.

    `ready` is done once the server accepts connections, or has failed to start;
    `finished` once the thread has closed its loop and its socket. `unfinished`
    then names the tasks that did not end even when they were cancelled.
    """

    def __init__(self, config: uvicorn.Config, sock: socket.socket) -> None:
        self.log = ServerLog()
        self.ready: Future[None] = Future()
        self.finished: Future[None] = Future()
        self.unfinished: list[str] = []
        self.loop = asyncio.new_event_loop()
        self._server = _Server(config, self.ready)
        self._sock = sock
        self._grace = 0.1

    def start(self, context: Context) -> None:
        """Starts the thread; its tasks and callbacks inherit `context`."""
        # A cell that stops waiting for a future must not cancel it.
        self.ready.set_running_or_notify_cancel()
        self.finished.set_running_or_notify_cancel()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="wslab server", daemon=True
        )
        self._thread.start()

    def stop(self, grace: float) -> None:
        """Asks the server to stop and returns at once; harmless after the end.

        Handlers have `grace` seconds to return and are then cancelled; the server
        has as long again to end, and so have the tasks that are left.
        """
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._begin_stop, grace)

    def join(self, timeout: float) -> None:
        """Blocks until the thread has ended, at most `timeout` seconds."""
        self._thread.join(timeout)

    def position(self) -> str:
        """The line that the thread is executing."""
        return thread_position(self._thread)

    def is_current(self) -> bool:
        """Whether the caller runs on this thread."""
        return self._thread is threading.current_thread()

    def _run(self) -> None:
        self.log.open()
        self.loop.set_exception_handler(self.log.show_task_failure)
        failure: BaseException = RuntimeError("uvicorn did not start")
        try:
            self.loop.run_until_complete(self._main())
        except BaseException as error:
            failure = error
        finally:
            self.loop.close()
            self._sock.close()
            self.log.close()
        if not self.ready.done():
            self.ready.set_exception(failure)
        self.finished.set_result(None)

    async def _main(self) -> None:
        self._main_task = asyncio.current_task()
        try:
            # uvicorn ends the process when the application does not start up.
            with suppress(SystemExit):
                await self._server.serve(sockets=[self._sock])
        finally:
            await self._end_tasks()

    def _begin_stop(self, grace: float) -> None:
        assert self._main_task is not None
        self._grace = grace
        self._server.stop.set()
        self.loop.call_later(grace, self._drop_connections)
        self.loop.call_later(2 * grace, self._main_task.cancel)

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
            await self.loop.shutdown_asyncgens()

    def _abandon(self, tasks: set[asyncio.Task[Any]]) -> None:
        self.unfinished = [await_chain(task) for task in tasks]
        if tasks:  # the loop is about to be closed under them, and would complain
            self.loop.set_exception_handler(lambda *_: None)
        for task in tasks:
            coroutine = task.get_coro()
            if isinstance(coroutine, Coroutine):
                coroutine.close()
