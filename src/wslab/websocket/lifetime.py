"""What an application does when it starts and when it ends."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from wslab.asgi import Receive, Send

Hook = Callable[[], Awaitable[None] | None]

RETRY = 0.01  # seconds between two tries to start or end, while another server does


class Lifetime:
    """The hooks and the values of one application, for any number of servers.

    The first server to start begins it, and the last one to shut down ends it; between
    the two there is one set of values, whoever is served.

    Args:
        begin: makes the values, after the startup hooks.
        end: cleans them up, before the shutdown hooks.
    """

    def __init__(self, begin: Hook, end: Hook) -> None:
        self.on_startup: list[Hook] = []
        self.on_shutdown: list[Hook] = []
        self._begin = begin
        self._end = end
        self._servers = 0
        self._lock = threading.Lock()

    async def startup(self) -> None:
        """Count a server, and begin with the first; see `Application.startup`."""
        async with self._alone():
            if self._servers == 0:
                await self._start()
            self._servers += 1

    async def shutdown(self) -> None:
        """Count a server out, and end with the last; see `Application.shutdown`."""
        async with self._alone():
            self._servers = max(0, self._servers - 1)
            errors = [] if self._servers else await self._stop()
        _raise(errors)

    async def serve(self, receive: Receive, send: Send) -> None:
        """Answer the events of one server (asgiref specs/lifespan 2.0).

        A failure is reported to the server, and then raised. A server that ends without
        a word is counted out all the same.
        """
        await _expect("startup", receive)
        await _report("startup", self.startup, send)
        try:
            await _expect("shutdown", receive)
        except (Exception, asyncio.CancelledError):
            await self.shutdown()
            raise
        await _report("shutdown", self.shutdown, send)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until no other server starts or ends the application.

        An asyncio.Lock would not do: it belongs to one event loop, and servers may have
        one each, in threads of their own.
        """
        while not self._lock.acquire(blocking=False):  # noqa: ASYNC110
            await asyncio.sleep(RETRY)
        try:
            yield
        finally:
            self._lock.release()

    async def _start(self) -> None:
        try:
            for step in (*self.on_startup, self._begin):
                await _call(step)
        except BaseException as error:
            _raise([error, *await self._stop()])

    async def _stop(self) -> list[BaseException]:
        """Take every step of the shutdown; return what they raised."""
        errors: list[BaseException] = []
        for step in (self._end, *self.on_shutdown):
            try:
                await _call(step)
            except BaseException as error:
                errors.append(error)
        return errors


async def _call(step: Hook) -> None:
    result: Any = step()
    if inspect.isawaitable(result):
        await result


def _raise(errors: list[BaseException]) -> None:
    """Raise the first error, with the others as its notes; nothing if there is none."""
    if errors:
        for other in errors[1:]:
            errors[0].add_note(f"then: {type(other).__name__}: {other}")
        raise errors[0]


async def _expect(step: str, receive: Receive) -> None:
    event = await receive()
    if event["type"] != f"lifespan.{step}":
        raise RuntimeError(f"expected lifespan.{step}, got {event['type']}")


async def _report(step: str, work: Callable[[], Awaitable[None]], send: Send) -> None:
    try:
        await work()
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        await send({"type": f"lifespan.{step}.failed", "message": message})
        raise
    await send({"type": f"lifespan.{step}.complete"})
