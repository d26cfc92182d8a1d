"""What Chromium's tests show of Run and of the playground, in short, elsewhere.

In Firefox, and in WebKitGTK, which stands for Safari.
"""

import json
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import pytest_asyncio

from .conftest import serving
from .firefox import WITHOUT_JSPI, started
from .remote import Remote
from .test_runner import CHAPTER, FOREVER, REACH, link

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

RUN_BOTH = "[aria-label='Run application and client']"
STOP_CLIENT = "[aria-label='Stop client and server']"
HTML = """from IPython.display import HTML; HTML("<p>made</p>\
<script>parent.document.title = 'hit'</script>")"""
REFUSED_SOCKET = ("NS_ERROR_CONTENT_BLOCKED", "SecurityError")
"""What `new WebSocket` throws in Firefox and in WebKit, where the policy forbids it."""

SLEEPS = "import time\n\nprint('waits')\ntime.sleep(3600)"


class Chapter:
    """The page of the chapter, as a reader uses it."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote

    async def run(self, cell: str, end: str = "ok") -> None:
        await self.remote.click(f"[data-cell='{cell}'] .live-run")
        await self.is_at(cell, end)

    async def is_at(self, cell: str, state: str) -> None:
        await self.remote.shows(f"[data-cell='{cell}'] [data-state='{state}']")

    async def follow(self, cell: str, source: str) -> None:
        """Follow a link that carries another source of a cell."""
        fragment = json.dumps(link(cell, source))
        await self.remote.evaluate(f"void (location.hash = {fragment})")
        await self.remote.shows(f"[data-cell='{cell}'] .live-told", text="from a link")

    async def output(self, cell: str) -> list[str]:
        return await self.remote.texts(own(cell))


def own(cell: str) -> str:
    return f"[data-cell='{cell}'] .live-own"


def assert_of_policy(faults: list[str]) -> None:
    assert [it for it in faults if "Content-Security-Policy" not in it] == []


@pytest_asyncio.fixture(loop_scope="module")
async def read(remote: Remote, running_site: str) -> AsyncIterator[Chapter]:
    """The chapter, on whose page nothing goes wrong."""
    await remote.open(f"{running_site}/{CHAPTER}")
    yield Chapter(remote)
    assert await remote.leave() == []


async def test_a_cell_runs_after_those_that_it_needs(read: Chapter) -> None:
    await read.run("client")
    assert await read.output("client") == ["HELLO"]
    for needed in ("app", "serve"):
        await read.is_at(needed, "ok")
    await read.is_at("ladder", "fresh")
    await read.run("ladder")
    frame = f"{own('ladder')} iframe"
    await read.remote.shows(frame, "svg.wsl", text='text "HELLO"')


async def test_all_cells_run_and_one_that_fails_says_why(read: Chapter) -> None:
    await read.remote.click("[aria-label='Run all cells']")
    await read.is_at("stop", "ok")
    await read.is_at("fails", "error")
    (traceback,) = await read.output("fails")
    assert traceback.startswith("Traceback")
    assert traceback.endswith("ValueError: expected")
    assert await read.output("more") == ["2"]
    await read.is_at("on-bus", "error")


async def test_html_of_an_edited_cell_can_do_nothing(
    remote: Remote, running_site: str
) -> None:
    await remote.open(f"{running_site}/{CHAPTER}")
    title = await remote.evaluate("document.title")
    await remote.click("[data-cell='count'] [aria-label^='Edit']")
    await remote.shows("[data-cell='count'] .cm-focused")
    await remote.press("Control", "a")
    await remote.type(HTML)
    await remote.press("Shift", "Enter")
    await Chapter(remote).is_at("count", "ok")
    await remote.shows(f"{own('count')} iframe", "p", text="made")
    assert await remote.texts("[data-cell='count'] .cm-line") == [HTML]
    assert await remote.evaluate("document.title") == title
    tells = "Firefox" in await remote.evaluate("navigator.userAgent")
    faults = await remote.leave()
    assert bool(faults) == tells  # WebKit tells a page nothing of its frames
    assert_of_policy(faults)


async def test_code_reaches_no_other_host(remote: Remote, running_site: str) -> None:
    reached = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_error(404)

    await remote.open(f"{running_site}/{CHAPTER}")
    chapter = Chapter(remote)
    with serving(Other) as other:
        source = REACH.format(other, other.replace("http", "ws"))
        await chapter.follow("more", source)
        await chapter.run("more", "error")
    (said,) = await chapter.output("more")
    assert said.startswith("fetch: TypeError\nXMLHttpRequest: NetworkError")
    assert any(it in said for it in REFUSED_SOCKET)
    assert reached == []
    tells = "Firefox" in await remote.evaluate("navigator.userAgent")
    faults = await remote.leave()
    assert bool(faults) == tells  # WebKit tells a page nothing of its workers
    assert_of_policy(faults)


@pytest.mark.parametrize("source", [FOREVER, SLEEPS])
async def test_stop_ends_a_cell_that_waits(read: Chapter, source: str) -> None:
    """One that blocks, where there is no JSPI, takes Python and its state with it."""
    waits = source == FOREVER
    waits = waits or await read.remote.evaluate("'Suspending' in WebAssembly")
    await read.run("more")
    await read.follow("client", source)
    await read.remote.click("[data-cell='client'] .live-run")
    await read.remote.shows(own("client"), text="waits")
    await read.remote.click("[data-cell='client'] [aria-label^='Stop']")
    await read.is_at("client", "cancelled" if waits else "fresh")
    await read.run("more")
    await read.remote.shows(own("more"), text="3" if waits else "2")


@pytest_asyncio.fixture(loop_scope="module")
async def play(remote: Remote, running_site: str) -> AsyncIterator[Remote]:
    """The playground, on whose page nothing goes wrong."""
    await remote.open(f"{running_site}/playground/")
    yield remote
    assert await remote.leave() == []


async def test_the_playground_draws_a_ladder(play: Remote) -> None:
    await play.click(RUN_BOTH)
    await play.shows(".live-own", text="hello")
    await play.shows("[data-connection='1'] iframe", "svg", text='text "hello"')
    await play.shows("figcaption", text="The client closed with 1000")


async def test_two_pages_of_the_playground_chat(play: Remote) -> None:
    await play.fill(".playground select", text="chat")
    await play.click(RUN_BOTH)
    one, other = (f".playground-frames iframe[title='Client {n}']" for n in (1, 2))
    for page in (one, other):
        await play.shows(page, "li", text="You are in.")
    await play.fill(one, "input", text="hello from the left")
    await play.click(one, "button")
    for page in (one, other):
        await play.shows(page, "li:last-child", text="hello from the left")
        assert await play.texts(page, "li") == ["You are in.", "hello from the left"]
    await play.click(STOP_CLIENT)
    await play.shows(other, "li:last-child", text="It is over: 1012.")


@pytest.mark.needs("firefox")
async def test_cells_run_in_a_firefox_that_has_no_jspi(
    frontend: Path, running_site: str
) -> None:
    async with started(frontend, WITHOUT_JSPI) as firefox:
        await firefox.open(f"{running_site}/{CHAPTER}")
        assert not await firefox.evaluate("'Suspending' in WebAssembly")
        await firefox.click("[aria-label='Run all cells']")
        chapter = Chapter(firefox)
        await chapter.is_at("stop", "ok")
        assert await chapter.output("client") == ["HELLO"]
        assert await firefox.leave() == []
