"""What a chapter offers for download runs: its notebook, and by uvicorn each app."""

import asyncio
from pathlib import Path

import pytest

from wslab.site.notebooks import read_notebook
from wslab.site.pages.downloads import applications, notebook_file

from ..live.chapters import in_a_kernel
from ..process import uvicorn
from .chapters import CHAPTERS
from .conversations import CONVERSATIONS, greeting

DOWNLOADS = [
    pytest.param(name, text, id=f"{path.stem}-{name}")
    for path in CHAPTERS
    for name, text in applications(read_notebook(path)).items()
]

WITH_BROWSER = [
    path
    for path in CHAPTERS
    if "carry(" in notebook_file(read_notebook(path), path.parent)
]
"""Chapters that carry stored results, which they are compared with or show."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", WITH_BROWSER, ids=lambda path: path.stem)
async def test_each_notebook_with_a_browser_where_there_is_none(
    path: Path, tmp_path_factory: pytest.TempPathFactory
):
    """The asserts hold of the results that it carries. (test_ways has all others.)"""
    assert await in_a_kernel(path, tmp_path_factory)


@pytest.mark.parametrize(("name", "text"), DOWNLOADS)
async def test_each_application(name: str, text: str, tmp_path: Path):
    module = name.removesuffix(".py")
    (tmp_path / name).write_text(text, encoding="utf-8")
    async with uvicorn(tmp_path, f"{module}:app") as running, asyncio.timeout(60):
        await CONVERSATIONS.get(module, greeting)(running.port)
    assert running.process.returncode == 0, "".join(running.log)


def test_names_are_unique():
    names = [name for path in CHAPTERS for name in applications(read_notebook(path))]
    assert len(names) == len(set(names))
    modules = {name.removesuffix(".py") for name in names}
    assert set(CONVERSATIONS) - modules == set(), "said to no application"


async def test_an_application_that_does_not_start(tmp_path: Path):
    (tmp_path / "broken.py").write_text("import missing_module\napp = None\n")
    with pytest.raises(AssertionError, match="missing_module"):
        async with uvicorn(tmp_path, "broken:app"):
            pass
