"""The connections of a trace as the sections of its ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wslab.trace.explain import explain
from wslab.trace.ladder.fold import fold
from wslab.trace.ladder.label import ELLIPSIS, Label, Payload, printable
from wslab.trace.ladder.rung import Note, Rung, rungs_of
from wslab.trace.model import Connection

SHOWN_SECTIONS = 12


class Section(NamedTuple):
    """One connection, or several that did the same: a title, if any, and rows.

    `why` says why it ended, if it failed, and is "" otherwise. `has_wire` is False
    where only the application was recorded.
    """

    title: Label | None
    rows: tuple[Rung | Note, ...]
    why: str = ""
    has_wire: bool = True


class Ladder(NamedTuple):
    """All that both forms place: what it is of, and a section for each connection."""

    title: Label
    sections: tuple[Section, ...]


def ladder_of(
    connections: Sequence[Connection], left_out: int = 0, *, explained: bool = True
) -> Ladder:
    """Return the ladder of connections in the order in which they were made.

    Args:
        connections: What a recorder has kept; neighbours that did the same are one
            section, and only the first sections are shown.
        left_out: How many connections a recorder has not kept.
        explained: Whether a section says why its connection failed; not where
            something beside the ladder says it.
    """
    count = len(connections) + left_out
    groups = _groups(connections, explained)
    sections = [
        Section(_title(group, count > 1), rows, why, group[0].connection.has_wire)
        for group, rows, why in groups[:SHOWN_SECTIONS]
    ]
    hidden = left_out + sum(len(group) for group, *_ in groups[SHOWN_SECTIONS:])
    if hidden:
        sections.append(Section(Label(f"{ELLIPSIS} {hidden} connections left out"), ()))
    title = Label(f"{count} connections")
    if count == 1 and connections:
        title = Label("", payload=Payload(printable(connections[0].path)))
    return Ladder(title, tuple(sections))


class _Numbered(NamedTuple):
    number: int
    connection: Connection


_Group = tuple[list[_Numbered], tuple[Rung | Note, ...], str]


def _groups(connections: Sequence[Connection], explained: bool) -> list[_Group]:
    """Return runs of connections whose rows say the same."""
    groups: list[_Group] = []
    latest: Sequence[object] = ()
    for number, connection in enumerate(connections, 1):
        rows = _rows(connection)
        why = _why(connection) if explained else ""
        said = [why, *(row if isinstance(row, Note) else row.said for row in rows)]
        if not groups or said != latest:
            groups.append(([], rows, why))
            latest = said
        groups[-1][0].append(_Numbered(number, connection))
    return groups


def _why(connection: Connection) -> str:
    found = explain(connection)
    return found.text if found is not None and found.failed else ""


def _rows(connection: Connection) -> tuple[Rung | Note, ...]:
    rows = fold(rungs_of(connection.events[: connection.gap]))
    if connection.left_out:
        rows.append(Note(f"{ELLIPSIS} {connection.left_out} events left out"))
    rows += fold(rungs_of(connection.events[connection.gap :], connection.gap))
    if connection.fault:
        rows.append(Note(f"the recorder failed: {printable(connection.fault)}"))
    return tuple(rows)


def _title(group: list[_Numbered], many: bool) -> Label | None:
    first, last = group[0], group[-1]
    path = Payload(printable(first.connection.path))
    continued = "(continued)" if first.connection.continued else ""
    if not many:
        return Label("", payload=path, notes=continued) if continued else None
    numbers = f"connection {first.number}:"
    if len(group) > 1:
        numbers = f"connections {first.number} to {last.number}, each:"
    return Label(numbers, payload=path, notes=continued)
