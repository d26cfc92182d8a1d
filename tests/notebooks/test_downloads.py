"""What a chapter offers for download runs: its notebook, and by uvicorn each app."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wslab.site.execution.cells import execute_cells
from wslab.site.execution.kernel import Kernel
from wslab.site.notebooks import read_notebook
from wslab.site.pages.downloads import applications, notebook_file

from .chapters import CHAPTERS, downloaded
from .conversations import CONVERSATIONS, greeting

STARTED = re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+)")
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


@dataclass
class Running:
    """A uvicorn process, and what it logs."""

    process: asyncio.subprocess.Process
    port: int = 0
    log: list[str] = field(default_factory=list)

    async def until_started(self) -> None:
        """Read the log up to the line that tells the port."""
        async for line in self._lines():
            if found := STARTED.search(line):
                self.port = int(found[1])
                return
        raise AssertionError("uvicorn did not start:\n" + "".join(self.log))

    async def rest(self) -> None:
        """Read the log to its end."""
        async for _ in self._lines():
            pass

    async def _lines(self) -> AsyncIterator[str]:
        assert self.process.stderr
        async for line in self.process.stderr:
            self.log.append(line.decode())
            yield self.log[-1]


@asynccontextmanager
async def uvicorn(directory: Path, name: str) -> AsyncIterator[Running]:
    """`uvicorn NAME:app` in a directory, until Ctrl-C."""
    command = (str(Path(sys.executable).with_name("uvicorn")), f"{name}:app")
    process = await asyncio.create_subprocess_exec(
        *command, "--port=0", cwd=directory, stderr=asyncio.subprocess.PIPE
    )
    running = Running(process)
    try:
        async with asyncio.timeout(60):
            await running.until_started()
        rest = asyncio.create_task(running.rest())
        yield running
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            await process.wait()
            await rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", WITH_BROWSER, ids=lambda path: path.stem)
async def test_each_notebook_with_a_browser_where_there_is_none(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The asserts hold of the results that it carries. (test_ways has all others.)"""
    monkeypatch.setenv("WSLAB_CHROMIUM", "a-browser-that-is-not-there")
    download = downloaded(path, tmp_path)
    async with Kernel(tmp_path) as kernel:
        await execute_cells(kernel, download, read_notebook(download), limit=60)


@pytest.mark.parametrize(("name", "text"), DOWNLOADS)
async def test_each_application(name: str, text: str, tmp_path: Path):
    module = name.removesuffix(".py")
    (tmp_path / name).write_text(text, encoding="utf-8")
    async with uvicorn(tmp_path, module) as running, asyncio.timeout(60):
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
        async with uvicorn(tmp_path, "broken"):
            pass
