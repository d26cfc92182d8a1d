"""Every chapter survives every way in which people run it, and leaves nothing.

What is run is what a chapter offers for download, where nothing else is.
"""

from pathlib import Path

import pytest

from wslab.site.execution.cells import CellFailed
from wslab.site.execution.kernel import Kernel

from .chapters import downloaded, each_chapter
from .ways import all_queued, in_order, interrupted

# Two cores may be shared; a hang is found by the limit of each cell.
patient = pytest.mark.timeout(400)


@patient
@each_chapter
async def test_all_cells_queued_interrupted_and_queued_again(
    path: Path, tmp_path: Path
):
    """As "Run all" has it in a new kernel, stopped and gone on with, and again.

    Builds execute cell by cell in a new kernel.
    """
    notebook = downloaded(path, tmp_path)
    async with Kernel(tmp_path) as kernel:
        replies, first = await interrupted(kernel, notebook)
        middle = len(replies) // 2
        assert replies[middle:] == ["error"] + ["aborted"] * (len(replies) - middle - 1)
        again = await all_queued(kernel, notebook)
        del again[middle]
        assert again == first


# The detectors themselves: each fault is one that only one of the ways brings out.


async def test_a_notebook_that_runs_only_once(write):
    path = write("assert 'seen' not in globals()\nseen = True")
    async with Kernel(path.parent) as kernel:
        await in_order(kernel, path)
        with pytest.raises(CellFailed, match="AssertionError"):
            await in_order(kernel, path)


async def test_a_notebook_that_prints_something_else_each_time(write):
    path = write("import os\nprint(os.urandom(4).hex())")
    async with Kernel(path.parent) as kernel:
        assert await in_order(kernel, path) != await all_queued(kernel, path)


async def test_a_notebook_that_hangs_when_it_is_queued(write):
    """nest_asyncio and ipykernel 7: cell by cell is well, a queue is not answered."""
    nest = "import asyncio, nest_asyncio\nnest_asyncio.apply()"
    path = write(nest, "asyncio.run(asyncio.sleep(0.1))", "1")
    async with Kernel(path.parent) as kernel:
        await in_order(kernel, path)
    async with Kernel(path.parent) as kernel:
        with pytest.raises(TimeoutError):
            await all_queued(kernel, path, limit=5)


async def test_a_server_that_a_queued_run_leaves(write):
    path = write("import socket\nserver = socket.create_server(('127.0.0.1', 0))")
    async with Kernel(path.parent) as kernel:
        with pytest.raises(CellFailed, match="a server still listens"):
            await all_queued(kernel, path)


async def test_a_notebook_that_an_interrupt_breaks(write):
    path = write("import sys", "1", "assert not hasattr(sys, 'last_value')")
    async with Kernel(path.parent) as kernel:
        await all_queued(kernel, path)
        with pytest.raises(CellFailed, match="cell 3 "):
            await interrupted(kernel, path)


async def test_a_notebook_that_does_not_run_again_after_an_interrupt(write):
    path = write("assert 'seen' not in globals()", "2", "seen = True")
    async with Kernel(path.parent) as kernel:
        replies, shown = await interrupted(kernel, path)
        assert replies == ["ok", "error", "aborted"]
        assert shown == ["", ""]
        with pytest.raises(CellFailed, match="cell 1 "):
            await all_queued(kernel, path)
