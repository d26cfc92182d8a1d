"""Execute the cells of one notebook and judge what they did."""

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode

from wslab.site.execution import failure
from wslab.site.execution.failure import Failure
from wslab.site.execution.kernel import Kernel
from wslab.site.notebooks import RAISES, NotebookError, code_cells, tags
from wslab.site.project import find_root

_CELL_FILE = re.compile(r"/ipykernel_\d+/\d+\.py")

QUIET = logging.getLogger("wslab.execute")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False  # what nbclient logs, the failure explains


class CellFailed(Exception):
    """A notebook did not do what it says; `failure` explains it."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(str(failure))


async def execute_cells(
    kernel: Kernel,
    path: Path,
    notebook: NotebookNode,
    *,
    limit: float,
    on_cell: Callable[[int], None] = lambda number: None,
) -> None:
    """Execute the cells in a kernel, put their outputs in, and look for leaks.

    Args:
        kernel: has answered.
        path: the notebook's, for what is said of a failure.
        notebook: gets the outputs.
        limit: the seconds that one cell may take.
        on_cell: is called before each code cell with its number, from 1.

    Raises:
        CellFailed: a cell raises unexpectedly, does not raise where it is tagged to,
            takes too long or ends the kernel; or, after the last, a server, task,
            thread or process is left.
    """
    client = NotebookClient(notebook, km=kernel.manager, record_timing=False, log=QUIET)
    client.timeout_func = lambda cell: limit  # type: ignore[assignment]
    client.kc = kernel.client
    client.reset_execution_trackers()
    root = _root(path)
    for number, (index, cell) in enumerate(code_cells(notebook), 1):
        on_cell(number)
        await execute_cell(client, kernel, path, index, cell, limit)
        tidy(cell, root)
    if leaks := await kernel.leaks():
        raise CellFailed(Failure(path, f"after its last cell {'; '.join(leaks)}"))


async def execute_cell(
    client: NotebookClient,
    kernel: Kernel,
    path: Path,
    index: int,
    cell: NotebookNode,
    limit: float,
) -> None:
    """Execute one cell, at `index` among all cells from 0; see `execute_cells`."""
    found: Failure | None
    expected = RAISES in tags(cell)
    try:
        await client.async_execute_cell(cell, index)
    except CellTimeoutError:
        pending = await kernel.pending()
        stderr = failure.standard_error(cell)
        reason = f"the cell did not end within {limit:g} s"
        found = failure.of_cell(
            path, index, cell, reason, server=stderr, still_pending=pending
        )
        raise CellFailed(found) from None
    except DeadKernelError:
        words = kernel.last_words()
        found = failure.of_cell(path, index, cell, "the kernel died", last_words=words)
        raise CellFailed(found) from None
    except CellExecutionError:
        expected = False
    if found := failure.of_outputs(path, index, cell, expected):
        raise CellFailed(await _with_values(found, kernel))


async def _with_values(found: Failure, kernel: Kernel) -> Failure:
    """Add to the failure of an assert what it compared."""
    if found.line is None or not found.reason.startswith("AssertionError"):
        return found
    compared = await kernel.asserted(found.line)
    if not compared:
        return found
    return replace(found, details={"compared": compared, **found.details})


def _root(path: Path) -> Path:
    """Return the directory from which a page names files."""
    try:
        return find_root(path.parent)
    except NotebookError:
        return path.parent


def tidy(cell: NotebookNode, root: Path) -> None:
    """Take this machine's directories out of a cell's tracebacks and warnings."""
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = portable(output.text, root)
        elif output.output_type == "error":
            output.traceback = [portable(line, root) for line in output.traceback]


def portable(text: str, root: Path) -> str:
    """Return a text that names files from the project or from site-packages.

    It takes time in proportion to the text's length, however long its lines are.
    """
    home = str(Path.home())
    for entry in sorted({*sys.path, str(root)}, key=len, reverse=True):
        if len(entry) > 1:
            text = text.replace(f"{entry}/", "")
            # IPython writes the home directory so.
            if entry.startswith(f"{home}/"):
                text = text.replace(f"~{entry[len(home) :]}/", "")
    *before, rest = _CELL_FILE.split(text)
    return "".join(f"{_without_last_word(part)}cell" for part in before) + rest


def _without_last_word(text: str) -> str:
    """Return a text up to and with its last blank or quote."""
    return text[: max(map(text.rfind, " \t\n\"'")) + 1]
