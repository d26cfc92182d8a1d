"""The chapters that the tests of this directory run over."""

from pathlib import Path

import pytest

from wslab.site.notebooks import find_notebooks

ROOT = Path(__file__).parents[2]
CHAPTERS = find_notebooks(ROOT / "notebooks")

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
