"""Folding what repeats in a long ladder."""

from __future__ import annotations

from collections.abc import Sequence

from wslab.trace.ladder.rung import Note, Rung

LONGEST_PERIOD = 6
FEWEST_REPEATS = 5
SHOWN_REPEATS = 2


def fold(rungs: Sequence[Rung]) -> list[Rung | Note]:
    """Return the rungs, with only the first two of five or more repeats shown.

    A group of up to six rungs repeats where the kinds of its frames and events do; the
    note says whether their contents do as well.
    """
    shapes = [rung.shape for rung in rungs]
    folded: list[Rung | Note] = []
    start = 0
    while start < len(rungs):
        period, repeats = _longest_repeat(shapes, start)
        end = start + period * repeats
        if repeats >= FEWEST_REPEATS:
            folded += rungs[start : start + period * SHOWN_REPEATS]
            folded.append(Note(_note(rungs[start:end], period, repeats)))
            start = end
        else:
            folded.append(rungs[start])
            start += 1
    return folded


def _note(rungs: Sequence[Rung], period: int, repeats: int) -> str:
    same = all(r.said == rungs[i % period].said for i, r in enumerate(rungs))
    note = f"\N{MULTIPLICATION SIGN} {repeats - SHOWN_REPEATS} more"
    return note if same else f"{note} like these"


def _longest_repeat(shapes: Sequence[object], start: int) -> tuple[int, int]:
    """Return the period and the number of repeats that cover most from `start`."""
    best = (1, 1)
    for period in range(1, LONGEST_PERIOD + 1):
        end = start + period
        while shapes[end : end + period] == shapes[start : start + period]:
            end += period
        repeats = (end - start) // period
        if repeats >= FEWEST_REPEATS and end - start > best[0] * best[1]:
            best = period, repeats
    return best
