"""The lines at the foot of the terminal: what is open, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from wslab.cli.trace.tally import Tally
from wslab.cli.trace.terminal.block import ladder
from wslab.cli.trace.terminal.units import duration
from wslab.trace.ladder.label import ELLIPSIS, printable
from wslab.trace.ladder.labels import application_label, wire_label
from wslab.trace.model import ApplicationEvent, Connection

LADDER_ROWS = 8
"""Rows of one connection's ladder that are shown at most."""

LATEST = 40
"""Events that these rows are made of: as many of them may be folded into one."""

FEWEST_ROWS = 2
"""Rows of a ladder that are worth showing."""

_CLIENT = 22
"""Columns of a client's address, where there is room for it."""


@dataclass(frozen=True, slots=True)
class Open:
    """A connection that goes on, and what has passed so far."""

    connection: Connection
    tally: Tally

    @property
    def latest(self) -> float:
        """When something happened last, in seconds since the epoch."""
        connection = self.connection
        return (connection.began or 0) + (connection.times or (0.0,))[-1]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many connections are over, and how many were not recorded."""

    ended: int = 0
    left_out: int = 0


def region(
    open: Sequence[Open], counts: Counts, columns: int, rows: int, now: float
) -> list[Text]:
    """Return at most `rows` lines of at most `columns` cells.

    That is a heading, then a line for each connection, in the order of their numbers,
    those that did something last where there are too many, each with the last rows of
    its ladder where there is room.

    Args:
        open: The connections that go on.
        counts: Of those that do not.
        columns: The width of the terminal.
        rows: The height that may be used.
        now: Seconds since the epoch.
    """
    room = max(rows - 1, 0)
    listed = len(open) if len(open) <= room else max(room - 1, 0)
    recent = sorted(open, key=lambda it: it.latest, reverse=True)[:listed]
    shares = _shares(recent, room - listed - (listed < len(open)))
    lines = [_heading(len(open), counts, columns)]
    for one in sorted(recent, key=lambda it: it.connection.number):
        lines.append(_line(one, columns, now))
        if share := shares.get(one.connection.number):
            lines += ladder(_latest(one.connection), columns)[1:][-share:]
    if listed < len(open):
        lines.append(Text(f"{ELLIPSIS} {len(open) - listed} more", "italic"))
    for line in lines:
        line.truncate(columns, overflow="ellipsis")
    return lines[:rows]


def _latest(connection: Connection) -> Connection:
    """Return a connection with no more events than its last rows are made of."""
    events = connection.events[-LATEST:]
    return replace(connection, events=events, gap=len(events), left_out=0)


def _shares(recent: Sequence[Open], room: int) -> dict[int, int]:
    """Return how many rows of whose ladder there is room for, by their numbers."""
    count = min(len(recent), max(room, 0) // FEWEST_ROWS)
    if not count:
        return {}
    each = min(LADDER_ROWS, room // count)
    return {one.connection.number: each for one in recent[:count]}


def _heading(open: int, counts: Counts, columns: int) -> Text:
    said = f"{open} open, {counts.ended} ended"
    if counts.left_out:
        said += f", {counts.left_out} not recorded"
    rule = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
    return Text(f"{rule * 2} {said} {rule * (columns - len(said) - 4)}", "bold")


def _line(one: Open, columns: int, now: float) -> Text:
    """Return number, path, client, age, messages each way and the last event."""
    connection, tally = one.connection, one.tally
    age = duration(max(0.0, now - (connection.began or now)))
    flow = (
        f"\N{RIGHTWARDS ARROW}{tally.client.messages}"
        f" \N{LEFTWARDS ARROW}{tally.server.messages}"
    )
    fixed = f"{age:>8}  {flow:<10} "
    room = columns - 7 - cell_len(fixed)
    client = ""
    if room >= 3 * _CLIENT:
        client = set_cell_size(connection.client or "", _CLIENT)
        room -= _CLIENT
    path = set_cell_size(_cut(printable(connection.path), room // 2), room // 2)
    last = _last(connection, room - room // 2)
    return Text.assemble(
        (f"{connection.number:>5}  ", "bold"), path, client, (fixed, "dim"), last
    )


def _cut(text: str, cells: int) -> str:
    """Return a text, or as much of it as there is room for with a space behind."""
    if cell_len(text) < cells:
        return text
    return set_cell_size(text, max(cells - 2, 0)) + ELLIPSIS


def _last(connection: Connection, width: int) -> str:
    if not connection.is_open:
        return "the handler is still running"
    if not connection.events:
        return ""
    event = connection.events[-1]
    if isinstance(event, ApplicationEvent):
        return application_label(event).fit(width)
    return wire_label(event).fit(width)
