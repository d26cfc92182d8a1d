"""Reading while the handler does not: a bounded buffer filled by a task.

A server such as uvicorn stops reading its socket after one unread message. A handler
that only sends, or works for long, would then never learn that its peer has gone, and
the answers to the server's pings would stay unread until the keepalive ends a healthy
connection. So a task reads ahead, up to a bound; beyond it the server's own back
pressure holds the client up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from wslab.websocket.errors import WebSocketStateError

MAX_MESSAGES = 32
MAX_SIZE = 256 * 1024  # characters and bytes; one larger message is let in


class BackgroundReader:
    """Reads one connection's messages ahead of its handler, in a task of its own.

    `read` returns the next message, or None once there are no more.
    """

    __slots__ = (
        "_arrival",
        "_buffer",
        "_ended",
        "_error",
        "_read",
        "_size",
        "_space",
        "_task",
        "_unbounded",
    )

    def __init__(self, read: Callable[[], Awaitable[str | bytes | None]]) -> None:
        self._read = read
        self._buffer: deque[str | bytes] = deque()
        self._size = 0
        self._ended = False
        self._unbounded = False
        self._error: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._space: asyncio.Future[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def get(self) -> str | bytes | None:
        """Return the next message, None after the last; safe to cancel.

        Raises WebSocketStateError if another task waits here already, and what the
        server's `receive` raised.
        """
        if self._arrival is not None:
            raise WebSocketStateError("another task is waiting in receive()")
        while not self._buffer and not self._ended:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                await self._arrival
            finally:
                self._arrival = None
        if not self._buffer:
            if self._error is not None:
                raise self._error
            return None
        content = self._buffer.popleft()
        self._size -= len(content)
        if not self._full():
            _wake(self._space)
        return content

    def drain(self) -> None:
        """Read to the end whatever the bound: the peer is gone and sends no more."""
        self._unbounded = True
        _wake(self._space)

    def stop(self) -> None:
        """Forget what was read and read no more; from any task."""
        self._buffer.clear()
        self._ended = True
        _wake(self._arrival)
        if asyncio.current_task() is not self._task:
            self._task.cancel()

    async def stopped(self) -> None:
        """Stop, and return when the task is over."""
        self.stop()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while not self._ended and (content := await self._read()) is not None:
                self._buffer.append(content)
                self._size += len(content)
                _wake(self._arrival)
                if self._full():
                    await self._wait_for_space()
        except Exception as error:
            self._error = error
        finally:
            self._ended = True
            _wake(self._arrival)

    async def _wait_for_space(self) -> None:
        self._space = asyncio.get_running_loop().create_future()
        try:
            await self._space
        finally:
            self._space = None

    def _full(self) -> bool:
        if self._unbounded:
            return False
        return len(self._buffer) >= MAX_MESSAGES or self._size >= MAX_SIZE


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
