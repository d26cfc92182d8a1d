"""A chapter that runs in its page: Run, Stop, Reset, edits, links, and their limits."""

import asyncio
import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, Request, Route, expect

from .conftest import serving

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
CHAPTER = "chapters/running/"
PHONE = {"width": 390, "height": 844}
FOREVER = "import asyncio\n\nprint('waits')\nawait asyncio.Event().wait()"
SCRIPT = """from IPython.display import HTML

HTML("<p>made</p><script>parent.document.title = 'hit'</script>"
     "<img src=x onerror='parent.document.title = 1'>")"""


BROWSES = """from wslab.lab import browser
from wslab.live.page import scripts

scripts.TIMEOUT = None  # it waits for as long as it takes
await browser("unknown", {0!r})"""


LASTING = """import js

names = ("caches", "indexedDB", "Worker")
"found: " + repr([name for name in names if hasattr(js, name)])"""


REACH = """import js
from pyodide.ffi import JsException

try:
    await js.fetch("{0}/fetched", mode="no-cors")
except JsException as error:
    print("fetch:", error.name)
request = js.XMLHttpRequest.new()
request.open("GET", "{0}/requested", False)
try:
    request.send()
except JsException as error:
    print("XMLHttpRequest:", error.name)
js.WebSocket.new("{1}/socket").url"""


@dataclass
class Chapter:
    """The page of the chapter, as a reader uses it."""

    page: Page

    def cell(self, name: str) -> Locator:
        return self.page.locator(f"[data-cell='{name}']")

    def button(self, name: str, cell: str | None = None) -> Locator:
        place = self.cell(cell) if cell else self.page
        return place.get_by_role("button", name=re.compile(f"^{name}"))

    def own(self, cell: str) -> Locator:
        return self.cell(cell).locator(".live-own")

    def told(self, cell: str) -> Locator:
        return self.cell(cell).locator(".live-told")

    @property
    def said(self) -> Locator:
        return self.page.locator(".live-notice [role=status]")

    async def run(self, cell: str, end: str = "ok") -> None:
        await self.button("Run", cell).click()
        await self.is_at(cell, end)

    async def is_at(self, cell: str, state: str) -> None:
        control = self.cell(cell).locator(".live-control")
        await expect(control).to_have_attribute("data-state", state, timeout=60_000)

    async def follow(self, cell: str, source: str) -> None:
        """Follow a link that carries another source of a cell."""
        await self.page.evaluate("it => { location.hash = it }", link(cell, source))
        await expect(self.told(cell)).to_contain_text("from a link")


def link(cell: str, source: str) -> str:
    """The fragment that carries a cell, written by the format's description alone."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packing.compress(source.encode()) + packing.flush()
    return f"#run={cell}.{urlsafe_b64encode(packed).decode().rstrip('=')}"


@pytest.fixture
def read(visit: Visits, running_site: str) -> Callable[..., Any]:
    """Open the chapter; returns it, and the visit."""

    async def read(fragment: str = "", **options: Any) -> tuple[Chapter, Any]:
        it = await visit(running_site, **options)
        return Chapter(await it.open(CHAPTER + fragment)), it

    return read


def loads(page: Page) -> list[str]:
    """What the page loads to run cells, from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if re.search(r"/live/(?!runner\.js)", request.url):
            found.append(request.url)

    page.on("request", note)
    return found


async def test_a_cell_runs_after_those_that_it_needs(read: Visits) -> None:
    chapter, _ = await read()
    await chapter.run("client")
    assert await chapter.own("client").inner_text() == "HELLO"
    for needed in ("app", "serve"):
        await chapter.is_at(needed, "ok")
    await chapter.is_at("ladder", "fresh")
    await expect(chapter.told("client")).to_contain_text("your output")
    await chapter.run("ladder")
    frame = chapter.own("ladder").frame_locator("iframe")
    drawn = frame.locator("svg.wsl text.p, svg.wsl text:not(.w)")
    published = chapter.cell("ladder").locator(".output:not(.live-own) svg.wsl")
    texts = published.locator("text.p, text:not(.w)")
    assert await drawn.all_text_contents() == await texts.all_text_contents()
    assert not await published.is_visible()
    await chapter.button("Published", "ladder").click()
    await expect(published).to_be_visible()
    await expect(chapter.own("ladder")).to_be_hidden()
    await chapter.button("Your", "ladder").click()
    await expect(chapter.own("ladder")).to_be_visible()


