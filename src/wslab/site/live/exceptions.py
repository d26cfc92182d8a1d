"""notebooks/live.toml: the cells that can't run in a page, or show something else.

Tables `[[cannot]]`, `[[differs]]` and, of what does not open in the playground,
`[[shut]]`, each with `chapter`, `cells` (a list of ids, or "all") and `reason`, a
sentence for the reader.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from wslab.site.notebooks import (
    NotebookError,
    code_cells,
    find_notebooks,
    read_notebook,
)
from wslab.site.project import EXCEPTIONS

ALL = "all"
KINDS = ("cannot", "differs", "shut")
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


def read_exceptions(notebooks: Path) -> Exceptions:
    """Read the file beside the notebooks of a directory; without one there are none.

    Raises:
        NotebookError: it is no TOML, has an entry that is none, or names a chapter or
            a code cell that is not there; the message names the entry.
    """
    path = notebooks / EXCEPTIONS
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Exceptions()
    except tomllib.TOMLDecodeError as error:
        raise NotebookError(f"{path}: {error}") from None
    if unknown := tables.keys() - set(KINDS):
        raise NotebookError(f"{path}: {min(unknown)!r} is none of {', '.join(KINDS)}")
    chapters = {it.stem: list(_ids(it)) for it in find_notebooks(notebooks)}
    found = Exceptions()
    for kind in KINDS:
        for number, entry in enumerate(tables.get(kind, ()), 1):
            try:
                _add(getattr(found, kind), entry, chapters)
            except ValueError as error:
                raise NotebookError(f"{path}, [[{kind}]] {number}: {error}") from None
    return found


def _ids(path: Path) -> Iterator[str]:
    for _, cell in code_cells(read_notebook(path)):
        yield str(cell.id)


def _add(
    reasons: dict[str, dict[str, str]],
    entry: Any,
    chapters: Mapping[str, Sequence[str]],
) -> None:
    """Add an entry's cells; raises ValueError for what is wrong with it."""
    if not isinstance(entry, dict) or entry.keys() != KEYS:
        raise ValueError(f"an entry has {', '.join(sorted(KEYS))}, and nothing else")
    chapter, cells, reason = entry["chapter"], entry["cells"], entry["reason"]
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("`reason` is no sentence")
    if chapter not in chapters:
        raise ValueError(f"no chapter {chapter!r}{_near(chapter, chapters)}")
    there = chapters[chapter]
    if cells != ALL and not isinstance(cells, list):
        raise ValueError(f'`cells` is neither a list of ids nor "{ALL}"')
    for cell in there if cells == ALL else cells:
        if cell not in there:
            near = _near(cell, there)
            raise ValueError(f"no code cell {cell!r} in {chapter}{near}")
        if cell in reasons.setdefault(chapter, {}):
            raise ValueError(f"the cell {cell!r} of {chapter} has a reason already")
        reasons[chapter][cell] = reason


def _near(name: object, known: Mapping[str, object] | Sequence[str]) -> str:
    near = get_close_matches(str(name), list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
