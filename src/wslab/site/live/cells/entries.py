"""notebooks/live.toml: what is said there of chapters' cells, entry by entry.

`exceptions` and `clients` say what entries there are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from wslab.site.notebooks import (
    NotebookError,
    code_cells,
    find_notebooks,
    read_notebook,
)
from wslab.site.project import EXCEPTIONS

KINDS = ("cannot", "differs", "shut", "stored", "client")


@dataclass(frozen=True)
class Entry:
    """One entry, of a chapter that is there.

    Attributes:
        chapter: the file's stem.
        there: the ids of the chapter's code cells.
        fields: all that the entry has.
    """

    chapter: str
    there: Sequence[str]
    fields: Mapping[str, Any]

    def check(self, cell: object) -> None:
        """Raise ValueError unless the chapter has this code cell."""
        if cell not in self.there:
            near = _near(cell, self.there)
            raise ValueError(f"no code cell {cell!r} in {self.chapter}{near}")


def read_entries(
    notebooks: Path, kind: str, keys: set[str], add: Callable[[Entry], None]
) -> None:
    """Read the entries of one kind beside the notebooks of a directory.

    Args:
        notebooks: the directory; without the file there are none.
        kind: one of `KINDS`.
        keys: what an entry has, `chapter` among them.
        add: gets each entry, and raises ValueError for what is wrong with it.

    Raises:
        NotebookError: it is no TOML, or has an entry that is none; the message names
            the entry.
    """
    path = notebooks / EXCEPTIONS
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except tomllib.TOMLDecodeError as error:
        raise NotebookError(f"{path}: {error}") from None
    if unknown := tables.keys() - set(KINDS):
        raise NotebookError(f"{path}: {min(unknown)!r} is none of {', '.join(KINDS)}")
    chapters = {it.stem: it for it in find_notebooks(notebooks)}
    there = cache(_ids)  # a chapter has many entries
    for number, fields in enumerate(tables.get(kind, ()), 1):
        try:
            chapter = _chapter(fields, keys, chapters)
            add(Entry(chapter, there(chapters[chapter]), fields))
        except ValueError as error:
            raise NotebookError(f"{path}, [[{kind}]] {number}: {error}") from None


def _chapter(fields: Any, keys: set[str], chapters: Collection[str]) -> str:
    if not isinstance(fields, dict) or fields.keys() != keys:
        raise ValueError(f"an entry has {', '.join(sorted(keys))}, and nothing else")
    chapter = str(fields["chapter"])
    if chapter not in chapters:
        raise ValueError(f"no chapter {chapter!r}{_near(chapter, list(chapters))}")
    return chapter


def _ids(path: Path) -> list[str]:
    return [str(cell.id) for _, cell in code_cells(read_notebook(path))]


def _near(name: object, known: Sequence[str]) -> str:
    near = get_close_matches(str(name), known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
