"""uvicorn's history in HTML: of one scenario, and release by release."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from wslab.atlas.history.history import Difference, History, Span, differences
from wslab.atlas.history.releases import RELEASES, Release
from wslab.site.atlas.book import Book, Row

COLUMN = "uvicorn"
"""The column whose past it is."""


def since(row: Row, column: str) -> str:
    """Return the line of a cell that says since when it is so; "" for other columns."""
    if row.history is None or column != COLUMN:
        return ""
    return f'<p class="wa-since">{escape(row.history.sentence)}</p>'


def hint(column: str) -> str:
    """Return the sentence, for a server's page, that leads to the page of releases."""
    if column != COLUMN:
        return ""
    return "What it did before: [release by release](../history.md).\n"


def section(history: History) -> str:
    """Return since when it is so, and what earlier releases did otherwise."""
    head = f'<h2 id="history">History</h2><p>{escape(history.sentence)}</p>'
    spans = "".join(_span(*it) for it in history.earlier)
    return f'{head}<dl class="wa-history">{spans}</dl>' if spans else head


def _span(span: Span, found: Iterable[Difference]) -> str:
    sides = [f"{it.side}: <code>{escape(it.was)}</code>" for it in found]
    varies = ["it varied; this was most frequent"] if span.cell.varies else []
    told = "<br>".join([*(sides or ["as now"]), *varies])
    return f"<dt>{span}</dt><dd>{told}</dd>"


def page(book: Book) -> tuple[str, str]:
    """Return the page of all releases: its Markdown, and what goes into its hole."""
    told = [row.history for row in book.rows if row.history is not None]
    cells = [cell for history in told for cell in history.cells.values()]
    runs = [sum(it.count for it in cell.outcomes) for cell in cells if cell.outcomes]
    steady = sum(history.since is None for history in told)
    hole = "".join(_release(it, told) for it in reversed(RELEASES))
    markdown = f"""\
---
hide: [toc]
---

# What each release of uvicorn changed

The last {len(RELEASES) - 1} releases of uvicorn that changed what its default does with
WebSockets, and the one before them, measured like the rest of [the atlas](index.md):
each in a virtual environment of its own, with httptools, uvloop, and the newest
websockets of its day, each scenario {min(runs)} times or more. In {steady} of
{len(told)} scenarios all of them do the same.
What varies from run to run is no change. Where websockets is another version than
before, a difference may be its own. [The data](data/history/uvicorn.json)
([schema](data/history/schema.json)).

"""
    return markdown, hole


def _release(release: Release, told: list[History]) -> str:
    entries = [
        _entry(history.scenario, before, after)
        for history in told
        for before, after in history.changes
        if after.since == release.uvicorn
    ]
    said = f"What changed, by scenario ({len(entries)}):" if entries else ""
    if not entries and release is not RELEASES[0]:
        said = "No scenario shows a difference."
    listed = f"<ul>{''.join(entries)}</ul>" if entries else ""
    return (
        f'<h2 id="{release.uvicorn.replace(".", "-")}">{release.uvicorn}</h2>'
        f"<p>{release.date}, measured with websockets {release.websockets}. "
        f"It {escape(release.matters)}. {said}</p>{listed}"
    )


def _entry(scenario: str, before: Span, after: Span) -> str:
    sides = "".join(
        f"<br>{it.side}: <code>{escape(it.was)}</code>, "
        f"now <code>{escape(it.now)}</code>"
        for it in differences(before.cell, after.cell)
    )
    return f'<li><a href="../{scenario}/#history">{scenario}</a>{sides}</li>'
