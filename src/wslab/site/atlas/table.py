"""A table of the atlas: scenarios by columns, with the form that filters it."""

from __future__ import annotations

from html import escape

from wslab.atlas.columns import Listed
from wslab.site.atlas.book import Book, Row
from wslab.site.atlas.cells import table_cell

VIEWS = {"both": "both", "client": "the client's", "application": "the application's"}


def table(book: Book, kind: str, base: str) -> str:
    """Return the table of one kind of columns.

    Args:
        book: All rows.
        kind: As in `wslab.atlas.columns.KINDS`.
        base: From the page's address to the atlas's, "" or ending in "/".
    """
    columns = book.columns(kind)
    heads = "".join(_head(book, kind, it) for it in columns)
    groups = "\n".join(
        _group(
            group, len(columns), heads, [_row(it, kind, columns, base) for it in rows]
        )
        for group, rows in book.groups(kind)
    )
    return f"""\
{_filters(book, kind)}
<div class="wa-scroll" tabindex="0" role="region" aria-label="The atlas"
 data-base="{base}">
{groups}</div>
<script src="{base}../scripts/atlas.js" defer></script>
"""


def _head(book: Book, kind: str, column: Listed) -> str:
    title = f"<span>{escape(column.title)}</span>"
    if kind == "servers":
        title = f'<a href="servers/{column.name}/">{escape(column.title)}</a>'
    version = escape(book.versions(column))
    return (
        f'<th scope="col" data-server="{column.name}">{title}'
        f"<small>{version}</small></th>"
    )


def _filters(book: Book, kind: str) -> str:
    """Return the form that the script of the page shows and obeys."""
    groups = "".join(
        f'<option value="{name}">{name}</option>' for name, _ in book.groups(kind)
    )
    columns = "".join(
        f'<label><input type="checkbox" name="servers" value="{it.name}" checked> '
        f"{escape(it.title)}</label>"
        for it in book.columns(kind)
    )
    views = "".join(
        f'<label><input type="radio" name="view" value="{value}"'
        f"{' checked' if value == 'both' else ''}> {title}</label>"
        for value, title in VIEWS.items()
    )
    return f"""\
<form class="wa-filters" data-kind="{kind}" hidden>
<label>Find <input type="search" name="find" placeholder="close 1011"></label>
<label>Group <select name="group"><option value="">all</option>{groups}</select></label>
<fieldset><legend>View</legend>{views}</fieldset>
<label><input type="checkbox" name="differing" value="1"> only where they differ</label>
<details><summary>{kind.capitalize()}</summary><fieldset>{columns}</fieldset></details>
<p><output aria-live="polite"></output> <button type="reset">Show all</button></p>
</form>"""


def _group(group: str, columns: int, heads: str, rows: list[str]) -> str:
    """Return a group's table: one that is out of sight need not be laid out."""
    return (
        f'<section style="--wa-columns: {columns}; --wa-rows: {len(rows)}">'
        f'<table class="wa-table" data-group="{group}"><thead><tr>'
        f'<th scope="col">{group}</th>{heads}</tr></thead>\n'
        f"<tbody>{''.join(rows)}</tbody></table></section>"
    )


def _row(row: Row, kind: str, columns: list[Listed], base: str) -> str:
    name = row.scenario.name
    address = f"{base}{name}/"
    cells = "".join(table_cell(row, kind, it.name, address) for it in columns)
    return (
        f'<tr id="{name}"><th scope="row" title="{escape(row.scenario.asks)}">'
        f'<a href="{address}">{name}</a></th>{cells}</tr>\n'
    )
