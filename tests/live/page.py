"""A page's worker, under Node or in a browser, as a test talks to it."""

from __future__ import annotations

import ast
import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wslab.site.live.assets import Assets
from wslab.site.live.bundles import CORE
from wslab.site.live.node import find_node

SCRIPT = Path(__file__).with_name("page.mjs")
LONGEST_LINE = 64 * 1024 * 1024
JSPI = "--experimental-wasm-jspi"


@dataclass
class Ran:
    """A cell that has run: how it ended, and its outputs in nbformat's shape.

    `scripts` are those that it had the page run, which has done nothing.
    """

    status: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it wrote and showed, and its error."""
        return "".join(text_of(it) for it in self.outputs)

    @property
    def error(self) -> str:
        """What its exception says, "" without one."""
        values = (it["evalue"] for it in self.outputs if "evalue" in it)
        return next(values, "")


def text_of(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return "\n".join(output["traceback"]) + "\n"
    return str(output.get("text") or output["data"]["text/plain"])


class Page(ABC):
    """What the page says to its worker, and hears."""

    def __init__(self) -> None:
        self._count = 0

    async def run(self, source: str, cell: str = "cell") -> Ran:
        """Run a cell and wait for its end."""
        run = self.begin(source, cell)
        return await self.end(run)

    def begin(self, source: str, cell: str = "cell") -> str:
        """Have a cell run; return by what its messages are known."""
        self._count += 1
        self.say(type="run", run=str(self._count), cell=cell, source=source)
        return str(self._count)

    async def end(self, run: str) -> Ran:
        """Wait for the end of a run."""
        ran = Ran()
        while True:
            message = await self.hear()
            if message["type"] == "output" and message["run"] == run:
                ran.outputs.append(message["output"])
            elif message["type"] == "script":
                ran.scripts.append(message["source"])
                self.say(type="ended", script=message["script"])
            elif message["type"] == "done" and message["run"] == run:
                ran.status = message["status"]
                return ran

    @abstractmethod
    def say(self, **message: Any) -> None:
        """Send a message to the worker."""

    async def hear(self) -> dict[str, Any]:
        """Return the worker's next message; one that has failed is a failure."""
        message: dict[str, Any] = json.loads(await self.line())
        assert message["type"] != "failed", message["message"]
        return message

    @abstractmethod
    async def line(self) -> str | bytes:
        """Return the worker's next message, in JSON."""


class PageInNode(Page):
    """A page whose worker is a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__()
        self._process = process
        self.waits = False

    def say(self, **message: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def line(self) -> bytes:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        assert line, "the worker is gone"
        return line


@asynccontextmanager
async def opened(
    assets: Assets, sources: Iterable[str] = (), jspi: bool = False
) -> AsyncIterator[PageInNode]:
    """Load Python with the bundles that sources need."""
    node = [*find_node().node, *([JSPI] if jspi else [])]
    bundles = bundles_for(assets, sources)
    process = await asyncio.create_subprocess_exec(
        *(*node, str(SCRIPT), str(assets.folder), assets.manifest, *bundles),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        page = PageInNode(process)
        page.waits = (await page.hear())["waits"]
        yield page
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def bundles_for(assets: Assets, sources: Iterable[str]) -> list[str]:
    """Return the names of the bundles that hold what sources import."""
    manifest = json.loads((assets.folder / assets.manifest).read_text())
    imported = {name for source in sources for name in imports(source)}
    wanted = [CORE]
    for name, bundle in manifest["bundles"].items():
        if any(
            module == it or module.startswith(f"{it}.")
            for it in bundle["imports"]
            for module in imported
        ):
            wanted.append(name)
    for name in wanted:
        wanted += [it for it in manifest["bundles"][name]["needs"] if it not in wanted]
    return wanted


def imports(source: str) -> Iterator[str]:
    """Yield the modules that a source imports, and what may be one."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
