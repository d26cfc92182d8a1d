"""A measured row for a chapter: what each server does, with its date."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.store import load


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """What each server does in one scenario.

    A notebook displays it as a table, the reader's own default first; `str()` is the
    same table as text. `on(server)` is for asserts.
    """

    scenario: str
    asks: str
    cells: Mapping[str, Cell]

    def on(self, server: str) -> Outcome:
        """Return what a server does, most often if it varies.

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
        rows = [("server", "the client sees", "the application"), *self._rows()]
        first, second, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"{a:{first}}  {b:{second}}  {c}".rstrip() for a, b, c in rows]
        return "\n".join([self.asks, "", *lines, "", self._footnote()])

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (title(name, self.cells[name]), *_said(self.cells[name]))
            for name in sorted(self.cells, key=list(SERVERS).index)
        ]

    def _footnote(self) -> str:
        dates = sorted({cell.date for cell in self.cells.values()})
        pythons = sorted({cell.python for cell in self.cells.values()})
        when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        return f"Measured {when} on Python {', '.join(pythons)}."

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[Literal["text/html", "text/plain"], str]:
        heads = ("Server", "The client sees", "The application")
        head = "".join(f'<th scope="col">{name}</th>' for name in heads)
        body = "".join(
            f'<tr><th scope="row">{html.escape(a)}</th>'
            f"<td>{html.escape(b)}</td><td>{html.escape(c)}</td></tr>"
            for a, b, c in self._rows()
        )
        caption = f"{html.escape(self.asks)} {self._footnote()}"
        table = (
            f'<div class="wslab-measured"><table><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        return {"text/html": table, "text/plain": str(self)}


def measured(scenario: str) -> MeasuredRow:
    """Return what each server does in a scenario, from the stored data.

    Example:
        ```python
        from wslab.atlas import measured

        row = measured("handler-returns")
        assert row.on("uvicorn").client[-1] == "FIN"
        ```

    Raises:
        LookupError: There is no such scenario, or no data of it.
    """
    known = SCENARIOS.get(scenario)
    if known is None:
        raise LookupError(f"no scenario is called {scenario!r}")
    cells = {name: cell for name, cell in load(scenario).items() if name in SERVERS}
    return MeasuredRow(scenario, known.asks, cells)


def title(name: str, cell: Cell) -> str:
    """Return a column's title with the version of its server."""
    server = SERVERS[name]
    return f"{server.title} {cell.versions[server.packages[0]]}"


def _said(cell: Cell) -> tuple[str, str]:
    """Return both views in a line each."""
    if cell.usual is None:
        return cell.without, ""
    varies = f" (in {cell.usual.count} of {_runs(cell)} runs)" if cell.varies else ""
    return "; ".join(cell.usual.client) + varies, "; ".join(cell.usual.application)


def _runs(cell: Cell) -> int:
    return sum(outcome.count for outcome in cell.outcomes)
