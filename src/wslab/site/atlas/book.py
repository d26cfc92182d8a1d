"""The atlas as the site shows it: stored rows beside their scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from wslab.atlas import store
from wslab.atlas.cell import Cell
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.server import Server
from wslab.atlas.servers.table import SERVERS


@dataclass(frozen=True)
class Row:
    """A scenario with its stored cells, by the names of their columns."""

    scenario: Scenario
    cells: dict[str, Cell]

    @cached_property
    def usual(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """What most of the servers do; None where no two of them agree."""
        seen = [it.usual.views for it in self.servers.values() if it.usual]
        for views, count in Counter(seen).most_common(1):
            if count > 1:
                return views
        return None

    @property
    def servers(self) -> dict[str, Cell]:
        """The cells of servers, in the order of the columns."""
        return {name: self.cells[name] for name in SERVERS if name in self.cells}

    @property
    def differs(self) -> bool:
        """Whether the servers differ in either view."""
        return len({it.usual.views for it in self.servers.values() if it.usual}) > 1


class Book:
    """All rows that are stored, in the order of the scenarios."""

    def __init__(self) -> None:
        stored = set(store.names())
        self.rows = [
            Row(scenario, store.load(scenario.name))
            for scenario in SCENARIOS.values()
            if scenario.name in stored
        ]

    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield each group with its rows."""
        for group, rows in groupby(self.rows, lambda row: row.scenario.group):
            yield group, list(rows)

    def servers(self) -> list[Server]:
        """Return the servers of which anything is stored."""
        return [it for it in SERVERS.values() if self.versions(it)]

    def versions(self, server: Server) -> str:
        """Return which versions of a server the cells were measured on."""
        package = server.packages[0]
        found = {
            row.cells[server.name].versions[package]
            for row in self.rows
            if server.name in row.cells
        }
        return ", ".join(sorted(found))

    @property
    def agreeing(self) -> int:
        """How many rows have the same views on every server."""
        return sum(not row.differs for row in self.rows)

    @property
    def dates(self) -> str:
        """When the cells were measured."""
        found = sorted({c.date for row in self.rows for c in row.cells.values()})
        return found[0] if len(found) < 2 else f"{found[0]} to {found[-1]}"
