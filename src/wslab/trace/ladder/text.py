"""A ladder as text: three lanes for a terminal, a test and a screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Literal, NamedTuple

from wslab.trace.ladder.columns import columns_of
from wslab.trace.ladder.label import Label, cut
from wslab.trace.ladder.rung import Note, Rung, Side
from wslab.trace.ladder.sections import Ladder, Section

COLUMNS = 88
"""The width of a ladder where nobody asks for another."""

NARROWEST = 60
"""Columns that a ladder takes at least."""

_WIRE, _APPLICATION = 56, 26
_BETWEEN = COLUMNS - _WIRE - _APPLICATION
_BAR = "\N{BOX DRAWINGS LIGHT VERTICAL}"

Style = Literal[
    "plain", "title", "header", "lane", "note", "failed", "client", "server"
]
"""What a part of a line is, for colour: "server" is also what an application sends."""


class Part(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: Style = "plain"


Line = tuple[Part, ...]


def ladder_text(ladder: Ladder, columns: int = COLUMNS) -> str:
    """Return the lines of a ladder, without spaces at their ends.

    A label may be shortened as `Label.fit` does it: a payload, never a status, a code,
    a flag or a length.

    Args:
        ladder: What to write.
        columns: The width; with less than 60 the lines are wider than that.
    """
    lines = ladder_lines(ladder, columns)
    return "\n".join("".join(p.text for p in line).rstrip() for line in lines)


def ladder_lines(ladder: Ladder, columns: int = COLUMNS) -> Iterator[Line]:
    """Yield the lines that `ladder_text` joins, with the style of each part."""
    if not ladder.sections:
        yield (Part("nothing since the last look"),)
    for number, section in enumerate(ladder.sections):
        if number:
            yield ()
        yield from _section_lines(section, max(columns, NARROWEST))


class _Lanes(NamedTuple):
    """How wide the two lanes are; a wire that nobody saw has none."""

    wire: int
    application: int

    @classmethod
    def of(cls, section: Section, columns: int) -> _Lanes:
        """Share the columns between what a section has."""
        if not section.has_wire:
            return cls(0, columns - 4)
        room = columns - _BETWEEN
        wire = round(room * _WIRE / (_WIRE + _APPLICATION))
        return cls(wire, room - wire)

    @property
    def header(self) -> str:
        """The names of the lanes."""
        if not self.wire:
            return "application"
        half = self.wire // 2
        return f"{'client':<{half}}{'wire':<{self.wire + 3 - half}}application"


def _section_lines(section: Section, columns: int) -> Iterator[Line]:
    lanes = _Lanes.of(section, columns)
    if section.title is not None:
        yield (Part(section.title.fit(columns), "title"),)
    if section.rows:
        yield (Part(lanes.header, "header"),)
    for row in section.rows:
        if isinstance(row, Note):
            yield (Part(f"  {cut(row.text, columns - 2)}", "note"),)
        else:
            yield _rung_line(row, lanes)
    for line in textwrap.wrap(section.why, columns - 2):
        yield (Part(f"  {line}", "failed"),)


def _rung_line(rung: Rung, lanes: _Lanes) -> Line:
    line = [Part(_BAR, "lane")]
    if lanes.wire:
        line += _wire(rung.wire, lanes.wire)
        line.append(Part(_BAR, "lane"))
    if rung.application:
        line.append(_application(rung.application, lanes.application))
    return tuple(line)


def _wire(side: Side | None, width: int) -> list[Part]:
    if side is None:
        return [Part(" " * (width + 1))]
    label = side.label.fit(width - 4)
    arrow = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (width - 3 - columns_of(label))
    if side.sender == "client":
        arrow = f" {arrow}\N{RIGHTWARDS ARROW} "
        said = Part(f" {label}", _style(side.label, "client"))
        return [said, Part(arrow, "client")]
    said = Part(f"{label} ", _style(side.label, "server"))
    return [Part(f" \N{LEFTWARDS ARROW}{arrow} ", "server"), said]


def _application(side: Side, width: int) -> Part:
    mark = " "
    if side.has_arrow:
        received = side.sender == "server"
        mark = "\N{RIGHTWARDS ARROW}" if received else "\N{LEFTWARDS ARROW}"
    inward = side.sender == "server"
    origin: Style = "client" if inward else "server"
    return Part(f" {mark} {side.label.fit(width)}", _style(side.label, origin))


def _style(label: Label, origin: Style) -> Style:
    return "failed" if label.failed else origin
