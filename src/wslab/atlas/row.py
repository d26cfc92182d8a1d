"""A measured row for a chapter: what each server does, with its date."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.frameworks.table import FRAMEWORKS
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.server import Server
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.store import load
from wslab.atlas.testclients.table import TESTCLIENTS, InMemory

Columns = Literal["servers", "test clients", "frameworks"]

KINDS: Mapping[Columns, Mapping[str, Server | InMemory]] = {
    "servers": SERVERS,
    "test clients": {"uvicorn": SERVERS["uvicorn"], **TESTCLIENTS},
    "frameworks": FRAMEWORKS,
}
"""The columns that a row may show, by their names, in the order of a table."""

HEADS: Mapping[Columns, str] = {
    "servers": "Server",
    "test clients": "Server or test client",
    "frameworks": "Framework",
}
"""What the first column of such a table is called."""


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """What each server, test client or framework does in one scenario.

    A notebook displays it as a table, the reader's own default first; `str()` is the
    same table as text. `on(server)` is for asserts.
    """

    scenario: str
    asks: str
    cells: Mapping[str, Cell]
    columns: Columns = "servers"

    def on(self, server: str) -> Outcome:
        """Return what a column does, most often if it varies.

        Raises:
            LookupError: The scenario was not measured there; the text says why.
        """
        cell = self.cells.get(server)
        if cell is None:
            known = ", ".join(self.cells)
            raise LookupError(f"{self.scenario}: no {server!r} among {known}")
        if cell.usual is None:
            raise LookupError(f"{self.scenario} on {server}: {cell.without}")
        return cell.usual

    def __str__(self) -> str:
        rows = [tuple(head.lower() for head in self._heads()), *self._rows()]
        first, second, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"{a:{first}}  {b:{second}}  {c}".rstrip() for a, b, c in rows]
        return "\n".join([self.asks, "", *lines, "", self._footnote()])

    def _heads(self) -> tuple[str, str, str]:
        return HEADS[self.columns], "The client sees", "The application"

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (title(column, self.cells[name]), *_said(self.cells[name]))
            for name, column in KINDS[self.columns].items()
            if name in self.cells
        ]

    def _footnote(self) -> str:
        dates = sorted({cell.date for cell in self.cells.values()})
        pythons = sorted({cell.python for cell in self.cells.values()})
        when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        return f"Measured {when} on Python {', '.join(pythons)}."

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[Literal["text/html", "text/plain"], str]:
        head = "".join(f'<th scope="col">{name}</th>' for name in self._heads())
        body = "".join(
            f'<tr><th scope="row">{html.escape(a)}</th>'
            f"<td>{html.escape(b)}</td><td>{html.escape(c)}</td></tr>"
            for a, b, c in self._rows()
        )
        caption = f"{SCENARIOS[self.scenario].question} {self._footnote()}"
        table = (
            f'<div class="wslab-measured"><table><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        return {"text/html": table, "text/plain": str(self)}


def measured(scenario: str, columns: Columns = "servers") -> MeasuredRow:
    """Return what each server does in a scenario, from the stored data.

    Args:
        scenario: The name of the scenario.
        columns: "servers", or "test clients" for what tests in memory show of the same
            application, with uvicorn's default for comparison, or "frameworks" for what
            each framework does on uvicorn.

    Example:
        ```python
        from wslab.atlas import measured

        row = measured("handler-returns")
        assert row.on("uvicorn").client[-1] == "FIN"

        row = measured("handler-returns", columns="test clients")
        assert row.on("wslab-testing").client[-1] == "close 1006"
        ```

    Raises:
        LookupError: There is no such scenario, no such kind, or the scenario was
            measured on none of its columns.
    """
    known = SCENARIOS.get(scenario)
    if known is None:
        raise LookupError(f"no scenario is called {scenario!r}")
    if columns not in KINDS:
        raise LookupError(f"no columns are called {columns!r}, only {', '.join(KINDS)}")
    stored = load(scenario)
    cells = {name: cell for name, cell in stored.items() if name in KINDS[columns]}
    if not cells:
        kinds = [kind for kind, own in KINDS.items() if own.keys() & stored.keys()]
        asked = " or ".join(f'columns="{kind}"' for kind in kinds)
        raise LookupError(f"{scenario} was not measured on {columns}: ask for {asked}")
    return MeasuredRow(scenario, known.asks, cells, columns)


def title(column: Server | InMemory, cell: Cell) -> str:
    """Return a column's title with the version of its own package, if it has one."""
    if column is FRAMEWORKS["asgi"]:
        return column.title
    return f"{column.title} {cell.versions[column.packages[0]]}"


def _said(cell: Cell) -> tuple[str, str]:
    """Return both views in a line each."""
    if cell.usual is None:
        return cell.without, ""
    varies = f" (in {cell.usual.count} of {_runs(cell)} runs)" if cell.varies else ""
    return "; ".join(cell.usual.client) + varies, "; ".join(cell.usual.application)


def _runs(cell: Cell) -> int:
    return sum(outcome.count for outcome in cell.outcomes)
