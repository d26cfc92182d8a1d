"""A cell of the atlas in HTML: a few words, a mark, and the whole of it."""

from __future__ import annotations

from html import escape

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.scenario import Scenario
from wslab.atlas.verdict import application_words, client_words
from wslab.site.atlas.book import Row, compared
from wslab.site.atlas.opening import link, opened

MARKS = {True: ("ok", "\N{CHECK MARK}"), False: ("no", "\N{BALLOT X}")}
"""The class and the sign of a cell that conforms to its section, or does not."""


def table_cell(row: Row, kind: str, column: str, address: str) -> str:
    """Return a `td` that links to the cell's place on the scenario's page."""
    cell = row.cells.get(column)
    if cell is None:
        return "<td></td>"
    if cell.usual is None:
        return f'<td class="wa-none">{escape(cell.without)}</td>'
    mark, style = _mark(row, column)
    if (usual := row.usual(kind)) is not None and compared(cell.usual) != usual:
        style += " wa-odd"
    varies = '<span class="wa-varies">varies</span>' if cell.varies else ""
    return (
        f'<td class="{style.strip()}" data-views="{_numbers(row, kind, cell.usual)}">'
        f'{mark}<a href="{address}#{column}">'
        f'<span class="wa-client">{escape(client_words(cell.usual))}</span>'
        f'<span class="wa-app">{escape(application_words(cell.usual))}</span>'
        f"</a>{varies}</td>"
    )


def _numbers(row: Row, kind: str, outcome: Outcome) -> str:
    """Return a number for each view; in a row, equal ones stand for equal views."""
    seen = [compared(it.usual) for it in row.of(kind).values() if it.usual is not None]
    clients, applications = zip(*seen, strict=True)
    client, application = compared(outcome)
    return f"{clients.index(client)}.{applications.index(application)}"


def _mark(row: Row, column: str) -> tuple[str, str]:
    """Return the sign that says whether a cell conforms, and the class of the cell."""
    verdict = row.conforms(column)
    if verdict is None:
        return "", ""
    kind, sign = MARKS[verdict]
    told = said(row.scenario, verdict)
    return f'<span class="wa-mark" title="{escape(told)}">{sign}</span>', f"wa-{kind}"


def sign(verdict: bool) -> str:
    """Return the sign of a verdict."""
    return MARKS[verdict][1]


def said(scenario: Scenario, verdict: bool) -> str:
    """Return a verdict in words."""
    does = "as" if verdict else "not as"
    return f"{does} {scenario.says}"


def details(row: Row, column: str, title: str, more: str = "") -> str:
    """Return the whole of a cell: both views, each outcome's ladder, the versions.

    Args:
        row: The cell's row.
        column: The name of its column.
        title: The column's title.
        more: HTML that goes before the versions.
    """
    cell = row.cells[column]
    versions = ", ".join(f"{name} {number}" for name, number in cell.versions.items())
    where = f"{versions}; Python {cell.python}, {cell.machine}, {cell.date}"
    verdict = row.conforms(column)
    told = (
        "" if verdict is None else f" {MARKS[verdict][1]} {said(row.scenario, verdict)}"
    )
    body = "".join(_outcome(cell, outcome) for outcome in cell.outcomes)
    return (
        f'<details id="{column}" class="wa-cell">'
        f"<summary><strong>{escape(title)}</strong> "
        f"{escape(cell.without or client_words(cell.outcomes[0]))}"
        f'<span class="wa-verdict">{escape(told)}</span></summary>'
        f"<div>{body}{more}{_opening(row, column)}"
        f'<p class="wa-where">{escape(where)}</p></div>'
        "</details>"
    )


def _opening(row: Row, column: str) -> str:
    project = opened(row.scenario, column)
    return f"<p>{link(project)}</p>" if project else ""


def _outcome(cell: Cell, outcome: Outcome) -> str:
    ladder = outcome.trace._repr_mimebundle_()["text/html"]
    runs = sum(it.count for it in cell.outcomes)
    share = f"<p>In {outcome.count} of {runs} runs:</p>" if cell.varies else ""
    return (
        f'{share}<dl class="wa-views"><dt>The client sees</dt>'
        f"<dd>{_lines(outcome.client)}</dd><dt>The application</dt>"
        f"<dd>{_lines(outcome.application)}</dd></dl>{ladder}"
    )


def _lines(lines: tuple[str, ...]) -> str:
    return "<br>".join(f"<code>{escape(line)}</code>" for line in lines) or "nothing"
