"""One connection while it is being recorded."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import PurePath
from types import TracebackType
from typing import Literal

from wslab.trace.model import Connection, Event, Frame, Handshake, Head, Sender, TcpEnd

FIRST_EVENTS = 300
LAST_EVENTS = 100


class Activity:
    """What all connections of a recorder share: a lock, and a count of events.

    The server's thread records and another reads, so every change holds the lock.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0


class Guard:
    """Keeps the recorder's own exceptions out of the server.

    A `with` block of it does recording and nothing else. What that raises is noted as
    the connection's fault, and the server goes on.
    """

    __slots__ = ("fault",)

    def __init__(self) -> None:
        self.fault: str | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        if self.fault is None:
            self.fault = f"{type(error).__name__} {_place(traceback)}"
        return True


def _place(traceback: TracebackType | None) -> str:
    """Return where an exception was raised; to ask for its text might raise again."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "somewhere"
    file = PurePath(traceback.tb_frame.f_code.co_filename).name
    return f"in line {traceback.tb_lineno} of {file}"


class RecordedConnection:
    """The events of one TCP connection, bounded to the first and the last of them."""

    def __init__(self, activity: Activity) -> None:
        self.guard = Guard()
        self.calls = 0
        self.exchanges = 0
        self.lost = False
        self.dropped = False
        self._activity = activity
        self._first: list[Event] = []
        self._last: deque[Event] = deque(maxlen=LAST_EVENTS)
        self._left_out = 0
        self._looks = 0
        self._heads: dict[str, Head] = {}
        self._close: Frame | None = None
        self._end: TcpEnd | None = None

    def record(self, event: Event) -> None:
        """Add an event, unless the recorder has dropped this connection."""
        with self._activity.lock:
            self._activity.count += 1
            if not self.dropped:
                self._add(event)
                self._notice(event)

    def end(self, sender: Sender, how: Literal["FIN", "reset"]) -> None:
        """Add the end of the TCP connection: only the first one counts."""
        if self._end is None:
            self.record(TcpEnd(sender, how))

    @property
    def is_ending(self) -> bool:
        """Whether it has begun to end and has not yet ended, here or in a call."""
        begun = self._close or self._end or self.lost
        return bool(begun) and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.lost and not self.calls

    def take(self) -> Connection | None:
        """Return what happened since the last call, None if nothing did.

        The caller holds the lock.
        """
        events = (*self._first, *self._last)
        if not events:
            return None
        connection = Connection(
            events=events,
            gap=len(self._first),
            left_out=self._left_out,
            continued=self._looks > 0,
            is_open=not self.lost,
            handshake=Handshake(self._heads.get("client"), self._heads.get("server")),
            close_frame=self._close,
            tcp_end=self._end,
            fault=self.guard.fault,
        )
        self._first, self._left_out = [], 0
        self._last.clear()
        self._looks += 1
        return connection

    def _add(self, event: Event) -> None:
        if len(self._first) < FIRST_EVENTS:
            self._first.append(event)
        else:
            self._left_out += len(self._last) == LAST_EVENTS
            self._last.append(event)

    def _notice(self, event: Event) -> None:
        match event:
            case Frame():
                if event.opcode == 0x8 and self._close is None:
                    self._close = event
            case Head():
                self._heads[event.sender] = event
            case TcpEnd():
                self._end = event
