"""Headless browsers over sites that are built once and served on 127.0.0.1."""

import asyncio
import json
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import (
    BaseHTTPRequestHandler,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
)
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
)

from wslab.lab.chrome.browser import find_chromium
from wslab.lab.chrome.process import ARGUMENTS

from ..site.conftest import ROOT, build_own, once, shared, write_project
from ..site.sample import everything, other, running
from . import firefox, webkit
from .remote import Remote

PLAIN = ["--no-sandbox", "--disable-gpu", "--no-first-run", *ARGUMENTS]
OPTIONS = [
    *PLAIN,
    # A Python that a test has loaded runs for seconds: to have its code optimised takes
    # as much of the processor as all the rest.
    "--js-flags=--liftoff-only",
]


@dataclass
class Visit:
    """A browser context, and all that went wrong in it."""

    context: BrowserContext
    origin: str
    page: Page
    faults: list[str] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)

    @classmethod
    async def begin(cls, context: BrowserContext, origin: str) -> "Visit":
        page = await context.new_page()
        visit = cls(context, origin, page)
        page.on("console", visit._console)
        page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
        page.on("request", visit._request)
        page.on("requestfinished", visit._came)
        page.on("requestfailed", visit._came)
        return visit

    async def open(self, address: str) -> Page:
        """Load a page of the site and wait until it rests."""
        await self.page.goto(f"{self.origin}/{address}")
        await self.page.wait_for_load_state("networkidle")
        return self.page

    async def rest(self) -> None:
        """Wait until all has come that the page has asked for."""
        async with asyncio.timeout(60):
            while self.under_way:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def _came(self, request: Request) -> None:
        self.under_way.discard(request)

    def _request(self, request: Request) -> None:
        self.under_way.add(request)
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    """Ask until the answer is yes; Playwright's `wait_for_function` awaits none."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def build_sample(directory: Path) -> None:
    """Build the site of the sample chapters."""
    notebooks = {"01-sample": everything(), "02-other": other()}
    project = write_project(directory / "project", notebooks)
    built = project.build()
    assert built.returncode == 0, built.stderr
    project.site.rename(directory / "site")


def build_running(directory: Path) -> None:
    """Build a site whose one chapter runs in its page, with the playground."""
    project = write_project(
        directory / "project", {"01-running": running()}, "# Home\n"
    )
    exceptions = '[[cannot]]\nchapter = "01-running"\ncells = ["bus"]\n'
    live = project.directory / "notebooks" / "live.toml"
    live.write_text(exceptions + 'reason = "it needs Redis"\n')
    for pins in ("requirements.lock", "frontend/package-lock.json"):
        copy = project.directory / pins
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / pins, copy)
    playground = project.directory / "site_src" / "playground"
    shutil.copytree(ROOT / "site_src" / "playground", playground)
    settings = project.directory / "mkdocs.yml"
    written = json.loads(settings.read_text())
    written["nav"].append("playground/index.md")
    settings.write_text(json.dumps(written))
    built = project.build(
        timeout=560, LIVE_ASSETS="true", LIVE_CACHE=str(ROOT / ".cache" / "live")
    )
    assert built.returncode == 0, built.stderr
    project.site.rename(directory / "site")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Keep requests out of the tests' output."""


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Answer requests in a thread; gives the origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def served(site: Path) -> Iterator[str]:
    """Serve a directory; yields its origin."""
    with serving(partial(Quiet, directory=str(site))) as origin:
        yield origin


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of the project's own site."""
    yield from served(once(shared(tmp_path_factory) / "own", build_own) / "site")


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of the sample chapters' site."""
    yield from served(once(shared(tmp_path_factory) / "one", build_sample) / "site")


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a site whose chapter runs in its page."""
    yield from served(once(shared(tmp_path_factory) / "run", build_running) / "site")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for a module's tests."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=OPTIONS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Callable[..., Any]]:
    """Begin visits of a site; at the end of the test, none may have seen a fault."""
    visits: list[Visit] = []

    async def begin(origin: str, **options: Any) -> Visit:
        context = await browser.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(60_000)
        visits.append(await Visit.begin(context, origin))
        return visits[-1]

    yield begin
    for it in visits:
        await it.context.close()
        assert it.faults == []


NAMES = ("firefox", "webkit") if sys.platform == "linux" else ("firefox",)
REMOTES = [pytest.param(name, marks=pytest.mark.needs(name)) for name in NAMES]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=REMOTES)
async def remote(
    request: pytest.FixtureRequest, frontend: Path
) -> AsyncIterator[Remote]:
    """One browser for a module's tests, of each that is used from afar."""
    if request.param == "webkit":
        running = webkit.started()
    else:
        running = firefox.started(frontend)
    async with running as remote:
        yield remote
