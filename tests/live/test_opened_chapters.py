"""What opens in the playground of the chapters: each application with its client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wslab.lab import serve
from wslab.site.live.cells.exceptions import Exceptions, read_exceptions
from wslab.site.live.cells.opening import openings
from wslab.site.notebooks import find_notebooks

from .clients import run

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = find_notebooks(NOTEBOOKS)
EXCEPTIONS = read_exceptions(NOTEBOOKS)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
async def test_what_opens_runs_and_somebody_connects(path):
    for cell, project in openings(path, EXCEPTIONS).items():
        names: dict[str, Any] = {"__name__": project.name}
        exec(project.application, names)
        async with serve(names["app"], port=8000, **project.options) as server:
            try:
                await run(project.client, names)
            except Exception as error:
                raise AssertionError(f"{cell} of {path.stem}") from error
            assert server.trace.connections, cell


def test_chapters_open():
    found = [path for path in CHAPTERS if openings(path, EXCEPTIONS)]
    assert len(found) >= len(CHAPTERS) // 4


def test_what_is_shut_would_open_without_its_reason():
    every = Exceptions(cannot=EXCEPTIONS.cannot)
    for path in CHAPTERS:
        shut = EXCEPTIONS.shut.get(path.stem, {})
        assert not shut or shut.keys() <= openings(path, every).keys()
