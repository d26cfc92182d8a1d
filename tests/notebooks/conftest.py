"""A notebook for a test."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of code cells into the test's directory."""

    def write(*sources: str) -> Path:
        path = tmp_path / "notebook.ipynb"
        cells = [new_code_cell(source) for source in sources]
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write
