"""What the cells of a chapter's download show, in a page and in a kernel."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from wslab.site.execution.cells import execute_cells
from wslab.site.execution.failure import of_outputs
from wslab.site.execution.kernel import Kernel
from wslab.site.live.cells.exceptions import read_exceptions
from wslab.site.notebooks import (
    RAISES,
    code_cells,
    find_notebooks,
    read_notebook,
    tags,
)
from wslab.site.pages.downloads import notebook_file

from ..conftest import FIFTH
from ..notebooks.ways import texts
from ..site.conftest import once, shared
from .page import Page

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = find_notebooks(NOTEBOOKS)
TAKEN = CHAPTERS if FIFTH == "all" else CHAPTERS[int(FIFTH) :: 5]
EXCEPTIONS = read_exceptions(NOTEBOOKS)
LIMIT = 60.0  # seconds for one cell

SCRIPTED = re.compile(r"\bawait browser\(")

VERSIONS = (
    # Which part of a line raised, and more lines of a long call, are told anew by each
    # version of Python.
    (r"(?m)^ *[~^]+ *\n", ""),
    (r"(?m)^    (?!File).*\n", "    CODE\n"),
    (r"(    CODE\n)+", "    CODE\n"),
    # Whether a program or a browser is there, and which, is the machine's matter.
    (r"\b(nginx|haproxy|redis|openssl|Chromium) \d[\d.]*", r"\1 N"),
    (r", a stored result: (not|no \w+ is) installed here", ""),
)


def sources(path: Path) -> list[str]:
    """Return the source of each cell of a chapter's download."""
    return [cell.source for _, cell in code_cells(download(path))]


def download(path: Path) -> NotebookNode:
    """Return a chapter as readers download it, with the results that it shows."""
    text = notebook_file(read_notebook(path), path.parent)
    notebook: NotebookNode = nbformat.reads(text, as_version=4)
    return notebook


async def in_a_kernel(path: Path, factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return each cell's text, executed in a kernel where nothing is, nor a browser.

    That is done once in a run of the tests.
    """

    def execute(directory: Path) -> None:
        kernel = directory / "kernel"
        kernel.mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WSLAB_CHROMIUM", "a-browser-that-is-not-there")
            shown = asyncio.run(_in_a_kernel(path, kernel))
        (directory / "shown.json").write_text(json.dumps(shown))

    directory = shared(factory) / "kernels" / path.stem
    made = await asyncio.to_thread(once, directory, execute)
    shown: dict[str, str] = json.loads((made / "shown.json").read_text())
    return shown


async def _in_a_kernel(path: Path, directory: Path) -> dict[str, str]:
    copy = directory / path.name
    copy.write_text(nbformat.writes(download(path)), encoding="utf-8")
    notebook = read_notebook(copy)
    async with Kernel(directory) as kernel:
        await execute_cells(kernel, copy, notebook, limit=LIMIT)
    for _, cell in code_cells(notebook):
        put(cell, cell.outputs)
    return by_cell(notebook)


async def in_a_page(path: Path, page: Page) -> tuple[dict[str, str], dict[str, str]]:
    """Return each cell's text in a page, and what went wrong in some of them.

    It is wrong, too, if the page does not get a script that Chromium ran, without a
    reason.

    Args:
        path: the chapter's.
        page: with Python and nothing else in it.
    """
    notebook = download(path)
    left_out = EXCEPTIONS.cannot.get(path.stem, {})
    stored = EXCEPTIONS.stored.get(path.stem, {})
    failures = {}
    for _, cell in code_cells(notebook):
        cell.outputs = []
        if cell.id in left_out:
            continue
        ran = await page.run(cell.source, cell.id)
        put(cell, ran.outputs)
        if failure := of_outputs(path, 0, cell, RAISES in tags(cell)):
            failures[cell.id] = failure.reason
        elif cell.id not in stored and SCRIPTED.search(cell.source) and not ran.scripts:
            failures[cell.id] = "the page did not get its script"
    return by_cell(notebook), failures


def told_apart(
    path: Path, page: dict[str, str], kernel: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Return the texts, in a page and in a kernel, of cells that differ for no reason.

    A cell that no longer differs, though a reason is given, is returned as well.
    """
    cannot = EXCEPTIONS.cannot.get(path.stem, {})
    differs = EXCEPTIONS.differs.get(path.stem, {})
    return {
        cell: (page[cell], kernel[cell])
        for cell in kernel.keys() - cannot.keys()
        if (page[cell] == kernel[cell]) == (cell in differs)
    }


def put(cell: NotebookNode, outputs: list[dict[str, Any]]) -> None:
    """Give a cell its outputs, texts of one stream joined."""
    cell.outputs = []
    for output in map(nbformat.from_dict, outputs):
        for earlier in cell.outputs:
            if output.output_type == "stream" and output.name == earlier.get("name"):
                earlier.text += output.text
                break
        else:
            cell.outputs.append(output)


def by_cell(notebook: NotebookNode) -> dict[str, str]:
    """Return the texts of a notebook's cells, with what no two runs share replaced."""
    ids = (cell.id for _, cell in code_cells(notebook))
    return dict(zip(ids, map(comparable, texts(notebook)), strict=True))


def comparable(text: str) -> str:
    for pattern, word in VERSIONS:
        text = re.sub(pattern, word, text)
    return text
