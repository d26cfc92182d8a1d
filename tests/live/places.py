"""Where a page's Python can run suite.py: in Node, and in browsers' workers."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import async_playwright

import wslab.site.live.interpreter
from wslab.lab.chrome.browser import find_chromium
from wslab.site.live.node import find_node

from ..browser.conftest import PLAIN, Quiet, serving
from ..browser.firefox import started
from .conftest import ROOT

RUN = Path(wslab.site.live.interpreter.__file__).with_name("run.mjs")
SUITE = Path(__file__).with_name("suite.py")
PAGE, WORKER = SUITE.with_suffix(".html"), SUITE.with_suffix(".mjs")

Evaluate = Callable[[str], Awaitable[Any]]


@dataclass(frozen=True)
class Work:
    """What suite.py is to do.

    Attributes:
        pyodide: the folder of Pyodide.
        packages: the wheels and folders that the tests import, in the repository.
        arguments: which tests of which files.
    """

    pyodide: Path
    packages: tuple[Path, ...]
    arguments: tuple[str, ...]

    def command(self) -> list[str]:
        """Return all arguments of suite.py."""
        packages = (it.relative_to(ROOT).as_posix() for it in self.packages)
        return [*packages, "--", *self.arguments]

    def files(self) -> Iterator[Path]:
        """Yield what is read of the repository, folders too."""
        yield ROOT / "pyproject.toml"
        for folder in (ROOT / "src", ROOT / "tests"):
            found = folder.rglob("*")
            # This Python may be writing there, and the page's can't use it.
            yield from (it for it in found if it.parent.name != "__pycache__")
        for package in self.packages:
            yield from package.rglob("*") if package.is_dir() else (package,)

    def pack(self, archive: Path) -> None:
        """Write these files to an archive, as they lie in the repository."""
        with zipfile.ZipFile(archive, "w") as packed:
            for path in filter(Path.is_file, self.files()):
                packed.write(path, path.relative_to(ROOT))


async def in_node(work: Work, before: str) -> list[str]:
    """Run it in Node, some JavaScript before it; return the lines that it prints."""
    options = ("--import", f"data:text/javascript,{before}")
    process = await asyncio.create_subprocess_exec(
        *(*find_node().node, *options, RUN, work.pyodide, ROOT, SUITE, *work.command()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said.decode().splitlines()


async def in_browser(
    opened: Callable[[str], AbstractAsyncContextManager[Evaluate]],
    work: Work,
    before: str,
) -> list[str]:
    """Run it in a worker, as `in_node` does in Node.

    Args:
        opened: opens an address, gives what evaluates JavaScript there.
        work: what to do.
        before: what runs first in the worker.
    """
    lines: list[str | None] = []
    with served(work, before) as origin:
        async with opened(f"{origin}/{PAGE.name}") as evaluate:
            await evaluate(f"run({json.dumps(work.command())})")
            while None not in lines:
                lines += await evaluate("heard()")
    return [it for it in lines if it is not None]


@contextmanager
def served(work: Work, before: str) -> Iterator[str]:
    """Serve the page and all that its worker loads; gives the origin."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for path in (PAGE, SUITE):
            (folder / path.name).symlink_to(path)
        (folder / "pyodide").symlink_to(work.pyodide)
        (folder / WORKER.name).write_text(before + WORKER.read_text())
        work.pack(folder / "work.zip")
        with serving(partial(Quiet, directory=temporary)) as origin:
            yield origin


@asynccontextmanager
async def chromium(address: str) -> AsyncIterator[Evaluate]:
    """Open an address in Chromium."""
    async with async_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=find_chromium(), args=PLAIN
        )
        async with await launched as browser:
            page = await browser.new_page()
            await page.goto(address)
            yield page.evaluate


@asynccontextmanager
async def firefox(frontend: Path, address: str) -> AsyncIterator[Evaluate]:
    """Open an address in Firefox."""
    async with started(frontend) as browser:
        await browser.open(address)
        yield browser.evaluate
