"""Read notebooks, and refuse what is none with a sentence that says why."""

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

RAISES = "raises-exception"
COVER = "cover"
TAGS = (
    RAISES,
    COVER,
    "collapse",
    "remove-cell",
    "remove-input",
    "remove-output",
    "solution",
    "varies",
)
"""The tags that mean something here, apart from `app:NAME.py` and rows like `F12`."""

ROW = re.compile(r"F\d{1,2}")
"""The tag of a cell that proves a row of site_src/promises.md."""

_OPEN_TAG = re.compile(rf"app:.*|{ROW.pattern}")


class NotebookError(Exception):
    """What was asked for cannot be done with these notebooks; the message says why."""


def find_notebooks(directory: Path) -> list[Path]:
    """Return the notebooks of a directory in reading order, that of their names."""
    return sorted(directory.glob("*.ipynb"))


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of nbformat 4.

    Raises:
        NotebookError: there is no such file, or it is no notebook of format 4, or
            the tags of a cell are no list of strings.
    """
    _check(path, _parsed(path))
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise NotebookError(f"{path}: not a notebook: {reason}") from error
    assert isinstance(notebook, NotebookNode)
    return notebook


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotebookError(f"{path}: no such notebook") from None
    except IsADirectoryError:
        raise NotebookError(f"{path}: a directory, not a notebook") from None
    except OSError as error:
        raise NotebookError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"{path}: not a notebook: {error}") from None


def _check(path: Path, content: Any) -> None:
    """Raise NotebookError unless parsed JSON has the outline of a notebook."""
    if not isinstance(content, dict) or "nbformat" not in content:
        raise NotebookError(f"{path}: not a notebook: it has no `nbformat`")
    if content["nbformat"] != 4:
        raise NotebookError(
            f"{path}: a notebook of format {content['nbformat']}, not 4; convert it: "
            f"jupyter nbconvert --to notebook --inplace {path.name}"
        )
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise NotebookError(f"{path}: not a notebook: its `cells` are no list")
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or not {"cell_type", "source"} <= cell.keys():
            raise NotebookError(
                f"{path}, cell {number}: not a cell: it has no `cell_type` or no "
                "`source`"
            )
        metadata = cell.get("metadata")
        found = metadata.get("tags", []) if isinstance(metadata, dict) else []
        if not isinstance(found, list) or not all(isinstance(it, str) for it in found):
            raise NotebookError(
                f"{path}, cell {number}: `tags` is {json.dumps(found)}, not a list of "
                "strings"
            )


def check_tags(path: Path, notebook: NotebookNode) -> None:
    """Raise NotebookError, with file and cell, for a tag that means nothing here."""
    for number, cell in enumerate(notebook.cells, 1):
        for tag in tags(cell):
            if tag in TAGS or _OPEN_TAG.fullmatch(tag):
                continue
            near = get_close_matches(tag, TAGS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f": {', '.join(TAGS)}"
            raise NotebookError(
                f"{path}, cell {number}: {tag!r} is none of the tags{hint}"
            )


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield the cells that a kernel executes, each with its index among all cells."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip():
            yield index, cell


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", ()))


def title(notebook: NotebookNode) -> str:
    """Return the text of the first heading of level one, or nothing."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source).splitlines()[0][2:].strip()
    return ""
