"""Rungs: the rows of a ladder with their labels, ready to be placed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from wslab.trace.ladder.label import Label
from wslab.trace.ladder.labels import application_label, wire_label
from wslab.trace.ladder.order import Row, rows_of
from wslab.trace.model import Event, Frame, Head


class Side(NamedTuple):
    """One half of a rung; without an arrow it is the end of the application's call."""

    sender: Literal["client", "server", "application"]
    label: Label
    has_arrow: bool = True


class Rung(NamedTuple):
    """What was on the wire and what the application saw of it.

    `shape` is equal in rungs that repeat, whatever their contents. `events` are the
    indices of what it shows among the connection's events.
    """

    wire: Side | None
    application: Side | None
    shape: object
    events: tuple[int, ...]

    @property
    def said(self) -> tuple[Side | None, Side | None]:
        """What is equal in rungs that say the same, in any run."""
        return self.wire, self.application


class Note(NamedTuple):
    """A row that says what is not shown."""

    text: str


def rungs_of(events: Sequence[Event], first: int = 0) -> list[Rung]:
    """Return the rungs of one connection, in an order that two runs have in common.

    Args:
        events: the connection's, or a part of them.
        first: the index of the first of them.
    """
    return [_rung(row, first) for row in rows_of(events)]


def _rung(row: Row, first: int) -> Rung:
    wire, application, events = row
    return Rung(
        wire and Side(wire.sender, wire_label(wire)),
        application
        and Side(
            application.sender, application_label(application), not application.is_end
        ),
        _shape(row),
        tuple(first + index for index in events),
    )


def _shape(row: Row) -> object:
    application = row.application and (row.application.type, row.application.sender)
    match row.wire:
        case Frame() as frame:
            return frame.sender, frame.opcode, frame.fin, frame.compressed, application
        case Head() as head:
            return head.sender, head.start, application
        case wire:
            return wire, application
