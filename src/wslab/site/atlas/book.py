"""The atlas as the site shows it: stored rows beside their scenarios."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from wslab.atlas import store
from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.columns import KINDS, Listed
from wslab.atlas.history.history import History, histories
from wslab.atlas.http2 import as_over_tcp
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.testclients.table import TESTCLIENTS
from wslab.atlas.verdict import cell_conforms

Views = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """A scenario with its stored cells, by the names of their columns.

    `history` is what earlier releases of uvicorn did, None if that was not measured.
    """

    scenario: Scenario
    cells: dict[str, Cell]
    history: History | None = None

    def conforms(self, column: str) -> bool | None:
        """Return whether a column does what the section demands; None for no demand.

        A test client is no server and has no wire. Of it that alone is demanded which
        ASGI says of the application's side.
        """
        rule, source = self.scenario.rule, self.scenario.source
        wire = rule is not None and (rule.client or not source.startswith("ASGI"))
        if wire and column in TESTCLIENTS:
            return None
        return cell_conforms(self.scenario, self.cells[column])

    def usual(self, kind: str) -> Views | None:
        """Return what most columns of a kind do; None where no two of them agree."""
        for views, count in Counter(self._views(kind)).most_common(1):
            if count > 1:
                return views
        return None

    def differs(self, kind: str) -> bool:
        """Return whether the columns of a kind differ in either view."""
        return len(set(self._views(kind))) > 1

    def _views(self, kind: str) -> list[Views]:
        return [compared(it.usual) for it in self.of(kind).values() if it.usual]

    @property
    def kind(self) -> str:
        """The kind of columns that the scenario is asked of first."""
        return next(kind for kind in KINDS if self.of(kind))

    def of(self, kind: str) -> dict[str, Cell]:
        """Return the cells of one kind of columns, in their order."""
        return {name: self.cells[name] for name in KINDS[kind] if name in self.cells}


def compared(outcome: Outcome) -> Views:
    """Return both views as they are compared: those of HTTP/2 as HTTP/1.1 says it."""
    return as_over_tcp(outcome).views


class Book:
    """All rows that are stored, in the order of the scenarios."""

    def __init__(self) -> None:
        stored = set(store.names())
        past = histories()
        self.rows = [
            Row(scenario, store.load(scenario.name), past.get(scenario.name))
            for scenario in SCENARIOS.in_order()
            if scenario.name in stored
        ]
        self._columns: defaultdict[str, list[Cell]] = defaultdict(list)
        for row in self.rows:
            for column, cell in row.cells.items():
                self._columns[column].append(cell)

    def groups(self, kind: str) -> Iterator[tuple[str, list[Row]]]:
        """Yield each group with the rows that have cells of a kind."""
        known = [row for row in self.rows if row.of(kind)]
        for group, rows in groupby(known, lambda row: row.scenario.group):
            yield group, list(rows)

    def columns(self, kind: str) -> list[Listed]:
        """Return the columns of a kind of which anything is stored."""
        return [it for it in KINDS[kind].values() if self.cells(it.name)]

    def cells(self, column: str) -> list[Cell]:
        """Return all cells of a column."""
        return self._columns[column]

    def titled(self, column: Listed) -> str:
        """Return a column's title with the versions that were measured."""
        return f"{column.title} {self.versions(column)}".strip()

    def versions(self, column: Listed) -> str:
        """Return which versions of a column's own package were measured."""
        package = "".join(column.packages[:1])
        found = {cell.versions.get(package, "") for cell in self.cells(column.name)}
        return ", ".join(sorted(found))

    def among_servers(self) -> list[Row]:
        """Return the rows that servers have cells in."""
        return [row for row in self.rows if row.of("servers")]

    @property
    def dates(self) -> str:
        """When the cells were measured."""
        found = sorted({c.date for row in self.rows for c in row.cells.values()})
        return found[0] if len(found) < 2 else f"{found[0]} to {found[-1]}"
