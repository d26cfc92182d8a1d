"""The chapters that the tests of this directory run over."""

from pathlib import Path

import pytest

from wslab.site.notebooks import find_notebooks, read_notebook
from wslab.site.pages.downloads import notebook_file

ROOT = Path(__file__).parents[2]
CHAPTERS = find_notebooks(ROOT / "notebooks")

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def downloaded(path: Path, directory: Path) -> Path:
    """Write what a chapter offers for download into a directory; its path."""
    download = directory / path.name
    download.write_text(notebook_file(read_notebook(path), path.parent), "utf-8")
    return download
