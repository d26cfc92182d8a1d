"""The pages of the atlas, and the files that can be downloaded from them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple

from wslab.atlas import store
from wslab.atlas.acts import Act, OfClient
from wslab.atlas.columns import KINDS
from wslab.atlas.history import records
from wslab.atlas.scenario import Options, Scenario
from wslab.site.atlas import history
from wslab.site.atlas.book import Book, Row, compared
from wslab.site.atlas.cells import details, sign
from wslab.site.atlas.explorer import explorer_page
from wslab.site.atlas.opening import link, opened, reason
from wslab.site.atlas.server import server_page
from wslab.site.atlas.source import source_of
from wslab.site.atlas.table import table

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
    yield AtlasPage(f"{FOLDER}/index.md", _index(book), table(book, "servers", ""))
    for kind in TOLD:
        uri = f"{FOLDER}/{kind.replace(' ', '')}.md"
        yield AtlasPage(uri, _other(book, kind), table(book, kind, "../"))
    yield AtlasPage(f"{FOLDER}/explorer.md", explorer_page(book))
    markdown, html = history.page(book)
    yield AtlasPage(f"{FOLDER}/history.md", f"{markdown}{HOLE}\n", html)
    for server in book.columns("servers"):
        uri = f"{FOLDER}/servers/{server.name}.md"
        yield AtlasPage(uri, *server_page(book, server, HOLE))
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
    for path in sorted(records.DATA.parent.glob("*.json")):
        yield f"{FOLDER}/data/history/{path.name}", path.read_text(encoding="utf-8")


def _index(book: Book) -> str:
    servers = len(book.columns("servers"))
    rows = book.among_servers()
    agreeing = sum(not row.differs("servers") for row in rows)
    return f"""\
---
hide: [navigation, toc]
---

# The atlas

What a client and an application see of {servers} ASGI servers in {len(rows)}
situations, measured. In {agreeing} of them all servers agree. Each cell says what
the client sees and, below it, what the application does and gets; it opens as the
recorded ladder. A {sign(True)} or {sign(False)} says whether a server does what the
section of RFC 6455 or of ASGI demands, where one demands anything; a bar at the left
edge of a cell, that it does otherwise than most. Measured {book.dates}, each scenario
five times or more, every server at its default but for the options that a scenario's
page names.

A column that says HTTP/2 has the same acts on a stream of HTTP/2 (RFC 8441): a 200
stands for the 101, END_STREAM for the FIN of TCP and RST_STREAM for its reset, which is
how cells are compared and judged. The end of the whole TCP connection ends no stream in
that reading, also where an idle time-out brings it after the close frames. What only
HTTP/1.1 can ask is left empty there.

Tables of their own: [test clients](testclients.md), [frameworks](frameworks.md);
and what [each release of uvicorn](history.md) changed.
[What does my client see?](explorer.md) asks by what your application does;
[Check your server](../check-a-server.md) plays the scenarios against a server of yours.
Where uvicorn in a page shows the same, a scenario opens in the
[playground](../playground/index.md), application and client, with the implementation of
its cell.
[As CSV](atlas.csv), [as JSON](data/index.json) ([schema](data/schema.json)).

{HOLE}
"""


def _other(book: Book, kind: str) -> str:
    return f"""\
---
hide: [navigation, toc]
---

# The atlas: {kind}

{TOLD[kind]} Each cell reads as in [the table of servers](index.md).

{HOLE}
"""


TOLD = {
    "test clients": """\
People take test clients for servers. They are none: what a test sees through one is
not always what a client sees of a server, nor can each of them say what a client can.
A scenario that a test client has no way to express says so. It is judged only by what
ASGI says of the application's side, since a test client has no wire.""",
    "frameworks": """\
The same questions to handlers, written as each framework's users would, on uvicorn at
its default; the first column is plain ASGI. A question that a framework has no way to
express says so. The cells of plain ASGI, wslab, Starlette and FastAPI open in the
playground; a page does not have the packages of the others.""",
}


def _scenario_page(row: Row) -> str:
    scenario = row.scenario
    demands = "No section of RFC 6455 or of ASGI decides it."
    if scenario.source:
        word = f", with the word {scenario.word}" if scenario.word else ""
        if scenario.rule and not scenario.word:
            word = ", which defines it"
        demands = f"It is decided by {scenario.source}{word}."
    acts = "\n".join(f"1. `{_act(act)}`" for act in scenario.client)
    return f"""\
# {scenario.name}

{scenario.asks}

{demands} {_tally(row)}
{{ data-search-exclude }}

{HOLE}

## The application {{ data-search-exclude }}

```python
{source_of(scenario.app)}
```

## The client {{ data-search-exclude }}

{acts}
{_options(scenario.options)}
{_opening(scenario)}
[The data](data/{scenario.name}.json) · [Back to the atlas](index.md)
"""


def _opening(scenario: Scenario) -> str:
    """Return a paragraph with the link to the playground, or why there is none."""
    project = opened(scenario)
    if project is None:
        return f"It does not open in the playground: {reason(scenario)}.\n"
    return f"{link(project)}, both of them, and run them there.\n"


def _options(options: Options) -> str:
    """Say what a server is told besides its default."""
    told = [f"`{name}={it}`" for name, it in asdict(options).items() if it is not None]
    if not told:
        return ""
    return f"\nThe server is told {', '.join(told)}, in its own words for them.\n"


def _cells(book: Book, row: Row) -> str:
    blocks = []
    for kind in KINDS:
        titles = {it.name: book.titled(it) for it in book.columns(kind)}
        cells = [
            details(row, name, titles[name], history.since(row, name))
            for name in row.of(kind)
        ]
        if cells and kind != row.kind:
            blocks.append(f"<h2>{kind.capitalize()}</h2>")
        blocks += cells
    if row.history is not None:
        blocks.append(history.section(row.history))
    return "\n".join(blocks)


def _tally(row: Row) -> str:
    """Say how many servers conform, or how many ways there are."""
    cells = row.of(row.kind).values()
    verdicts = [row.conforms(column) for column in row.of(row.kind)]
    if row.scenario.rule is not None:
        judged = [verdict for verdict in verdicts if verdict is not None]
        return f"{sum(judged)} of {len(judged)} {row.kind} do so."
    seen = [compared(cell.usual) for cell in cells if cell.usual]
    who = row.kind if len(seen) == len(cells) else f"{row.kind} that can be asked"
    if len(set(seen)) == 1:
        return f"All {who} do the same."
    return f"{len(seen)} {who} do it in {len(set(seen))} ways."


def _act(act: Act) -> str:
    """Return an act as the scenario's code has it, defaults left out."""
    default = type(act).__dataclass_fields__
    values = {name: getattr(act, name) for name in default}
    changed = [
        f"{name}={_act(value) if isinstance(value, OfClient) else repr(value)}"
        for name, value in values.items()
        if value != default[name].default
    ]
    text = f"{type(act).__name__}({', '.join(changed)})"
    return text if len(text) <= 200 else f"{text[:199]}\N{HORIZONTAL ELLIPSIS}"


def _csv(book: Book) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    heads = ("scenario", "group", "column", "version", "date", "runs", "of", "client")
    table.writerow((*heads, "application", "section", "word", "conforms"))
    for row in book.rows:
        for name, cell in row.cells.items():
            runs = sum(outcome.count for outcome in cell.outcomes)
            for outcome in cell.outcomes:
                verdict = row.conforms(name)
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
