"""What opens in the playground of the chapters: each application with its client."""

from __future__ import annotations

import gc
import warnings
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from wslab.lab import serve
from wslab.site.live.assets import Assets
from wslab.site.live.cells.exceptions import Exceptions, read_exceptions
from wslab.site.live.cells.opening import openings
from wslab.site.notebooks import code_cells, find_notebooks, read_notebook

from .clients import run
from .page import opened

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = find_notebooks(NOTEBOOKS)
EXCEPTIONS = read_exceptions(NOTEBOOKS)

BLOCKS = "urlopen("
"""What a client has that blocks until its server answers: one thread has both."""

openings_of = cache(partial(openings, exceptions=EXCEPTIONS))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
async def test_what_opens_runs_and_somebody_connects(path):
    for cell, project in openings_of(path).items():
        if BLOCKS in project.client:
            continue
        names: dict[str, Any] = {"__name__": project.name}
        exec(project.application, names)
        async with serve(names["app"], port=8000, **project.options) as server:
            try:
                await run(project.client, names)
            except Exception as error:
                raise AssertionError(f"{cell} of {path.stem}") from error
            assert server.trace.connections, cell
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of files it has open
            names.clear()
            gc.collect()


async def test_what_opens_and_blocks_runs_in_a_page(assets: Assets):
    every = [it for path in CHAPTERS for it in openings_of(path).items()]
    blocking = [(cell, it) for cell, it in every if BLOCKS in it.client]
    assert blocking
    async with opened(assets, [it.application for _, it in blocking]) as page:
        for cell, it in blocking:
            sides = {"application": it.application, "client": it.client}
            page.say(type="play", run=cell, **sides, options=it.options)
            heard = [await page.hear()]
            while heard[-1]["type"] != "done":
                heard.append(await page.hear())
            assert heard[-1]["status"] == "ok", cell
            assert "trace" in {message["type"] for message in heard}


def test_a_chapter_opens_or_has_its_reason():
    found = [path for path in CHAPTERS if openings_of(path)]
    assert len(found) >= len(CHAPTERS) // 2
    for path in set(CHAPTERS) - set(found):
        cells = {it.id for _, it in code_cells(read_notebook(path))}
        runs = cells - EXCEPTIONS.cannot.get(path.stem, {}).keys()
        assert not runs or EXCEPTIONS.shut.get(path.stem), path.stem


def test_what_is_shut_would_open_without_its_reason_or_nothing_of_its_chapter_does():
    every = Exceptions(cannot=EXCEPTIONS.cannot)
    for path in CHAPTERS:
        would = openings(path, every).keys()
        shut = EXCEPTIONS.shut.get(path.stem, {}).keys()
        assert shut <= would or not would, path.stem
