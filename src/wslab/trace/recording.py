"""One connection while it is being recorded."""

from __future__ import annotations

import threading
from collections import deque

from wslab.trace.model import Connection, Event, Frame, Handshake, Head, TcpEnd

FIRST_EVENTS = 300
LAST_EVENTS = 100


class Activity:
    """What all connections of a recorder share: a lock, and a count of events.

    The server's thread records and another reads, so every change holds the lock.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0


class RecordedConnection:
    """The events of one TCP connection, bounded to the first and the last of them."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._first: list[Event] = []
        self._last: deque[Event] = deque(maxlen=LAST_EVENTS)
        self._left_out = 0
        self._looks = 0
        self._heads: dict[str, Head] = {}
        self._close: Frame | None = None
        self._end: TcpEnd | None = None
        self.calls = 0
        self.exchanges = 0
        self.lost = False
        self.dropped = False

    def record(self, event: Event) -> None:
        """Adds an event, unless the recorder has dropped this connection."""
        with self._activity.lock:
            self._activity.count += 1
            if not self.dropped:
                self._add(event)
                self._notice(event)

    @property
    def end(self) -> TcpEnd | None:
        """How the TCP connection ended, None while it has not."""
        return self._end

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
        """What happened since the last call, None if nothing did. Holds no lock."""
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
        if isinstance(event, Frame):
            if event.opcode == 0x8 and self._close is None:
                self._close = event
        elif isinstance(event, Head):
            self._heads[event.sender] = event
        elif isinstance(event, TcpEnd):
            self._end = event
