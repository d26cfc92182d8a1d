"""The page of a server: where it departs from a section, and from what most do."""

from __future__ import annotations

from html import escape

from wslab.atlas.columns import Listed
from wslab.atlas.scenario import Options
from wslab.atlas.servers.server import Server
from wslab.atlas.servers.table import SERVERS
from wslab.site.atlas import history
from wslab.site.atlas.book import Book, Row, compared


def server_page(book: Book, server: Listed, hole: str) -> tuple[str, str]:
    """Return the page's Markdown, with `hole` in it, and the HTML that goes there."""
    rows = [row for row in book.rows if server.name in row.cells]
    packages = rows[0].cells[server.name].versions
    versions = ", ".join(f"{name} {number}" for name, number in packages.items())
    failing = [row for row in rows if row.conforms(server.name) is False]
    odd = [row for row in rows if row not in failing and _is_odd(row, server.name)]
    parts = [("Where it does otherwise than most", odd)]
    for word, told in (("SHOULD",) * 2, ("", "definition"), ("MUST",) * 2):
        found = [row for row in failing if row.scenario.word == word]
        parts.insert(0, (f"Departures from a {told}", found))
    html = "".join(_section(title, found, server) for title, found in parts)
    markdown = f"""\
# {server.title}

Measured on {versions}, with the command `{_command(SERVERS[server.name])}`.
{_spoken(SERVERS[server.name])}{history.hint(server.name)}

{hole}
"""
    return markdown, html


def _is_odd(row: Row, name: str) -> bool:
    own, usual = row.cells[name].usual, row.usual("servers")
    return own is not None and usual is not None and compared(own) != usual


def _spoken(server: Server) -> str:
    """Say what the client speaks, where it is not HTTP/1.1."""
    if not server.http2:
        return ""
    return """\
The client speaks HTTP/2 to it, each WebSocket on a stream of a connection of its own
([RFC 8441](https://www.rfc-editor.org/rfc/rfc8441#section-5)), with prior knowledge,
without TLS."""


def _command(server: Server) -> str:
    more = server.arguments(Options()) or []
    return " ".join([server.module, *more, "module:app"])


def _section(title: str, rows: list[Row], server: Listed) -> str:
    anchor = title.lower().replace(" ", "-")
    entries = "".join(_entry(row, server.name) for row in rows)
    listed = f"<ul>{entries}</ul>" if rows else "<p>None was found.</p>"
    return f'<h2 id="{anchor}">{title} ({len(rows)})</h2>{listed}'


def _entry(row: Row, name: str) -> str:
    outcome = row.cells[name].usual
    assert outcome is not None
    scenario = row.scenario
    source = f" ({scenario.source})" if scenario.source else ""
    seen = "; ".join(outcome.client) or "nothing"
    return (
        f'<li><a href="../../{scenario.name}/#{name}">{scenario.name}</a>: '
        f"{scenario.question}{escape(source)} "
        f"The client sees <code>{escape(seen)}</code>.</li>"
    )
