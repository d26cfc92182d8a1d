"""The pages of the atlas, and the files that can be downloaded from them."""

from __future__ import annotations

import ast
import csv
import inspect
import io
import json
import textwrap
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from wslab.atlas import store
from wslab.atlas.acts import Act
from wslab.atlas.scenario import Application, Options
from wslab.atlas.servers.server import Server
from wslab.atlas.verdict import cell_conforms
from wslab.site.atlas.book import Book, Row
from wslab.site.atlas.cells import details, table_cell
from wslab.site.atlas.explorer import explorer_page

FOLDER = "atlas"

HOLE = "<!-- the atlas -->"
"""Where a page's Markdown leaves a place for its HTML."""


class AtlasPage(NamedTuple):
    """A page: its source address, its Markdown, and what goes into the hole there.

    Tables and ladders go into the finished page: a Markdown parser, the link checker
    and the search index would each read all of them, to leave them as they are.
    """

    uri: str
    markdown: str
    html: str = ""


def pages(book: Book) -> Iterator[AtlasPage]:
    """Yield each page."""
    yield AtlasPage(f"{FOLDER}/index.md", _index(book), _table(book))
    yield AtlasPage(f"{FOLDER}/explorer.md", explorer_page(book))
    for server in book.servers():
        uri = f"{FOLDER}/servers/{server.name}.md"
        yield AtlasPage(uri, *_server_page(book, server))
    for row in book.rows:
        uri = f"{FOLDER}/{row.scenario.name}.md"
        yield AtlasPage(uri, _scenario_page(row), _cells(book, row))


