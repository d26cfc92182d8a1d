"""The connections of a trace as the sections of its ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wslab.trace.ladder.fold import Note, fold
from wslab.trace.ladder.labels import row_key
from wslab.trace.ladder.order import Row, rows_of
from wslab.trace.model import Connection

SHOWN_SECTIONS = 12


class Section(NamedTuple):
    """One connection, or several that did the same: a title and rows."""

    title: str
    rows: tuple[Row | Note, ...]


def sections(connections: Sequence[Connection], left_out: int) -> list[Section]:
    """Return the connections in the order they were made, the same ones folded."""
    groups = _groups(connections)
    many = len(connections) + left_out > 1
    shown = [
        Section(_title(group, many), rows) for group, rows in groups[:SHOWN_SECTIONS]
    ]
    left_out += sum(len(g) for g, _ in groups[SHOWN_SECTIONS:])
    if left_out:
        shown.append(
            Section(f"\N{HORIZONTAL ELLIPSIS} {left_out} connections left out", ())
        )
    return shown


class _Numbered(NamedTuple):
    number: int
    connection: Connection


_Group = tuple[list[_Numbered], tuple[Row | Note, ...]]


def _groups(connections: Sequence[Connection]) -> list[_Group]:
    """Runs of connections whose rows say the same."""
    groups: list[_Group] = []
    latest: Sequence[object] = ()
    for number, connection in enumerate(connections, 1):
        rows = _rows(connection)
        key = [row if isinstance(row, Note) else row_key(row) for row in rows]
        if not groups or key != latest:
            groups.append(([], rows))
            latest = key
        groups[-1][0].append(_Numbered(number, connection))
    return groups


def _rows(connection: Connection) -> tuple[Row | Note, ...]:
    first = fold(rows_of(connection.events[: connection.gap]))
    last = fold(rows_of(connection.events[connection.gap :]))
    left_out = connection.left_out
    note = [Note(f"\N{HORIZONTAL ELLIPSIS} {left_out} events left out")]
    return (*first, *(note if left_out else []), *last)


def _title(group: list[_Numbered], many: bool) -> str:
    first, last = group[0], group[-1]
    continued = " (continued)" if first.connection.continued else ""
    if not many:
        return f"{first.connection.path}{continued}" if continued else ""
    numbers = f"connection {first.number}"
    if len(group) > 1:
        numbers = f"connections {first.number} to {last.number}, each"
    return f"{numbers}: {first.connection.path}{continued}"
