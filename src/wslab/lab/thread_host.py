"""uvicorn in a thread of its own, with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextvars import Context
from typing import Any, TypeVar

import uvicorn

from wslab.kernel.interrupt import wake_loop_on_signals
from wslab.kernel.ipython import kernel_shell
from wslab.kernel.stacks import thread_position
from wslab.lab.host import at_rest, register_host
from wslab.lab.hosted import HostedServer
from wslab.lab.log import ServerLog
from wslab.trace.recorder import Recorder

T = TypeVar("T")


class ThreadHost:
    """Run one uvicorn server in a thread, on a socket bound before it starts.

    A cell that computes or blocks does not hold up the handlers then. What
    `wslab.lab.host.Host` says of its members holds here.
    """

    def __init__(self, config: uvicorn.Config, recorder: Recorder) -> None:
        sock = socket.socket()
        try:
            sock.bind(("127.0.0.1", config.port))
        except OSError:
            sock.close()
            raise
        self.port: int = sock.getsockname()[1]
        self.log = ServerLog(self._is_current)
        self._recorder = recorder
        self._loop = asyncio.new_event_loop()
        self._server = HostedServer(
            config, sock, self.log, self._loop, lambda: asyncio.all_tasks(self._loop)
        )

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        return self._server.running

    @property
    def unfinished(self) -> list[str]:
        """The tasks that ignored their cancellation."""
        return self._server.unfinished

    async def start(self, context: Context) -> None:
        """Start the thread and wait until connections are accepted."""
        if kernel_shell():
            wake_loop_on_signals()
        self._server.begin()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="wslab server", daemon=True
        )
        self._thread.start()
        await asyncio.wrap_future(self._server.ready)

    async def stop(self, grace: float) -> None:
        """Ask the server to stop, wait for its thread to end."""
        try:
            await self._server.stop(grace)
        except TimeoutError:
            where = thread_position(self._thread)
            message = f"the server did not stop: its thread is busy in {where}"
            raise TimeoutError(message) from None
        self._thread.join(grace)

    def stop_now(self, grace: float) -> None:
        """Ask the server to stop, block until its thread has ended."""
        self._server.ask_to_stop(grace)
        self._thread.join(4 * grace + 1)

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the thread's loop."""
        return await self._server.run(coroutine)

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

    def _run(self) -> None:
        self._loop.set_exception_handler(self.log.show_task_failure)
        with self._server.lasting():
            try:
                self._run_loop()
            finally:
                self._loop.close()

    def _run_loop(self) -> None:
        main = self._loop.create_task(self._serve())
        try:
            self._loop.run_until_complete(main)
        except (SystemExit, KeyboardInterrupt) as error:
            # A task raised it, and that interrupts the loop.
            self._server.leave(error)
            self._loop.run_until_complete(main)

    async def _serve(self) -> None:
        try:
            await self._server.serve()
        finally:
            if self.unfinished:  # the loop is closed under them, and would complain
                self._loop.set_exception_handler(lambda *_: None)
            else:
                await self._loop.shutdown_asyncgens()


register_host(ThreadHost)
