"""A trace as text: three lanes for a terminal, a test and a screen reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.trace.ladder.fold import Note
from wslab.trace.ladder.labels import application_label, cut, wire_label
from wslab.trace.ladder.order import Row
from wslab.trace.ladder.sections import Section, sections
from wslab.trace.model import ApplicationEvent, Connection

COLUMNS = 88
WIRE = 56
APPLICATION = 26
_HEADER = f"{'client':<28}{'wire':<31}application"


def ladder_text(connections: Sequence[Connection], left_out: int = 0) -> str:
    """The lines of a trace, at most 88 columns wide, no spaces at their ends."""
    return "\n".join(line.rstrip() for line in _lines(connections, left_out))


def _lines(connections: Sequence[Connection], left_out: int) -> Iterator[str]:
    shown = sections(connections, left_out)
    if not shown:
        yield "nothing since the last look"
        return
    for number, section in enumerate(shown):
        if number:
            yield ""
        yield from _section_lines(section)


def _section_lines(section: Section) -> Iterator[str]:
    if section.title:
        yield cut(section.title, COLUMNS)
    if section.rows:
        yield _HEADER
    for row in section.rows:
        yield f"  {row.text}" if isinstance(row, Note) else _row_line(row)


def _row_line(row: Row) -> str:
    wire = ""
    if row.wire is not None:
        label = wire_label(row.wire, WIRE - 4)
        line = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (WIRE - 3 - len(label))
        if row.wire.sender == "client":
            wire = f"{label} {line}\N{RIGHTWARDS ARROW} "
        else:
            wire = f"\N{LEFTWARDS ARROW}{line} {label} "
    application = f" {_application(row.application)}" if row.application else ""
    bar = "\N{BOX DRAWINGS LIGHT VERTICAL}"
    return f"{bar} {wire:<{WIRE}}{bar}{application}"


def _application(event: ApplicationEvent) -> str:
    received = event.sender == "server"
    mark = "\N{RIGHTWARDS ARROW}" if received else "\N{LEFTWARDS ARROW}"
    return f"{' ' if event.is_end else mark} {application_label(event, APPLICATION)}"
