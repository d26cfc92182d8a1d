"""Of notebooks/live.toml: what a reader's browser opens below a cell.

Tables `[[client]]`, each with `chapter`, `cell` (an id), `server` (its name in the
notebook) and `pages`, a list of paths; and tables `[[script]]` with `script` (its name
in the notebook) and `path`, of the address that the script knows as `url`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wslab.site.live.cells.entries import Entry, read_entries

KEYS = {"chapter", "cell", "server"}


@dataclass(frozen=True)
class Client:
    """What a browser opens once a cell has run: frontend/src/live/clients.ts.

    Attributes:
        server: the server's name in the notebook.
        pages: paths with their queries, each for a frame of its own.
        script: the name of a script that runs in an empty page instead, with one path.
    """

    server: str
    pages: list[str]
    script: str = ""


def read_clients(notebooks: Path) -> dict[str, dict[str, Client]]:
    """Return by chapter and cell what is opened below it.

    Raises:
        NotebookError: as `read_entries` says, or an entry is wrong; the message names
            it.
    """
    found: dict[str, dict[str, Client]] = {}

    def add(entry: Entry, client: Client) -> None:
        cell = entry.fields["cell"]
        entry.check(cell)
        of_chapter = found.setdefault(entry.chapter, {})
        if cell in of_chapter:
            raise ValueError(f"the cell {cell!r} of {entry.chapter} opens some already")
        of_chapter[cell] = client

    def add_pages(entry: Entry) -> None:
        pages = entry.fields["pages"]
        if not isinstance(pages, list) or not pages or not all(map(_is_path, pages)):
            raise ValueError('`pages` is no list of paths, each with "/" in front')
        add(entry, Client(_name(entry, "server"), pages))

    def add_script(entry: Entry) -> None:
        path = entry.fields["path"]
        if not _is_path(path):
            raise ValueError('`path` is no path with "/" in front')
        add(entry, Client(_name(entry, "server"), [path], _name(entry, "script")))

    read_entries(notebooks, "client", KEYS | {"pages"}, add_pages)
    read_entries(notebooks, "script", KEYS | {"script", "path"}, add_script)
    return found


def _name(entry: Entry, key: str) -> str:
    name = entry.fields[key]
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"`{key}` is no name")
    return name


def _is_path(page: object) -> bool:
    return isinstance(page, str) and page.startswith("/")
