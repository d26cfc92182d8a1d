"""Receiving: in the handler's own task where that will do, ahead of it where not.

A server such as uvicorn stops reading its socket after one unread message. A handler
that only sends, or works for long, would then never learn that its peer has gone, and
the answers to the server's pings would stay unread until the keepalive ends a healthy
connection. So a task reads ahead, up to a bound; beyond it the server's own back
pressure holds the client up, unless somebody waits for the end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import Any

from wslab.asgi import Event, Receive
from wslab.websocket.codes import ABNORMAL_CLOSURE
from wslab.websocket.errors import WebSocketStateError
from wslab.websocket.limits import Meter

MAX_MESSAGES = 32
MAX_SIZE = 256 * 1024  # characters and bytes; one larger message is let in
HELD_MESSAGES = 1024  # while somebody awaits the end
HELD_SIZE = 1024 * 1024


class Reading(Enum):
    """Who reads what comes in."""

    NOT_YET = "nobody: the handshake has not been accepted"
    NOBODY = "nobody, so that the task will from the loop's next turn on"
    HANDLER = "a receive(), in the handler's own task"
    AHEAD = "the task, and it stays"
    OVER = "nobody: nothing comes any more"


NOT_YET, NOBODY, HANDLER, AHEAD, OVER = Reading  # a member is slow to look up on 3.11

Content = str | bytes | None
Expel = Callable[[int, str], Awaitable[None]]


def _unchecked(content: Content) -> Content:
    return content


class Inbox:
    """The messages of one connection, in order; it knows nothing of its state.

    A `get()` awaits the server's `receive` in the handler's own task. Whenever the loop
    turns while the handler is elsewhere, a task takes over, and stays. It reads until
    MAX_MESSAGES or MAX_SIZE lie here. Within `sought()` it reads on, holds up to
    HELD_MESSAGES and HELD_SIZE, and discards what follows, so that the end is seen
    whatever lies before it; the `get()` that comes to the gap says so.

    Args:
        receive: the server's.
        disconnected: called with the `websocket.disconnect`, and with one of code 1006
            if `receive` raises.
        expel: awaited with the close code and the reason when a limit is broken.
        meter: the limits, None if there are none.
    """

    __slots__ = (
        "_arrival",
        "_disconnected",
        "_due",
        "_error",
        "_held",
        "_lost",
        "_reading",
        "_receive",
        "_seekers",
        "_size",
        "_space",
        "_task",
    )

    def __init__(
        self,
        receive: Receive,
        disconnected: Callable[[Event], None],
        expel: Expel,
        meter: Meter | None,
    ) -> None:
        self._receive = receive
        if meter is not None:
            self._receive = partial(self._metered, receive, expel, meter)
        self._disconnected = disconnected
        self._reading = NOT_YET
        self._due: asyncio.Handle | None = None  # a look, at the loop's next turn
        self._seekers = 0  # how many await the end
        self._task: asyncio.Task[None] | None = None
        self._held: deque[str | bytes] | None = None  # once the task reads
        self._size = 0
        self._lost = 0  # messages discarded behind those that are held
        self._error: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._space: asyncio.Future[None] | None = None

    def open(self) -> None:
        """Begin to receive: the handshake has been accepted. Idempotent."""
        if self._reading is NOT_YET:
            self._reading = NOBODY
            self._look_soon()

    def close(self) -> None:
        """Read no more, and tell nobody; from any task. What is held stays."""
        if self._disconnected is _ignore:
            return  # it is closed
        if self._reading is AHEAD and self._task is not None:
            self._task.cancel()
        self._reading = OVER
        # No cycle with the connection may be left to the garbage collector: that would
        # cost 1.5 us a connection (benchmarks/connection.py), the look included.
        self._disconnected, self._receive = _ignore, _receive_nothing
        if self._due is not None:
            self._due.cancel()
            self._due = None
        _wake(self._arrival)
        _wake(self._space)

    def clear(self) -> None:
        """Forget what is held: nobody asks for it any more."""
        self._held = None
        self._size = self._lost = 0

    async def release(self) -> None:
        """Close, clear, and return when nothing is left running. Idempotent."""
        self.close()
        self.clear()
        if self._task is not None:
            await asyncio.wait([self._task])

    @contextmanager
    def sought(self) -> Iterator[None]:
        """Read to the end within this block, whatever lies before it."""
        self._seekers += 1
        _wake(self._space)
        try:
            yield
        finally:
            self._seekers -= 1

    async def get(self, checked: Callable[[Content], Any] = _unchecked) -> Any:
        """Return the next message, None once there are no more; safe to cancel.

        Raises WebSocketStateError before `open`, while another task waits here, and
        once where messages were discarded; what the server's `receive` raises, OSError
        apart. `checked` returns something else or raises; text passes without it. A
        coroutine around this one would make a view's echo take 0.69 us in
        benchmarks/connection.py, not 0.59.
        """
        if self._reading is not NOBODY:
            return checked(await self._next_held())
        self._reading = HANDLER
        try:
            event = await self._receive()
        except OSError:
            self._lose()
            return checked(None)
        except Exception:
            self._lose()
            raise
        except BaseException:
            self._give_back()
            raise
        text: str | None = event.get("text")
        if text is not None and self._reading is HANDLER:
            self._reading = NOBODY
            if self._due is None:
                self._look_soon()
            return text
        try:
            return checked(self._content(event))
        finally:
            self._give_back()

    async def _next_held(self) -> str | bytes | None:
        if self._reading is NOT_YET:
            raise WebSocketStateError("cannot receive before accept")
        if self._reading is HANDLER or self._arrival is not None:
            raise WebSocketStateError("another task is waiting in receive()")
        while self._reading is AHEAD and not self._held and not self._lost:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                await self._arrival
            finally:
                self._arrival = None
        if self._held:
            content = self._held.popleft()
            self._size -= len(content)
        elif self._lost:
            self._raise_gap()
        elif self._error is not None:
            raise self._error
        else:
            return None
        if not self._is_full():
            _wake(self._space)
        return content

    def _raise_gap(self) -> None:
        lost, self._lost = self._lost, 0
        _wake(self._space)
        raise WebSocketStateError(
            f"{lost} messages were discarded here: more than {HELD_MESSAGES}, or than "
            f"{HELD_SIZE} bytes, lay unread while `closed` was awaited"
        )

    def _content(self, event: Event) -> str | bytes | None:
        """Return the message in an event, None at the end or once that has come."""
        if self._reading is OVER:
            return None
        if event["type"] == "websocket.disconnect":
            self._reading = OVER
            self._disconnected(event)
            return None
        return message_in(event)

    async def _metered(self, receive: Receive, expel: Expel, meter: Meter) -> Event:
        """Receive for a connection with limits; what breaks one ends it."""
        meter.resume()
        event = await receive()
        if self._reading is not OVER and event["type"] == "websocket.receive":
            excess = meter.excess(message_in(event))
            if excess is not None:
                self._reading = OVER
                await expel(*excess)
        return event

    def _lose(self) -> None:
        """Take an error of the server's for the end."""
        self._reading = OVER
        code = ABNORMAL_CLOSURE
        self._disconnected({"type": "websocket.disconnect", "code": code})

    # Reading ahead

    def _give_back(self) -> None:
        """Let whoever comes first read next, this handler or the task."""
        if self._reading is HANDLER:
            self._reading = NOBODY
            if self._due is None:
                self._look_soon()

    def _look_soon(self) -> None:
        self._due = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """Begin to read ahead if the handler has not come back to receive()."""
        self._due = None
        if self._reading is NOBODY:
            self._reading = AHEAD
            self._held = deque()
            self._task = asyncio.get_running_loop().create_task(self._read_ahead())

    async def _read_ahead(self) -> None:
        try:
            while self._reading is AHEAD:
                if self._is_full() and not self._seekers:
                    await self._wait_for_space()
                    continue
                await self._read_one()
        except OSError:
            self._lose()
        except Exception as error:
            self._error = error
            self._lose()
        finally:
            self._reading = OVER
            _wake(self._arrival)

    async def _read_one(self) -> None:
        content = self._content(await self._receive())
        if content is not None and self._held is not None:
            self._hold(self._held, content)

    def _hold(self, held: deque[str | bytes], content: str | bytes) -> None:
        if self._lost or len(held) >= HELD_MESSAGES or self._size >= HELD_SIZE:
            self._lost += 1
        else:
            held.append(content)
            self._size += len(content)
        _wake(self._arrival)

    def _is_full(self) -> bool:
        many = self._held is not None and len(self._held) >= MAX_MESSAGES
        return many or self._size >= MAX_SIZE or self._lost > 0

    async def _wait_for_space(self) -> None:
        self._space = asyncio.get_running_loop().create_future()
        try:
            await self._space
        finally:
            self._space = None


def message_in(event: Event) -> str | bytes:
    """Return the one of text and bytes that a `websocket.receive` carries.

    Raises WebSocketStateError for another type of event, and for none or both of them.
    """
    if event["type"] != "websocket.receive":
        raise WebSocketStateError(f"expected a message, got {event['type']}")
    text: str | None = event.get("text")
    data: bytes | None = event.get("bytes")
    if text is not None and data is None:
        return text
    if data is not None and text is None:
        return data
    raise WebSocketStateError("a message has one of text and bytes, not none or both")


def _ignore(event: Event) -> None:
    """Stand for `disconnected` once the inbox is closed."""


async def _receive_nothing() -> Event:
    """Stand for `receive` once the inbox is closed."""
    return {"type": "websocket.disconnect"}


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
