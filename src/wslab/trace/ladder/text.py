"""A ladder as text: three lanes for a terminal, a test and a screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from wslab.trace.ladder.label import cut
from wslab.trace.ladder.rung import Note, Rung, Side
from wslab.trace.ladder.sections import Ladder, Section

COLUMNS = 88
WIRE = 56
APPLICATION = 26
_HEADER = f"{'client':<28}{'wire':<31}application"


def ladder_text(ladder: Ladder) -> str:
    """Return the lines of a ladder, at most 88 columns wide, no spaces at their ends.

    A label may be shortened as `Label.fit` does it: a payload, never a status, a code,
    a flag or a length.
    """
    return "\n".join(line.rstrip() for line in _lines(ladder))


def _lines(ladder: Ladder) -> Iterator[str]:
    if not ladder.sections:
        yield "nothing since the last look"
    for number, section in enumerate(ladder.sections):
        if number:
            yield ""
        yield from _section_lines(section)


def _section_lines(section: Section) -> Iterator[str]:
    if section.title is not None:
        yield section.title.fit(COLUMNS)
    if section.rows:
        yield _HEADER
    for row in section.rows:
        if isinstance(row, Note):
            yield f"  {cut(row.text, COLUMNS - 2)}"
        else:
            yield _rung_line(row)
    for line in textwrap.wrap(section.why, COLUMNS - 2):
        yield f"  {line}"


def _rung_line(rung: Rung) -> str:
    wire = _wire(rung.wire) if rung.wire else ""
    application = f" {_application(rung.application)}" if rung.application else ""
    bar = "\N{BOX DRAWINGS LIGHT VERTICAL}"
    return f"{bar} {wire:<{WIRE}}{bar}{application}"


def _wire(side: Side) -> str:
    label = side.label.fit(WIRE - 4)
    line = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (WIRE - 3 - len(label))
    if side.sender == "client":
        return f"{label} {line}\N{RIGHTWARDS ARROW} "
    return f"\N{LEFTWARDS ARROW}{line} {label} "


def _application(side: Side) -> str:
    mark = " "
    if side.has_arrow:
        received = side.sender == "server"
        mark = "\N{RIGHTWARDS ARROW}" if received else "\N{LEFTWARDS ARROW}"
    return f"{mark} {side.label.fit(APPLICATION)}"
