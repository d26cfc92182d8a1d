"""One connection while it is being recorded: noted at once, read later.

What a tap sees is noted as it is, since the server waits for that. It becomes events
when somebody looks, or when much has been noted; of what lies between the first and the
last events that are kept, none are made.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Any, Literal, Protocol

from wslab.trace.model import (
    EXCERPT,
    Connection,
    Event,
    Frame,
    Handshake,
    Head,
    Opcode,
    Sender,
    TcpEnd,
)

NOTED_BYTES = 128 * 1024
"""Bytes that one connection has noted before they are read in the server's loop."""

NOTE = 100
"""Bytes that a note takes beside what it holds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a recorder keeps between two looks.

    Of each connection the first and the last events, of its connections the first and
    the last; of a message the first `excerpt` bytes. From a connection's second look on
    `later_first_events` count in place of `first_events`, if there are any: who joins
    looks to a whole does not need them.
    """

    first_events: int = 300
    last_events: int = 100
    first_connections: int = 80
    last_connections: int = 20
    excerpt: int = EXCERPT
    later_first_events: int | None = None


class Reader(Protocol):
    """What makes events of a tap's notes, in the order in which they were made."""

    def read(self, kind: Any, what: Any) -> Sequence[Event]:
        """Return the events that a note completes."""

    def pass_over(self, kind: Any, what: Any) -> tuple[int, Sequence[Event]]:
        """Return how many events a note completes, and those a summary needs."""


class Activity:
    """What all connections of a recorder share: a lock, and a count of events.

    The server's thread records and another reads, so every change holds the lock.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0


class Guard:
    """Keeps the recorder's own exceptions out of the server.

    A `with` block of it does recording and nothing else. What that raises is kept as
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
        self.keep(error)
        return True

    def keep(self, error: Exception) -> None:
        """Keep an exception as the fault, unless there is one."""
        if self.fault is None:
            self.fault = f"{type(error).__name__} {_place(error.__traceback__)}"


def _place(traceback: TracebackType | None) -> str:
    """Return where an exception was raised; to ask for its text might raise again."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "somewhere"
    file = PurePath(traceback.tb_frame.f_code.co_filename).name
    return f"in line {traceback.tb_lineno} of {file}"


class _Made:
    """Reads a note that is an event already."""

    def read(self, kind: None, what: Event) -> Sequence[Event]:
        return (what,)

    def pass_over(self, kind: None, what: Event) -> tuple[int, Sequence[Event]]:
        return 1, (what,)


_MADE = _Made()

_PARTS = 4
"""Of a note: its time, its reader, its kind, and what was seen."""


class RecordedConnection:
    """The events of one TCP connection, bounded to the first and the last of them."""

    def __init__(self, activity: Activity, number: int, bounds: Bounds) -> None:
        self.guard = Guard()
        self.calls = 0
        self.exchanges = 0
        self.lost = False
        self.dropped = False
        self.is_taken = False
        self.paused = False
        self.is_application_recorded = False
        self.client: str | None = None
        self._activity = activity
        self._number = number
        self._bounds = bounds
        self._began = time.time()
        self._begin = time.monotonic()
        self._noted: deque[Any] = deque()
        self._size = 0
        self._room = bounds.first_events
        self._first: list[tuple[float, Event]] = []
        self._last: deque[tuple[float, Event]] = deque(maxlen=bounds.last_events)
        self._left_out = 0
        self._looks = 0
        self._has_ended = False
        self._heads: dict[str, Head] = {}
        self._close: Frame | None = None
        self._end: TcpEnd | None = None

    def note(self, reader: Reader, kind: Any, what: Any, size: int = 0) -> None:
        """Note what `reader` makes events of later, unless the recorder has dropped it.

        The parts of notes lie in one row, since a tuple for each would be one more
        object that the garbage collector looks at over and over.

        Args:
            reader: What makes events of it.
            kind: How the reader is to take it.
            what: What was seen; nobody may change it afterwards.
            size: Bytes that it holds.
        """
        self._activity.count += 1
        if self.dropped:
            return
        self._noted.extend((time.monotonic(), reader, kind, what))
        self._size += size + NOTE
        if self._size > NOTED_BYTES:
            with self._activity.lock:
                last = 2 * self._bounds.last_events
                few = len(self._noted) < 2 * last * _PARTS
                self.catch_up(0 if few else last)

    def end(self, sender: Sender, how: Literal["FIN", "reset"]) -> None:
        """Note the end of the TCP connection: only the first one counts."""
        if not self._has_ended:
            self._has_ended = True
            self.note(_MADE, None, TcpEnd(sender, how))

    def know(self, request: Head) -> None:
        """Take a request that no tap saw on the wire, for what the handshake was."""
        self._heads[request.sender] = request

    @property
    def is_ending(self) -> bool:
        """Whether it has begun to end and has not yet ended, here or in a call.

        As far as its notes have been read.
        """
        begun = self._close or self._end or self.lost
        return bool(begun) and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.lost and not self.calls

    def catch_up(self, but: int = 0) -> None:
        """Read what has been noted, but for so many notes. The caller holds the lock.

        Notes between the first events and the last are passed over: as many as can be
        without one of the last being missed, since a note may complete no event.
        """
        count = len(self._noted) // _PARTS
        self._size = self._size * but // max(count, 1)  # they may be the long ones
        last = count - 2 * self._bounds.last_events
        next_part = self._noted.popleft
        for index in range(count - but):
            at, reader = next_part(), next_part()
            kind, what = next_part(), next_part()
            try:
                if index < last and len(self._first) >= self._room:
                    self._pass_over(*reader.pass_over(kind, what))
                else:
                    for event in reader.read(kind, what):
                        self._add(at - self._begin, event)
            except Exception as error:
                self.guard.keep(error)

    def take(self) -> Connection | None:
        """Return what happened since the last call, None if nothing did.

        That it is over happens too, and may come after the last event. The caller holds
        the lock.
        """
        lost, calls = self.lost, self.calls  # first: what comes later is for later
        self.catch_up()
        events = (*self._first, *self._last)
        self.is_taken = lost and not calls
        if not events and not (self.is_taken and self._looks):
            return None
        connection = Connection(
            events=tuple(event for _, event in events),
            gap=len(self._first),
            left_out=self._left_out,
            continued=self._looks > 0,
            is_open=not lost,
            handshake=Handshake(self._heads.get("client"), self._heads.get("server")),
            close_frame=self._close,
            tcp_end=self._end,
            fault=self.guard.fault,
            number=self._number,
            began=self._began,
            times=tuple(round(at, 6) for at, _ in events),
            client=self.client,
            paused=self.paused,
            calls=calls,
            is_application_recorded=self.is_application_recorded,
        )
        self._first, self._left_out = [], 0
        self._last.clear()
        if self._bounds.later_first_events is not None:
            self._room = self._bounds.later_first_events
        self._looks += 1
        return connection

    def _pass_over(self, passed: int, events: Sequence[Event]) -> None:
        self._left_out += passed
        if self._last:
            self._left_out += len(self._last)
            self._last.clear()
        for event in events:
            self._notice(event)

    def _add(self, at: float, event: Event) -> None:
        self._notice(event)
        if len(self._first) < self._room:
            self._first.append((at, event))
        else:
            self._left_out += len(self._last) == self._bounds.last_events
            self._last.append((at, event))

    def _notice(self, event: Event) -> None:
        match event:
            case Frame():
                if event.opcode == Opcode.CLOSE and self._close is None:
                    self._close = event
            case Head():
                self._heads[event.sender] = event
            case TcpEnd():
                self._end = event