async def test_all_cells_run_but_those_that_cannot(read: Visits) -> None:
    chapter, _ = await read()
    await chapter.button("Run all").click()
    await chapter.is_at("stop", "ok")
    await chapter.is_at("fails", "error")
    assert "ValueError: expected" in await chapter.own("fails").inner_text()
    assert await chapter.own("more").inner_text() == "2"
    reason = chapter.cell("bus").get_by_text("Does not run in this page")
    assert "it needs Redis" in await reason.inner_text()
    await chapter.is_at("on-bus", "error")
    await expect(chapter.own("on-bus")).to_contain_text("NameError")
    await expect(chapter.told("on-bus")).to_contain_text("it needs Redis")


async def test_a_second_press_on_run_all_runs_nothing_twice(read: Visits) -> None:
    chapter, it = await read()
    await chapter.follow("fails", FOREVER)
    run_all = chapter.button("Run all")
    await run_all.click()
    await expect(chapter.own("fails")).to_contain_text("waits", timeout=60_000)
    await chapter.follow("count", "count = 41")
    for _ in range(2):
        await run_all.focus()
        await it.page.keyboard.press("Enter")
        await expect(chapter.said).to_be_empty()  # the press has done what it does
    for cell in ("app", "serve", "client", "ladder", "more"):
        await chapter.is_at(cell, "ok")
    await chapter.is_at("count", "queued")  # as it stands, it has not run
    await chapter.button("Stop", "fails").click()
    await chapter.is_at("count", "fresh")
    await expect(chapter.own("more")).to_have_text("2")
    await run_all.click()
    await expect(chapter.own("more")).to_have_text("42")


async def test_state_lives_until_reset(read: Visits) -> None:
    chapter, _ = await read()
    for count in ("2", "3"):
        await chapter.run("more")
        await expect(chapter.own("more")).to_have_text(count)
    await chapter.button("Reset").click()
    await chapter.is_at("more", "fresh")
    await expect(chapter.cell("more").locator(".output:visible")).to_have_text("2")
    await expect(chapter.own("more")).to_be_hidden()
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text("2")


@pytest.mark.parametrize(
    "source", [FOREVER, "import time\n\nprint('waits')\ntime.sleep(3600)"]
)
async def test_stop_ends_a_cell_that_waits(read: Visits, source: str) -> None:
    chapter, _ = await read()
    await chapter.run("more")
    await chapter.follow("client", source)
    await chapter.button("Run", "client").click()
    await expect(chapter.own("client")).to_contain_text("waits", timeout=60_000)
    await chapter.button("Stop", "client").click()
    await chapter.is_at("client", "cancelled")
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text("3")


async def test_a_cell_that_is_edited_while_it_runs_runs_again(read: Visits) -> None:
    chapter, it = await read(service_workers="block")
    edited = asyncio.Event()

    async def hold(route: Route) -> None:
        await edited.wait()
        await route.fulfill(body="")

    await chapter.page.route("**/held", hold)
    await chapter.follow("client", f"import js\n\nawait js.fetch('{it.origin}/held')")
    await chapter.button("Run", "client").click()
    await chapter.is_at("client", "running")
    await chapter.button("Edit", "client").click()
    await chapter.cell("client").locator(".cm-focused").wait_for()
    await chapter.page.keyboard.press("Control+a")
    await chapter.page.keyboard.type("print('edited')")
    await chapter.page.keyboard.press("Shift+Enter")
    again = "runs · your output · then again"
    await expect(chapter.told("client")).to_contain_text(again, timeout=60_000)
    edited.set()
    await expect(chapter.own("client")).to_have_text("edited", timeout=60_000)
    await chapter.is_at("client", "ok")
    it.faults[:] = [fault for fault in it.faults if "Service Worker" not in fault]


