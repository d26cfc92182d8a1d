"""Read notebooks and find them in a project."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

RAISES = "raises-exception"


class NotebookError(Exception):
    """What was asked for cannot be done with these notebooks; the message says why."""


def find_root(start: Path | None = None) -> Path:
    """The nearest directory at or above `start` that holds `mkdocs.yml`.

    Raises NotebookError where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for directory in (start, *start.parents):
        if (directory / "mkdocs.yml").is_file():
            return directory
    raise NotebookError(f"no mkdocs.yml in {start} or in a directory above it")


def find_notebooks(directory: Path) -> list[Path]:
    """The notebooks of a directory in reading order, which is that of their names."""
    return sorted(directory.glob("*.ipynb"))


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of format 4; raises NotebookError if it is not one."""
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise NotebookError(f"{path}: no such notebook") from None
    except Exception as error:
        raise NotebookError(f"{path}: not a notebook: {error}") from error
    assert isinstance(notebook, NotebookNode)
    return notebook


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The cells that a kernel executes, each with its index among all cells."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip():
            yield index, cell


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", ()))


def title(notebook: NotebookNode) -> str:
    """The text of the first heading of level one, or nothing."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source).splitlines()[0][2:].strip()
    return ""
