"""The events of one connection: noted at once, read later.

What a tap sees is noted as it is, since the server waits for that. It becomes events
when somebody looks, or when much has been noted; of what lies between the first and the
last events that are kept, none are made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from wslab.trace.messages import Messages
from wslab.trace.model import (
    Connection,
    Event,
    Frame,
    Handshake,
    Head,
    Opcode,
    Sender,
    TcpEnd,
)
from wslab.trace.recording import Bounds, Guard
from wslab.trace.wire.wire import Wire

NOTED_BYTES = 128 * 1024
"""Bytes that one connection has noted before they are read."""

NOTE = 100
"""Bytes that a note takes beside what it holds."""

_PARTS = 3
"""Of a note: its time, its kind, and what was seen."""


class Log:
    """The events of one TCP connection, bounded to the first and the last of them.

    A note has a kind, which says what was seen: bytes that the "client" or the "server"
    put on the wire; a `Message` that the application "receive"d or "send"s; an event
    that is "made" already; a head that is "known" though no tap saw it.
    """

    def __init__(self, bounds: Bounds, begin: float) -> None:
        """Begin at `begin`, on the monotonic clock."""
        self._bounds = bounds
        self._begin = begin
        self._guard = Guard()
        self._wire: Wire | None = Wire(bounds.excerpt)
        self._messages = Messages()
        self._noted: deque[Any] = deque()
        self._size = 0
        self._room = bounds.first_events
        self._first: list[tuple[float, Event]] = []
        self._last: deque[tuple[float, Event]] = deque(maxlen=bounds.last_events)
        self._left_out = 0
        self._looks = 0
        self._heads: dict[str, Head] = {}
        self._close: Frame | None = None
        self._end: TcpEnd | None = None

    def note(self, at: float, kind: str, what: Any) -> bool:
        """Note what was seen; return whether much has been noted.

        The parts of notes lie in one row, since a tuple for each would be one more
        object that the garbage collector looks at over and over.
        """
        self._noted.extend((at, kind, what))
        self._size += len(what) + NOTE
        return self._size > NOTED_BYTES

    def shorten(self) -> None:
        """Read much of what has been noted."""
        last = 2 * self._bounds.last_events
        few = len(self._noted) < 2 * last * _PARTS
        self.catch_up(0 if few else last)

    @property
    def is_ending(self) -> bool:
        """Whether a close or an end was seen, as far as notes have been read."""
        return bool(self._close or self._end)

    def catch_up(self, but: int = 0) -> None:
        """Read what has been noted, but for so many notes.

        Notes between the first events and the last are passed over: as many as can be
        without one of the last being missed, since a note may complete no event.
        """
        count = len(self._noted) // _PARTS
        self._size = self._size * but // max(count, 1)  # they may be the long ones
        last = count - 2 * self._bounds.last_events
        next_part = self._noted.popleft
        for index in range(count - but):
            at, kind, what = next_part(), next_part(), next_part()
            try:
                if index < last and len(self._first) >= self._room:
                    self._pass_over(*self._passed(kind, what))
                else:
                    for event in self._read(kind, what):
                        self._add(at - self._begin, event)
            except Exception as error:
                self._guard.keep(error)

    def take(self, is_over: bool) -> Connection | None:
        """Return what happened since the last call, None if nothing did.

        That it is over happens too, and may come after the last event. How it stands
        besides is for a `RecordedConnection` to complete.
        """
        self.catch_up()
        events = (*self._first, *self._last)
        if not events and not (is_over and self._looks):
            return None
        connection = Connection(
            events=tuple(event for _, event in events),
            gap=len(self._first),
            left_out=self._left_out,
            continued=self._looks > 0,
            is_open=not is_over,
            handshake=Handshake(self._heads.get("client"), self._heads.get("server")),
            close_frame=self._close,
            tcp_end=self._end,
            fault=self._guard.fault,
            times=tuple(round(at, 6) for at, _ in events),
        )
        self._first, self._left_out = [], 0
        self._last.clear()
        if self._bounds.later_first_events is not None:
            self._room = self._bounds.later_first_events
        self._looks += 1
        return connection

    def _read(self, kind: str, what: Any) -> Sequence[Event]:
        """Return the events that a note completes."""
        match kind:
            case "client" | "server":
                return self._on_wire(kind, what)
            case "receive" | "send":
                return (self._messages.event(kind, what),)
            case "known":
                self._notice(what)
                return ()
        return (what,)

    def _passed(self, kind: str, what: Any) -> tuple[int, Sequence[Event]]:
        """Return how many events a note completes, and those a summary needs."""
        match kind:
            case "client" | "server":
                wire, self._wire = self._wire, None
                if wire is None:
                    return 0, ()
                passed = wire.pass_over(kind, what)
                self._wire = wire
                return passed
            case "receive" | "send":
                self._messages.count(kind)
                return 1, ()
        events = self._read(kind, what)
        return len(events), events

    def _on_wire(self, sender: Sender, data: bytes) -> Sequence[Event]:
        """Return the heads and frames that bytes complete.

        A wire that fails is not read again.
        """
        wire, self._wire = self._wire, None
        if wire is None:
            return ()
        events = wire.feed(sender, data)
        self._wire = wire
        return events

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
