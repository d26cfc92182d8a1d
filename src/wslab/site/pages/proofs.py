"""Which cells prove the rows that the site promises: `F12` and the like are tags."""

import re
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode

from wslab.site.notebooks import ROW, code_cells, tags, title
from wslab.site.pages.foot import source_uri

_HEADING = re.compile(r"^#{2,6} (.+?)(?: \{.*\})?$", re.MULTILINE)

MOST = 3
"""Links for one row; what comes first in the book stays."""


def rows(cell: NotebookNode) -> list[str]:
    """Return the rows that a cell proves."""
    return [tag for tag in tags(cell) if ROW.fullmatch(tag)]


def anchor(cell: NotebookNode) -> str:
    """Return the id of a cell on its page."""
    return f"cell-{cell.id}"


def proofs(chapters: Mapping[str, NotebookNode]) -> dict[str, str]:
    """Return for each row that is proven the links to its cells, as Markdown.

    A chapter's section is named once for a row.

    Args:
        chapters: notebooks by their names, in reading order.
    """
    found: dict[str, dict[str, str]] = {}
    for name, notebook in chapters.items():
        for cell, section in _sections(notebook):
            for row in rows(cell):
                place = f"{title(notebook)}, {section}" if section else title(notebook)
                link = f"[{_plain(place)}]({source_uri(name)}#{anchor(cell)})"
                found.setdefault(row, {}).setdefault(place, link)
    return {row: _told(links.values()) for row, links in found.items()}


def _sections(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """Yield each code cell with the heading above it."""
    section, last = "", 0
    for index, cell in code_cells(notebook):
        for prose in notebook.cells[last:index]:
            if prose.cell_type == "markdown":
                section = next(iter(_HEADING.findall(prose.source)[-1:]), section)
        last = index
        yield cell, section


def _told(links: Iterable[str]) -> str:
    shown = list(links)
    more = f" and {len(shown) - MOST} more" if len(shown) > MOST else ""
    return " · ".join(shown[:MOST]) + more


def _plain(text: str) -> str:
    """Return a heading as a link's text in a table."""
    return re.sub(r"[\[\]|]", "", text)