async def test_of_too_many_outputs_the_exception_is_shown(read: Visits) -> None:
    chapter, _ = await read()
    source = """import sys

for _ in range(150):
    print("one")
    print("other", file=sys.stderr)
raise ValueError("the end")"""
    await chapter.follow("client", source)
    await chapter.run("client", "error")
    own = chapter.own("client").locator("pre")
    await expect(own).to_have_count(202)
    await expect(own.nth(200)).to_have_text(
        "… more than 200 outputs: the rest is left out"
    )
    await expect(own.last).to_contain_text("ValueError: the end")
    assert (await own.nth(199).inner_text()).splitlines() == ["other"]


async def test_a_loop_that_prints_without_an_end_lets_the_page_draw(
    read: Visits,
) -> None:
    chapter, it = await read()
    watch = """() => {
      const own = document.querySelector("[data-cell='client'] .live-own");
      const left = () => own.textContent.includes("left out");
      window.seen = { frames: 0, writes: 0 };
      const frame = () => {
        window.seen.frames += left();
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      const note = (records) => { window.seen.writes += left() ? records.length : 0; };
      new MutationObserver(note).observe(own, { subtree: true, childList: true });
    }"""
    await chapter.follow("client", "for number in range(30_000):\n    print(number)")
    await it.page.evaluate(watch)
    await chapter.run("client")
    left = "… 148890 characters left out"
    await expect(chapter.own("client")).to_contain_text(left)
    seen = await it.page.evaluate("window.seen")
    assert seen["writes"] <= seen["frames"] + 2, seen


async def test_stop_takes_back_what_waits_for_python(read: Visits) -> None:
    chapter, it = await read(service_workers="block")
    stopped = asyncio.Event()

    async def hold(route: Route) -> None:
        await stopped.wait()
        await route.continue_()

    await it.page.route("**/pyodide.asm.wasm", hold)
    await chapter.button("Run", "more").click()
    await expect(chapter.said).to_contain_text("Loading Python")
    await chapter.button("Stop").click()
    await expect(chapter.said).to_have_text("Stopped.")
    stopped.set()
    await chapter.run("count")
    await chapter.is_at("more", "fresh")
    it.faults[:] = [fault for fault in it.faults if "Service Worker" not in fault]


async def test_a_busy_loop_is_ended_and_state_with_it(read: Visits) -> None:
    chapter, _ = await read()
    await chapter.run("more")
    await chapter.follow("client", "print('begun')\nwhile True:\n    pass")
    await chapter.button("Run", "client").click()
    await expect(chapter.own("client")).to_have_text("begun")
    await chapter.is_at("client", "running")
    await chapter.button("Stop", "client").click()
    await expect(chapter.said).to_contain_text("is forgotten", timeout=60_000)
    for cell in ("client", "more"):
        await chapter.is_at(cell, "fresh")
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text("2")


async def test_a_cell_that_ends_python_ends_state_with_it(read: Visits) -> None:
    chapter, _ = await read()
    await chapter.run("more")
    await chapter.follow("client", "import os\n\nos._exit(3)")
    await chapter.button("Run", "client").click()
    await expect(chapter.said).to_contain_text("exit(3)", timeout=60_000)
    await expect(chapter.said).to_contain_text("is forgotten")
    await chapter.is_at("more", "fresh")
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text("2")


async def test_a_cell_is_edited_by_keyboard_and_the_edit_lasts(read: Visits) -> None:
    chapter, it = await read()
    keyboard = it.page.keyboard
    await chapter.button("Edit", "count").focus()
    await keyboard.press("Enter")
    editor = chapter.cell("count").get_by_role("textbox", name="Code of cell 5")
    await expect(editor).to_be_focused()
    await keyboard.press("ControlOrMeta+a")
    await keyboard.type("count = 41")
    await keyboard.press("Shift+Enter")
    await chapter.is_at("count", "ok")
    await expect(editor).to_be_focused()
    await keyboard.press("Escape")
    await expect(chapter.button("Run", "count")).to_be_focused()
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text("42")

    page = await it.open(CHAPTER)
    await page.reload()
    code = chapter.cell("count").locator(".live-code")
    await expect(code).to_have_text("count = 41")
    await expect(chapter.told("count")).to_have_text("edited")
    await chapter.button("Reset").click()
    await page.reload()
    await expect(code).to_be_hidden()
    await expect(chapter.cell("count").locator(".highlight")).to_be_visible()


