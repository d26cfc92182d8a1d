"""What changed between two measurements, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.store import Row


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is not what it was. `str()` says what changed."""

    column: str
    scenario: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join([f"{self.scenario} on {self.column}", *self.words])


def changes(scenario: str, before: Row, after: Row) -> Iterator[Change]:
    """Yield what changed in a scenario's cells, for the columns that both have.

    A cell that varies is the same as long as what it does most often has been seen
    before: which of its outcomes comes how often is no behaviour.
    """
    for column in sorted(before.keys() & after.keys()):
        words = tuple(_words(before[column], after[column]))
        if words:
            yield Change(column, scenario, words)


def is_same(before: Cell, after: Cell) -> bool:
    """Return whether two cells tell of the same behaviour, as `changes` has it."""
    old, new = before.usual, after.usual
    if old is None or new is None:
        return before.without == after.without
    return _has(before, new) or _has(after, old)


def _words(before: Cell, after: Cell) -> Iterator[str]:
    if before.without != after.without:
        yield f"was {before.without or 'measured'}, is {after.without or 'measured'}"
    old, new = before.usual, after.usual
    if old is None or new is None or is_same(before, after):
        return
    for side in ("client", "application"):
        was, now = getattr(old, side), getattr(new, side)
        if was != now:
            yield f"the {side} saw    {'; '.join(was) or 'nothing'}"
            yield f"{'':{len(side) + 4}}now sees {'; '.join(now) or 'nothing'}"
    versions = [
        f"{name} {version} -> {after.versions.get(name, 'gone')}"
        for name, version in before.versions.items()
        if after.versions.get(name) != version
    ]
    if before.python != after.python:
        versions.append(f"Python {before.python} -> {after.python}")
    if versions:
        yield f"versions: {', '.join(versions)}"


def _has(cell: Cell, outcome: Outcome) -> bool:
    return any(outcome.views == known.views for known in cell.outcomes)
