"""Folding what repeats in a long ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wslab.trace.ladder.labels import row_key
from wslab.trace.ladder.order import Row
from wslab.trace.model import Frame, Head

LONGEST_PERIOD = 6
FEWEST_REPEATS = 5
SHOWN_REPEATS = 2


class Note(NamedTuple):
    """A row that says what is not shown."""

    text: str


def fold(rows: Sequence[Row]) -> list[Row | Note]:
    """The rows, with only the first two of five or more repeats shown.

    A group of up to six rows repeats where the kinds of its frames and events do; the
    note says whether their contents do as well.
    """
    shapes = [_shape(row) for row in rows]
    folded: list[Row | Note] = []
    start = 0
    while start < len(rows):
        period, repeats = _longest_repeat(shapes, start)
        end = start + period * repeats
        if repeats >= FEWEST_REPEATS:
            folded += rows[start : start + period * SHOWN_REPEATS]
            folded.append(Note(_note(rows[start:end], period, repeats)))
            start = end
        else:
            folded.append(rows[start])
            start += 1
    return folded


def _note(rows: Sequence[Row], period: int, repeats: int) -> str:
    group = [row_key(row) for row in rows[:period]]
    same = all(row_key(row) == group[i % period] for i, row in enumerate(rows))
    note = f"\N{MULTIPLICATION SIGN} {repeats - SHOWN_REPEATS} more"
    return note if same else f"{note} like these"


def _longest_repeat(shapes: Sequence[object], start: int) -> tuple[int, int]:
    """The period and the number of repeats that cover most rows from `start`."""
    best = (1, 1)
    for period in range(1, LONGEST_PERIOD + 1):
        end = start + period
        while shapes[end : end + period] == shapes[start : start + period]:
            end += period
        repeats = (end - start) // period
        if repeats >= FEWEST_REPEATS and end - start > best[0] * best[1]:
            best = period, repeats
    return best


def _shape(row: Row) -> object:
    """What is equal in rows that repeat, whatever their contents."""
    application = row.application and (row.application.type, row.application.sender)
    match row.wire:
        case Frame() as frame:
            return frame.sender, frame.opcode, frame.fin, frame.compressed, application
        case Head() as head:
            return head.sender, head.start, application
        case wire:
            return wire, application
