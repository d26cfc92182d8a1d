"""Say in which cell a dead link is: MkDocs' warnings know only the page."""

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from wslab.site.execution.queue import Executed

_PAGES = logging.getLogger("mkdocs.structure.pages")
_DEAD = re.compile(r"'(?P<page>[^']+\.ipynb)' contains .*?link '(?P<link>[^']*)'")


class LinkCells(logging.Filter):
    """Adds to MkDocs' warning about a chapter's link the cells that hold it."""

    def __init__(self) -> None:
        super().__init__()
        self._chapters: Mapping[str, Executed] = {}

    def follow(self, chapters: Mapping[str, Executed]) -> None:
        """Add cells to warnings from now on; `chapters` by their page's source path."""
        self._chapters = chapters
        _PAGES.addFilter(self)

    def end(self) -> None:
        """Leave warnings as they are."""
        _PAGES.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the cells to a warning about a link, and let every record pass."""
        message = record.getMessage()
        dead = _DEAD.search(message)
        if dead and (chapter := self._chapters.get(dead["page"])):
            cells = [f"cell {it}" for it in _holding(chapter, dead["link"])]
            where = ", ".join([_place(chapter.path), *cells])
            record.msg, record.args = f"{message} ({where})", ()
        return True


def _holding(chapter: Executed, link: str) -> Iterator[int]:
    """Yield the numbers of the cells whose prose holds a link."""
    # As Markdown writes a target: followed by the end, or by a title.
    written = [f"{before}{link}{after}" for before in "(<:" for after in ") >"]
    written += [f": {link}", f'"{link}"']
    for number, cell in enumerate(chapter.notebook.cells, 1):
        source = str(cell.source).replace("(../site_src/", "(../")
        if cell.cell_type == "markdown" and any(it in source for it in written):
            yield number


def _place(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
