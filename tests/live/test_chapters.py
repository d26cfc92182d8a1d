"""Chapters in a page: each cell shows what it shows in a kernel, or has its reason.

A fifth of the chapters each day; all with WSLAB_LIVE=all, as in the scheduled workflow.
"""

from pathlib import Path

import pytest

from wslab.site.live.assets import Assets
from wslab.site.notebooks import code_cells, read_notebook

from .chapters import (
    CHAPTERS,
    EXCEPTIONS,
    TAKEN,
    in_a_kernel,
    in_a_page,
    sources,
    told_apart,
)
from .page import opened


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", TAKEN, ids=lambda path: path.stem)
async def test_a_chapter_shows_what_it_shows_in_a_kernel(
    path: Path,
    assets: Assets,
    tmp_path_factory: pytest.TempPathFactory,
):
    async with opened(assets, sources(path)) as node:
        assert not node.waits  # whatever a browser may lack (JSPI)
        page, failures = await in_a_page(path, node)
    assert failures == {}
    assert told_apart(path, page, await in_a_kernel(path, tmp_path_factory)) == {}


def test_85_of_100_cells_run():
    cells = sum(len([*code_cells(read_notebook(it))]) for it in CHAPTERS)
    left_out = sum(map(len, EXCEPTIONS.cannot.values()))
    assert 1 - left_out / cells >= 0.85