def downloads(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of each file that the pages link to."""
    yield f"{FOLDER}/atlas.csv", _csv(book)
    for row in book.rows:
        name = f"{row.scenario.name}.json"
        yield f"{FOLDER}/data/{name}", (store.DATA / name).read_text(encoding="utf-8")
    names = [row.scenario.name for row in book.rows]
    yield f"{FOLDER}/data/index.json", json.dumps(names)
    schema = store.DATA / "schema.json"
    yield f"{FOLDER}/data/schema.json", schema.read_text(encoding="utf-8")


def _index(book: Book) -> str:
    servers = len(book.servers())
    return f"""\
---
hide: [navigation, toc]
---

# The atlas

What a client and an application see of {servers} ASGI servers in {len(book.rows)}
situations, measured. In {book.agreeing} of them all servers agree. Each cell says what
the client sees and, below it, what the application does and gets; it opens as the
recorded ladder. A {_sign(True)} or {_sign(False)} says whether a server does what the
section of RFC 6455 or of ASGI demands, where one demands anything; a bar at the left
edge of a cell, that it does otherwise than most. Measured {book.dates}, each scenario
five times or more, every server at its default.

[What does my client see?](explorer.md) asks by what your application does;
[Check your server](../check-a-server.md) plays the scenarios against a server of yours.
[As CSV](atlas.csv), [as JSON](data/index.json) ([schema](data/schema.json)).

{HOLE}
"""


def _table(book: Book) -> str:
    servers = book.servers()
    heads = "".join(
        f'<th scope="col" data-server="{it.name}">'
        f'<a href="servers/{it.name}/">{escape(it.title)}</a>'
        f"<small>{escape(book.versions(it))}</small></th>"
        for it in servers
    )
    groups = "".join(_group(group, rows, servers) for group, rows in book.groups())
    return f"""\
{_filters(book)}
<div class="wa-scroll" tabindex="0" role="region" aria-label="The atlas">
<table class="wa-table"><thead><tr><th scope="col">Scenario</th>{heads}</tr></thead>
{groups}</table></div>
<script src="../scripts/atlas.js" defer></script>
"""


def _filters(book: Book) -> str:
    """Return the form that the script of the page shows and obeys."""
    groups = "".join(
        f'<option value="{name}">{name}</option>' for name, _ in book.groups()
    )
    servers = "".join(
        f'<label><input type="checkbox" name="servers" value="{it.name}" checked> '
        f"{escape(it.title)}</label>"
        for it in book.servers()
    )
    views = "".join(
        f'<label><input type="radio" name="view" value="{value}"'
        f"{' checked' if value == 'both' else ''}> {title}</label>"
        for value, title in VIEWS.items()
    )
    return f"""\
<form class="wa-filters" hidden>
<label>Find <input type="search" name="find" placeholder="close 1011"></label>
<label>Group <select name="group"><option value="">all</option>{groups}</select></label>
<fieldset><legend>View</legend>{views}</fieldset>
<label><input type="checkbox" name="differing" value="1"> only where they differ</label>
<details><summary>Servers</summary><fieldset>{servers}</fieldset></details>
<p><output aria-live="polite"></output> <button type="reset">Show all</button></p>
</form>"""


VIEWS = {"both": "both", "client": "the client's", "application": "the application's"}


def _sign(verdict: bool) -> str:
    return "\N{CHECK MARK}" if verdict else "\N{BALLOT X}"


def _group(group: str, rows: list[Row], servers: list[Server]) -> str:
    body = "".join(_table_row(row, servers) for row in rows)
    span = len(servers) + 1
    return (
        f'<tbody id="{group}" data-group="{group}"><tr class="wa-group">'
        f'<th colspan="{span}" scope="rowgroup">{group}</th></tr>{body}</tbody>'
    )


def _table_row(row: Row, servers: list[Server]) -> str:
    address = f"{row.scenario.name}/"
    cells = "".join(table_cell(row, it.name, address) for it in servers)
    asks = escape(row.scenario.asks)
    same = "" if row.differs else ' class="wa-same"'
    return (
        f'<tr id="{row.scenario.name}"{same}><th scope="row" title="{asks}">'
        f'<a href="{address}">{row.scenario.name}</a></th>{cells}</tr>\n'
    )


def _scenario_page(row: Row) -> str:
    scenario = row.scenario
    demands = "No section of RFC 6455 or of ASGI decides it."
    if scenario.source:
        word = f", with the word {scenario.word}" if scenario.word else ""
        demands = f"It is decided by {scenario.source}{word}."
    acts = "\n".join(f"1. `{_act(act)}`" for act in scenario.client)
    return f"""\
# {scenario.name}

{scenario.asks} {demands} {_tally(row)}

{HOLE}

## The application

```python
{source_of(scenario.app)}
```

## The client

{acts}

[The data](data/{scenario.name}.json) · [Back to the atlas](index.md)
"""


def _cells(book: Book, row: Row) -> str:
    titles = {it.name: f"{it.title} {book.versions(it)}" for it in book.servers()}
    return "\n".join(details(row, name, titles[name]) for name in row.servers)


def _tally(row: Row) -> str:
    """Say how many servers conform, or how many ways there are."""
    cells = row.servers.values()
    verdicts = [cell_conforms(row.scenario, cell) for cell in cells]
    if row.scenario.rule is not None:
        judged = [verdict for verdict in verdicts if verdict is not None]
        return f"{sum(judged)} of {len(judged)} servers do so."
    ways = len({cell.usual.views for cell in cells if cell.usual})
    if ways == 1:
        return "All servers do the same."
    return f"{len(row.servers)} servers do it in {ways} ways."


def _act(act: Act) -> str:
    """Return an act as the scenario's code has it, defaults left out."""
    default = type(act).__dataclass_fields__
    changed = [
        f"{name}={getattr(act, name)!r}"
        for name, it in default.items()
        if getattr(act, name) != it.default
    ]
    text = f"{type(act).__name__}({', '.join(changed)})"
    return text if len(text) <= 200 else f"{text[:199]}\N{HORIZONTAL ELLIPSIS}"


def source_of(app: Application) -> str:
    """Return the code of an application, without the decorator around it.

    What a factory has told it comes before it, as in "code = 1008".
    """
    lines = textwrap.dedent(inspect.getsource(app)).splitlines()
    (function,) = ast.parse("\n".join(lines)).body
    told = inspect.getclosurevars(app).nonlocals
    values = [f"{name} = {value!r}" for name, value in told.items()]
    return "\n".join(
        [*values, *([""] if values else []), *lines[function.lineno - 1 :]]
    )


def _server_page(book: Book, server: Server) -> tuple[str, str]:
    rows = [row for row in book.rows if server.name in row.cells]
    packages = rows[0].cells[server.name].versions
    versions = ", ".join(f"{name} {number}" for name, number in packages.items())
    failing = [
        row
        for row in rows
        if cell_conforms(row.scenario, row.cells[server.name]) is False
    ]
    odd = [row for row in rows if row not in failing and _is_odd(row, server.name)]
    parts = [("Where it does otherwise than most", odd)]
    for word in ("SHOULD", "MUST"):
        found = [row for row in failing if row.scenario.word == word]
        parts.insert(0, (f"Departures from a {word}", found))
    html = "".join(_section(title, found, server) for title, found in parts)
    markdown = f"""\
# {server.title}

Measured on {versions}, with the command `{_command(server)}`.

{HOLE}
"""
    return markdown, html


def _is_odd(row: Row, name: str) -> bool:
    usual = row.cells[name].usual
    return usual is not None and row.usual is not None and usual.views != row.usual


def _command(server: Server) -> str:
    more = server.arguments(Options()) or []
    return " ".join([server.module, *more, "module:app"])


def _section(title: str, rows: list[Row], server: Server) -> str:
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
        f"{escape(scenario.asks)}{escape(source)} "
        f"The client sees <code>{escape(seen)}</code>.</li>"
    )


def _csv(book: Book) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    heads = ("scenario", "group", "column", "version", "date", "runs", "of", "client")
    table.writerow((*heads, "application", "section", "word", "conforms"))
    for row in book.rows:
        for name, cell in row.cells.items():
            runs = sum(outcome.count for outcome in cell.outcomes)
            for outcome in cell.outcomes:
                verdict = cell_conforms(row.scenario, cell)
                table.writerow(
                    (
                        row.scenario.name,
                        row.scenario.group,
                        name,
                        next(iter(cell.versions.values())),
                        cell.date,
                        outcome.count,
                        runs,
                        "; ".join(outcome.client),
                        "; ".join(outcome.application),
                        row.scenario.source,
                        row.scenario.word,
                        {True: "yes", False: "no", None: ""}[verdict],
                    )
                )
    return text.getvalue()
