"""Of notebooks/live.toml: what a reader's browser opens below a cell.

Tables `[[client]]`, each with `chapter`, `cell` (an id), `server` (its name in the
notebook) and `pages`, a list of paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wslab.site.live.cells.entries import Entry, read_entries

KEYS = {"chapter", "cell", "server", "pages"}


@dataclass(frozen=True)
class Client:
    """What a browser opens once a cell has run: frontend/src/live/clients.ts.

    Attributes:
        server: the server's name in the notebook.
        pages: paths with their queries, each for a frame of its own.
    """

    server: str
    pages: list[str]


def read_clients(notebooks: Path) -> dict[str, dict[str, Client]]:
    """Return by chapter and cell what is opened below it.

    Raises:
        NotebookError: as `read_entries` says, or an entry is wrong; the message names
            it.
    """
    found: dict[str, dict[str, Client]] = {}

    def add(entry: Entry) -> None:
        cell, server, pages = (entry.fields[it] for it in ("cell", "server", "pages"))
        entry.check(cell)
        if not isinstance(server, str) or not server.isidentifier():
            raise ValueError("`server` is no name")
        if not isinstance(pages, list) or not pages or not all(map(_is_path, pages)):
            raise ValueError('`pages` is no list of paths, each with "/" in front')
        of_chapter = found.setdefault(entry.chapter, {})
        if cell in of_chapter:
            raise ValueError(f"the cell {cell!r} of {entry.chapter} opens some already")
        of_chapter[cell] = Client(server, pages)

    read_entries(notebooks, "client", KEYS, add)
    return found


def _is_path(page: object) -> bool:
    return isinstance(page, str) and page.startswith("/")
