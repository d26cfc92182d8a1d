"""A cell of the atlas: what one server did in one scenario, each time it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wslab.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen, in the lines of `wslab.atlas.views`, and the recording of it."""

    client: tuple[str, ...]
    application: tuple[str, ...]
    trace: Trace
    count: int = 1

    @property
    def views(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Both views, which is what two runs are compared by."""
        return self.client, self.application


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcomes of one scenario on one server, the most frequent first.

    `outcomes` is empty where the scenario can't be had there, and `without` then says
    why in a few words. `versions`, `python`, `date` (ISO 8601) and `machine` say on
    what it was measured.
    """

    outcomes: tuple[Outcome, ...]
    versions: dict[str, str]
    python: str
    date: str
    machine: str
    without: str = ""

    @property
    def varies(self) -> bool:
        """Whether the runs differ."""
        return len(self.outcomes) > 1

    @property
    def usual(self) -> Outcome | None:
        """The most frequent outcome; None where there is none."""
        return self.outcomes[0] if self.outcomes else None


def counted(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Return the outcomes that differ, each once and with its count."""
    counts: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for outcome in outcomes:
        counts[outcome.views] += outcome.count
    first = {outcome.views: outcome for outcome in reversed(outcomes)}
    return tuple(
        Outcome(*views, first[views].trace, count)
        for views, count in counts.most_common()
    )


def joined(earlier: Cell, later: Cell) -> Cell:
    """Return what two measurements of one behaviour saw together.

    That is `earlier` where the later one saw nothing new, and `later` where they were
    made with other versions or on another Python, or one could not be made.
    """
    if not earlier.outcomes or not later.outcomes:
        return later
    if (earlier.versions, earlier.python) != (later.versions, later.python):
        return later
    outcomes = counted([*earlier.outcomes, *later.outcomes])
    if len(outcomes) == len(earlier.outcomes):
        return earlier
    return replace(later, outcomes=outcomes)