async def test_a_link_carries_a_cell_which_the_reader_runs(read: Visits) -> None:
    chapter, it = await read(permissions=["clipboard-read", "clipboard-write"])
    await chapter.button("Edit", "more").click()
    await chapter.cell("more").get_by_role("textbox").fill("count + 99")
    await chapter.button("Link", "more").click()
    await expect(chapter.said).to_contain_text("The link is copied")
    address = await it.page.evaluate("navigator.clipboard.readText()")

    other, _ = await read(f"#{address.partition('#')[2]}")
    await expect(other.cell("more").locator(".live-code")).to_have_text("count + 99")
    await expect(other.told("more")).to_contain_text("read it before you press Run")
    await other.run("more")
    await expect(other.own("more")).to_have_text("100")
    await other.button("Original", "more").click()
    await other.page.reload()
    await expect(other.cell("more").locator(".live-code")).to_be_hidden()


async def test_a_hostile_link_runs_nothing_and_reaches_nothing(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site)
    loaded = loads(it.page)
    image = "<img src='http://127.0.0.1:1/' onerror='document.title=1'>"
    source = f"{image}\n{SCRIPT}"
    page = await it.open(CHAPTER + link("more", source))
    chapter = Chapter(page)
    await expect(chapter.cell("more").locator(".live-code")).to_have_text(source)
    title = await page.title()
    for key in ("Enter", "Space"):
        await page.keyboard.press(key)
    await page.wait_for_load_state("networkidle")
    assert loaded == []
    assert await chapter.cell("more").locator("img").count() == 0
    assert await page.title() == title


async def test_code_reaches_no_other_host(read: Visits) -> None:
    reached = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_error(404)

    chapter, it = await read()
    with serving(Other) as other:
        source = REACH.format(other, other.replace("http", "ws"))
        await chapter.follow("more", source)
        await chapter.run("more")
        said = "fetch: TypeError\nXMLHttpRequest: NetworkError"
        await expect(chapter.own("more")).to_contain_text(said)
    assert reached == []
    it.faults.clear()


async def test_what_is_no_link_says_so(read: Visits) -> None:
    for fragment in ("#run=more.AAAA", link("nowhere", "1"), link("bus", "1")):
        chapter, _ = await read(fragment)
        await expect(chapter.said).to_contain_text("can't be shown")
        assert await chapter.page.locator(".live-code:visible").count() == 0


async def test_html_that_a_cell_made_can_do_nothing(read: Visits) -> None:
    chapter, it = await read()
    title = await it.page.title()
    await chapter.follow("more", SCRIPT)
    await chapter.run("more")
    frame = chapter.own("more").frame_locator("iframe")
    await expect(frame.get_by_text("made")).to_be_visible()
    height = "it => it.getBoundingClientRect().height"
    assert await chapter.own("more").locator("iframe").evaluate(height) > 10
    assert await it.page.title() == title
    assert it.faults
    assert all("Content Security Policy" in fault for fault in it.faults)
    it.faults.clear()


@pytest.mark.parametrize(
    ("script", "missing", "said"),
    [
        ("this is no script", None, "SyntaxError"),
        ("return 1", "**/client.html", "there is no network"),
        ("return 1", "**/clients.js", "clients.js"),
    ],
    ids=["not-parsed", "without-its-frame", "without-what-shows-frames"],
)
async def test_a_script_that_never_begins_holds_no_cell(
    read: Visits, script: str, missing: str | None, said: str
) -> None:
    chapter, it = await read(service_workers="block")
    if missing:
        await it.page.route(missing, lambda route: route.abort())
    await chapter.follow("more", BROWSES.format(script))
    await chapter.run("more", "error")  # there is no stored result
    own = chapter.cell("more").locator(".live-own")
    await expect(own.filter(has_text=said)).to_be_visible()
    it.faults.clear()


