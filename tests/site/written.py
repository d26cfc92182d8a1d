"""Notebooks that the tests write, and a count of the Python processes they start."""

import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

COUNTING = """\
import os, sys
with open(os.environ["STARTED"], "a") as started:
    print(os.getpid(), file=started)
"""


def write(path: Path, *sources: str, tags: dict[int, str] | None = None) -> Path:
    """Write a notebook: `# ...` is prose, all else code; `tags` by the cell's index."""
    cells = []
    for index, source in enumerate(sources):
        new = new_markdown_cell if source.startswith("# ") else new_code_cell
        tag = (tags or {}).get(index)
        metadata = {"tags": [tag]} if tag else {}
        cells.append(new(source, id=f"cell-{index}", metadata=metadata))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


class Started:
    """Counts the Python processes that begin while it is there, kernels included."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = directory / "started"
        self.log.touch()
        (directory / "sitecustomize.py").write_text(COUNTING)
        monkeypatch.setenv("STARTED", str(self.log))
        path = os.pathsep.join(
            [str(directory), *os.environ.get("PYTHONPATH", "").split()]
        )
        monkeypatch.setenv("PYTHONPATH", path)

    def count(self) -> int:
        """How many began since the last look."""
        number = len(self.log.read_text().splitlines())
        self.log.write_text("")
        return number
