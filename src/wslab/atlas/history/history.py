"""Since when uvicorn's default does what it does, and which release changed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.diff import is_same
from wslab.atlas.history.records import DATA, load
from wslab.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive releases that do the same in a scenario.

    Attributes:
        since: The version of uvicorn from which on it is so.
        ended_by: The version that does otherwise; None if it is still so.
        cell: What they do: the outcomes of all of them, the most frequent first, and
            the versions, date and machine of the first.
    """

    since: str
    ended_by: str | None
    cell: Cell

    def __str__(self) -> str:
        if self.ended_by is None:
            return f"since {self.since}"
        return f"from {self.since}, before {self.ended_by}"


@dataclass(frozen=True)
class History:
    """What the releases of uvicorn do in one scenario, at their default.

    `cells` are by version, the oldest first; they have views and no recordings. A cell
    that varies is taken for the same as its neighbour as long as what either does most
    often has been seen of the other.
    """

    scenario: str
    cells: Mapping[str, Cell]

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The releases that do the same, the oldest first; one span if all do."""
        spans: list[Span] = []
        for release, cell in self.cells.items():
            if spans and is_same(spans[-1].cell, cell):
                last = spans.pop()
                spans.append(Span(last.since, None, _both(last.cell, cell)))
            else:
                spans[-1:] = [replace(it, ended_by=release) for it in spans[-1:]]
                spans.append(Span(release, None, cell))
        return tuple(spans)

    @property
    def changes(self) -> tuple[tuple[Span, Span], ...]:
        """Each change, the oldest first: what was before, and what came with it."""
        return tuple(pairwise(self.spans))

    @property
    def since(self) -> str | None:
        """The version from which on it is as it is now; None if it always was."""
        spans = self.spans
        return spans[-1].since if len(spans) > 1 else None

    @property
    def sentence(self) -> str:
        """Since when it is as it is now, and how much of the past was measured."""
        first, *_, last = self.spans[0].since, *self.cells
        measured = f"{len(self.cells)} releases measured, {first} to {last}"
        if self.since is None:
            return f"uvicorn's default does so in all {measured}."
        websockets = self.cells[self.since].versions["websockets"]
        return (
            f"uvicorn's default does so since {self.since} "
            f"(with websockets {websockets}), of the {measured}."
        )

    @property
    def earlier(self) -> list[tuple[Span, list[Difference]]]:
        """The spans that are over, the newest first, and how each differs from now."""
        *earlier, now = self.spans
        return [(span, differences(span.cell, now.cell)) for span in earlier[::-1]]

    def __str__(self) -> str:
        lines = [self.sentence]
        for span, found in self.earlier:
            lines += [f"  {span}, {it.side}: {it.was}" for it in found]
            lines += [] if found else [f"  {span}: as now"]
        return "\n".join(lines)


class Difference(NamedTuple):
    """What one side saw, and sees now, each in a line.

    The side is "the client" or "the application", or "the scenario" if it can't be had.
    """

    side: str
    was: str
    now: str


def differences(before: Cell, after: Cell) -> list[Difference]:
    """Return in what two cells differ; none if they tell of the same behaviour."""
    if is_same(before, after):
        return []
    old, new = before.usual, after.usual
    if old is None or new is None:
        was, now = (it.without or "measured" for it in (before, after))
        return [Difference("the scenario", was, now)]
    sides = {"the client": "client", "the application": "application"}
    return [
        Difference(side, _line(getattr(old, view)), _line(getattr(new, view)))
        for side, view in sides.items()
        if getattr(old, view) != getattr(new, view)
    ]


def history_of(scenario: str, path: Path = DATA) -> History:
    """Return what the measured releases of uvicorn do in a scenario.

    Example:
        ```python
        from wslab.atlas import history_of

        history = history_of("handler-returns")
        print(history)
        ```

    Raises:
        LookupError: No release was measured in that scenario.
    """
    cells = load(path).get(scenario)
    if not cells:
        raise LookupError(f"no release of uvicorn was measured in {scenario!r}")
    return History(scenario, cells)


def histories(path: Path = DATA) -> dict[str, History]:
    """Return all that is stored, by the names of the scenarios."""
    return {name: History(name, cells) for name, cells in load(path).items() if cells}


def _both(one: Cell, other: Cell) -> Cell:
    """Return a cell with the outcomes of both, and the rest of the first."""
    counts: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for outcome in (*one.outcomes, *other.outcomes):
        counts[outcome.views] += outcome.count
    merged = (Outcome(*views, Trace(()), n) for views, n in counts.most_common())
    return replace(one, outcomes=tuple(merged))


def _line(view: tuple[str, ...]) -> str:
    return "; ".join(view) or "nothing"