FORGES = """import js
from pyodide.ffi import to_js
from wslab.live.page.cells import EXECUTION

run = EXECUTION.get().run
given = {"type": "script", "script": "1", "run": run, "cell": "more"}
given |= {"url": "no address", "source": "parent.document.title = 'hit'"}
js.postMessage(to_js(given, dict_converter=js.Object.fromEntries))
await __import__("asyncio").Event().wait()"""


async def test_a_message_that_a_cell_forges_breaks_nothing(read: Visits) -> None:
    chapter, it = await read()
    title = await it.page.title()
    await chapter.follow("more", FORGES)
    await chapter.button("Run", "more").click()
    own = chapter.own("more").filter(has_text="Invalid URL")
    await expect(own).to_be_visible(timeout=60_000)
    await chapter.button("Stop", "more").click()
    await chapter.is_at("more", "cancelled")
    assert await it.page.title() == title


async def test_a_cell_whose_server_has_stopped_says_which_one_starts_it(
    read: Visits,
) -> None:
    chapter, _ = await read()
    await chapter.run("stop")
    await expect(chapter.told("serve")).to_contain_text("In [2] · has run")
    await chapter.run("client", "error")
    own = chapter.own("client")
    await expect(own).to_contain_text("run In [2] again, the cell that started it")
    await expect(own).to_contain_text("Cell In[4]")
    await expect(chapter.told("client")).to_contain_text("In [4] · ended with")


async def test_a_cell_leaves_nothing_for_the_next_visit(read: Visits) -> None:
    """The service worker answers out of `caches`, so a cell must not write there."""
    chapter, _ = await read()
    await chapter.follow("more", LASTING)
    await chapter.run("more")
    await expect(chapter.own("more")).to_contain_text("found: []")


async def test_nothing_is_loaded_before_the_reader_comes_near(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site)
    loaded = loads(it.page)
    page = await it.open(CHAPTER)
    chapter = Chapter(page)
    assert loaded == []
    async with page.expect_event("worker") as started:
        await chapter.button("Run", "app").hover()
    assert (await started.value).url.startswith("blob:")


async def test_what_failed_is_said_and_tried_again(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site)
    whole = False

    async def cut(route: Route) -> None:
        await (route.continue_() if whole else route.fulfill(body=b"cut"))

    await it.page.route("**/pyodide.asm.wasm", cut)
    chapter = Chapter(await it.open(CHAPTER))
    await chapter.button("Run", "more").click()
    await expect(chapter.said).to_contain_text("incomplete", timeout=60_000)
    await chapter.is_at("more", "fresh")
    whole = True
    await chapter.button("Try again").click()
    await chapter.is_at("more", "ok")
    assert await chapter.own("more").inner_text() == "2"


async def test_a_browser_without_webassembly_gets_a_plain_message(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site)
    await it.page.add_init_script("delete globalThis.WebAssembly")
    page = await it.open(CHAPTER)
    told = page.get_by_text("not in this browser: it has no WebAssembly")
    await expect(told).to_be_visible()
    assert await page.locator("[data-cell] button:text('Run')").count() == 0


@pytest.mark.parametrize(("scheme", "viewport"), [("light", None), ("dark", PHONE)])
async def test_controls_and_outputs_are_accessible_and_fit(
    read: Visits, scheme: str, viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    chapter, it = await read(color_scheme=scheme, **options)
    await chapter.run("ladder")
    await chapter.run("fails", "error")
    await chapter.button("Edit", "count").click()
    await chapter.cell("count").get_by_role("textbox").fill("count = 2  # " + "x" * 99)
    # The editor takes the text in a moment later, and the row of buttons grows: what is
    # clicked below must not move then.
    await expect(chapter.told("count")).to_contain_text("edited")
    await chapter.run("more")
    assert (
        await it.page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        <= 0
    )
    results = await Axe().run(it.page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
