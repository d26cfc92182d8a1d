"""The ways in which people run a notebook, on a real kernel.

`in_order` waits for each cell, as nbclient and a patient reader do. `all_queued` sends
every cell at once, as JupyterLab's "Run All" does, and may be interrupted in a cell.
"""

import asyncio
import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook, output_from_msg

from wslab.site.execution.cells import CellFailed, execute_cells, tidy
from wslab.site.execution.failure import Failure, of_outputs
from wslab.site.execution.kernel import Kernel
from wslab.site.notebooks import RAISES, code_cells, read_notebook, tags

LIMIT = 60.0  # seconds for one cell
SHOWN = {"stream", "display_data", "execute_result", "error"}
WAITING = "the cell waits to be interrupted"
# In short steps: a bare kernel sees an interrupt once its loop wakes (ipykernel 881).
WAIT = f"""
import asyncio
print({WAITING!r}, flush=True)
for _ in range(600):
    await asyncio.sleep(0.1)
"""


async def in_order(kernel: Kernel, path: Path) -> list[str]:
    """Execute cell by cell, with the checks of a build; the text of each cell."""
    notebook = read_notebook(path)
    await execute_cells(kernel, path, notebook, limit=LIMIT)
    return texts(notebook)


async def all_queued(kernel: Kernel, path: Path, limit: float = 2 * LIMIT) -> list[str]:
    """Execute with all cells queued at once, and the same checks."""
    notebook = read_notebook(path)
    async with asyncio.timeout(limit):
        await queue(kernel, notebook)
    check(path, code_cells(notebook))
    if leaks := await kernel.leaks():
        raise CellFailed(Failure(path, f"after its last cell {'; '.join(leaks)}"))
    return texts(notebook)


async def interrupted(kernel: Kernel, path: Path) -> tuple[list[str], list[str]]:
    """Queue all cells, interrupt the middle one while it waits, then queue the rest.

    Returns:
        The replies until the interrupt, and the text of each cell but the middle one.

    Raises:
        CellFailed: a cell before it or after it fails.
    """
    notebook = deepcopy(read_notebook(path))
    cells = list(code_cells(notebook))
    middle = len(cells) // 2
    cells[middle][1].source += WAIT
    replies = await queue(kernel, notebook, interrupt=True)
    rest = new_notebook(cells=[cell for _, cell in cells[middle + 1 :]])
    await queue(kernel, rest)
    del cells[middle]
    check(path, cells)
    return replies, texts(new_notebook(cells=[cell for _, cell in cells]))


def check(path: Path, cells: Iterable[tuple[int, NotebookNode]]) -> None:
    """Judge the outputs of cells, and have them name no place of this machine.

    Raises:
        CellFailed: one fails.
    """
    for index, cell in cells:
        if failure := of_outputs(path, index, cell, RAISES in tags(cell)):
            raise CellFailed(failure)
        tidy(cell, path.parent.parent)


async def queue(
    kernel: Kernel, notebook: NotebookNode, interrupt: bool = False
) -> list[str]:
    """Send every cell, then collect outputs until the last is done; each one's status.

    A cell that prints WAITING is interrupted if `interrupt` is set.
    """
    cells = {}
    for _, cell in code_cells(notebook):
        cell.outputs = []
        cells[send(kernel, cell)] = cell
    left = set(cells)
    while left:
        message = await kernel.client.get_iopub_msg(timeout=LIMIT)
        request = message["parent_header"].get("msg_id")
        if request not in cells:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind in SHOWN:
            add(cells[request], message)
        elif kind == "execute_input":
            cells[request].execution_count = content["execution_count"]
        elif kind == "status" and content["execution_state"] == "idle":
            left.discard(request)
        if interrupt and WAITING in content.get("text", ""):
            await kernel.manager.interrupt_kernel()
    return [await reply(kernel, request) for request in cells]


def send(kernel: Kernel, cell: NotebookNode) -> str:
    """Request a cell's execution as JupyterLab does, which names the cell."""
    content = {
        "code": cell.source,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": RAISES not in tags(cell),
    }
    session, metadata = kernel.client.session, {"cellId": cell.id}
    message = session.msg("execute_request", content, metadata=metadata)
    kernel.client.shell_channel.send(message)
    return str(message["header"]["msg_id"])


async def reply(kernel: Kernel, request: str) -> str:
    """The status in the reply to a request; replies come in the requests' order."""
    while True:
        message = await kernel.client.get_shell_msg(timeout=LIMIT)
        if message["parent_header"].get("msg_id") == request:
            return str(message["content"]["status"])


def add(cell: NotebookNode, message: dict[str, Any]) -> None:
    """Append an output, to the stream of the same name if there is one."""
    output = output_from_msg(message)
    for earlier in cell.outputs:
        if output.get("name") == earlier.get("name", ""):
            earlier.text += output.text
            return
    cell.outputs.append(output)


CHANGING = (
    (r"(127\.0\.0\.1|localhost)(:|', )\d+", r"\1\2PORT"),
    (r"0x[0-9a-f]{6,}", "ADDRESS"),
    (r"\b\d+(\.\d+)? ?(s|ms|µs|us|ns|seconds|milliseconds)\b", "TIME"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
    (r"(?i)(sec-websocket-(key|accept): ?).*", r"\1KEY"),
    (r"In ?\[\d+\]", "In [N]"),
    (r"\S*ipykernel_\d+/\d+\.py", "CELL"),
    (r"\bTask-\d+\b", "TASK"),
)


def texts(notebook: NotebookNode) -> list[str]:
    """The text under each code cell, with what no two runs share replaced.

    A cell tagged `varies` shows a measurement; it counts as one word.
    """
    return [
        "VARIES" if "varies" in tags(cell) else normalised(shown(cell))
        for _, cell in code_cells(notebook)
    ]


def shown(cell: NotebookNode) -> str:
    """The text outputs of a cell: standard output, standard error, then results."""
    order = sorted(cell.outputs, key=lambda it: it.get("name") != "stdout")
    return "\n".join(text_of(output) for output in order)


def text_of(output: NotebookNode) -> str:
    match output.output_type:
        case "stream":
            return str(output.text)
        case "error":
            return f"{output.ename}: {output.evalue}"
    return str(output.data.get("text/plain", ""))


def normalised(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text
