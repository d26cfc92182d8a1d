"""uvicorn as tasks of the running LiveLoop, beside the cells and its clients."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, TypeVar

import uvicorn

from wslab.kernel.cell import running_cell
from wslab.lab.host import at_rest, register_host
from wslab.lab.hosted import HostedServer
from wslab.lab.log import ServerLog
from wslab.live.loop import LiveLoop, live_loop
from wslab.live.owner import OWNER, Owner
from wslab.trace.recorder import Recorder

T = TypeVar("T")


class LiveHost:
    """Run one uvicorn server on the loop and in the network of whoever starts it.

    Its tasks, its callbacks and what they log or raise are told from others' by their
    owner. What `wslab.lab.host.Host` says of its members holds here.
    """

    def __init__(self, config: uvicorn.Config, recorder: Recorder) -> None:
        loop = live_loop()
        if loop is None:
            raise RuntimeError("LiveHost needs a running LiveLoop")
        sock = loop.network.new_socket()
        sock.bind(("127.0.0.1", config.port))
        self.port: int = sock.getsockname()[1]
        self.log = ServerLog(self._is_current)
        self._recorder = recorder
        self._loop: LiveLoop = loop
        self._server = HostedServer(config, sock, self.log, loop, self._tasks)
        self._owner = Owner(self._show, self._server.leave)

    @property
    def running(self) -> bool:
        """Whether the server has been started and has not ended."""
        return self._server.running

    @property
    def unfinished(self) -> list[str]:
        """The tasks that ignored their cancellation."""
        return self._server.unfinished

    async def start(self, context: Context) -> None:
        """Start the server's main task and wait until connections are accepted."""
        self._server.begin()
        if (cell := running_cell()) is not None:
            self._loop.network.starters[self.port] = cell.label
        context.run(OWNER.set, self._owner)
        self._main = self._loop.create_task(self._serve(), context=context)
        self._context = context
        await asyncio.wrap_future(self._server.ready)

    async def stop(self, grace: float) -> None:
        """Ask the server to stop, wait for its main task to end."""
        try:
            await self._server.stop(grace)
        except TimeoutError:
            raise TimeoutError("the server did not stop") from None

    def stop_now(self, grace: float) -> None:
        """Ask the server to stop, turn the loop until its main task has ended."""
        # In its own context, since the caller's callbacks wait until this returns.
        self._context.copy().run(self._server.ask_to_stop, grace)
        if live_loop() is self._loop and not self._is_current():
            self._loop.block(_ended(self._server.finished, 4 * grace + 1))

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine as a task of the server's, in a copy of this context."""
        context = copy_context()
        context.run(OWNER.set, self._owner)
        return await self._server.run(coroutine, context)

    def settle(self, timeout: float) -> None:
        """Turn the loop, unless the server's own code calls."""
        if self.running and not self._is_current():
            self._loop.block(_at_rest(self._recorder, timeout))

    def _is_current(self) -> bool:
        return OWNER.get() is self._owner

    def _tasks(self) -> set[asyncio.Task[Any]]:
        return self._loop.tasks_of(self._owner)

    def _show(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not self.unfinished:  # else it complains of what was named
            self.log.show_task_failure(loop, context)

    async def _serve(self) -> None:
        with self._server.lasting():
            await self._server.serve()


async def _ended(finished: Future[None], seconds: float) -> None:
    await asyncio.wait([asyncio.wrap_future(finished)], timeout=seconds)


async def _at_rest(recorder: Recorder, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await at_rest(recorder)


register_host(LiveHost, LiveLoop)
