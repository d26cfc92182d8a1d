"""Of notebooks/live.toml: the cells that can't run in a page, or show something else.

Tables `[[cannot]]`, `[[differs]]`, of what does not open in the playground `[[shut]]`
and of what the reader's browser does not do `[[stored]]`, each with `chapter`, `cells`
(a list of ids, or "all") and `reason`, a sentence for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from wslab.site.live.cells.entries import Entry, read_entries

ALL = "all"
KINDS = ("cannot", "differs", "shut", "stored")
KEYS = {"chapter", "cells", "reason"}


@dataclass(frozen=True)
class Exceptions:
    """Reasons by chapter and cell."""

    cannot: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why cells can't run in a page."""
    differs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why cells show something else in a page than in a kernel."""
    shut: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why what would open in the playground for cells does not."""
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why the reader's browser does not do what Chromium did in cells."""


def read_exceptions(notebooks: Path) -> Exceptions:
    """Read the file beside the notebooks of a directory; without one there are none.

    Raises:
        NotebookError: it is no TOML, has an entry that is none, or names a chapter or
            a code cell that is not there; the message names the entry.
    """
    found = Exceptions()
    for kind in KINDS:
        read_entries(notebooks, kind, KEYS, partial(_add, getattr(found, kind)))
    return found


def _add(reasons: dict[str, dict[str, str]], entry: Entry) -> None:
    """Add an entry's cells; raises ValueError for what is wrong with it."""
    reason, cells = entry.fields["reason"], entry.fields["cells"]
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("`reason` is no sentence")
    if cells != ALL and not isinstance(cells, list):
        raise ValueError(f'`cells` is neither a list of ids nor "{ALL}"')
    of_chapter = reasons.setdefault(entry.chapter, {})
    for cell in entry.there if cells == ALL else cells:
        entry.check(cell)
        if cell in of_chapter:
            told = f"the cell {cell!r} of {entry.chapter} has a reason already"
            raise ValueError(told)
        of_chapter[cell] = reason
