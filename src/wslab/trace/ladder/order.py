"""From events to the rows of a ladder, in an order that two runs have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wslab.trace.model import (
    ApplicationEvent,
    Event,
    Frame,
    Head,
    Pair,
    WireEvent,
)


class Row(NamedTuple):
    """One row: what was on the wire and what the application saw of it.

    `events` are the indices of both.
    """

    wire: WireEvent | None
    application: ApplicationEvent | None
    events: tuple[int, ...]


def rows_of(events: Sequence[Event]) -> list[Row]:
    """Return the rows of one connection.

    The order in which a server handles events depends on how TCP cut its bytes into
    chunks: two messages may arrive before the application receives the first, or not.
    So a row stands where its causes put it. Within a lane (client to server, server to
    client, application) the order stays; a message and the ASGI event that belongs to
    it share a row; whatever has no partner follows what came right before it. Where
    that can't be satisfied, the partners get rows of their own.
    """
    return _Ladder(events).rows()


def _lane(event: Event) -> str:
    return event.sender if not isinstance(event, ApplicationEvent) else "application"


class _Ladder:
    """The events of one connection with what each has to wait for."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._partner = dict(_partners(events))
        self._before: list[list[int]] = list(_causes(events, self._partner))
        self._placed: set[int] = set()

    def rows(self) -> list[Row]:
        """Place the earliest event that can be placed, over and over."""
        rows = []
        waiting = list(range(len(self._events)))
        while waiting:
            first = next((i for i in waiting if self._is_free(i)), None)
            if first is None:
                self._part(waiting[0])
                continue
            row = {first, self._partner.get(first, first)}
            self._placed |= row
            waiting = [i for i in waiting if i not in row]
            rows.append(self._row(sorted(row)))
        return rows

    def _is_free(self, index: int) -> bool:
        row = {index, self._partner.get(index, index)}
        return all(b in self._placed or b in row for i in row for b in self._before[i])

    def _part(self, index: int) -> None:
        """Give the first pair that waits in vain a row for each."""
        for i in range(index, len(self._events)):
            if i not in self._placed and i in self._partner:
                del self._partner[self._partner.pop(i)]
                return

    def _row(self, indices: list[int]) -> Row:
        wire: WireEvent | None = None
        application: ApplicationEvent | None = None
        for event in (self._events[i] for i in indices):
            match event:
                case ApplicationEvent():
                    application = event
                case _:
                    wire = event
        return Row(wire, application, tuple(indices))


def _partners(events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """Yield both directions of each pair of indices that share a row.

    An event pairs with what it caused, so with a later one: a close frame that the
    server sent on its own is no partner of the application's later close.
    """
    waiting: dict[tuple[Pair, bool], int] = {}
    for index, event in enumerate(events):
        pair = _pair_of(event)
        if pair is None:
            continue
        in_application = isinstance(event, ApplicationEvent)
        other = waiting.pop((pair, not in_application), None)
        inwards = pair[0] in ("request", "receive")
        if other is not None and inwards == in_application:
            yield index, other
            yield other, index
        else:
            waiting[pair, in_application] = index


def _causes(events: Sequence[Event], partner: dict[int, int]) -> Iterator[list[int]]:
    """Yield for each event the indices that must come before it."""
    last: dict[str, int] = {}
    for index, event in enumerate(events):
        lane = _lane(event)
        causes = [last[lane]] if lane in last else []
        if index not in partner:
            if lane == "application":
                causes += [last[w] for w in ("client", "server") if w in last]
            elif lane == "server" and index:
                causes.append(index - 1)
        yield causes
        last[lane] = index


def _pair_of(event: Event) -> Pair | None:
    """Return the pair that an event may belong to, None if it stands alone.

    A message is paired by its last frame where the application receives it, and by
    its first where it sends it.
    """
    match event:
        case ApplicationEvent():
            return event.pair
        case Head():
            kind = "request" if event.sender == "client" else "response"
            return kind, event.exchange
        case Frame() if event.message is not None:
            if event.sender == "client":
                return ("receive", event.message) if event.fin else None
            return ("send", event.message) if event.opcode else None
        case Frame() if event.close_code and event.sender == "server":
            return "close", 0
    return None
