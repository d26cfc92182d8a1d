"""The playground in Chromium: starting points, clients, ladders, links."""

import asyncio
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FrameLocator, Locator, Page, Route, expect
from websockets.asyncio.client import connect

from wslab.atlas.scenarios import SCENARIOS
from wslab.site.atlas.opening import opened

from ..live.clients import VISITS
from ..process import uvicorn

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

FOLDER = Path(__file__).parents[2] / "site_src" / "playground"
POINTS = json.loads((FOLDER / "starting-points.json").read_text())
Visits = Callable[..., Any]

SEEN = {
    "returns": "message that was all\nclose 1006 clean: false",
    "close_codes": '1000: 1000 "as asked", clean\n1001: 1001 "as asked", clean\n'
    '1011: 1011 "as asked", clean\n1012: 1012 "as asked", clean\n'
    '3000: 3000 "as asked", clean\n4999: 4999 "as asked", clean',
    "subprotocols": '["chat.v1","chat.v2"] agreed on chat.v2\n'
    '["chat.v1"] agreed on chat.v1\n[] agreed on none\n'
    '["chat.v3"] failed: none of them came back',
    "binary": "127 64 32 0\nclose 1003",
}
"""What the clients in JavaScript say."""


def python(page: Page) -> bool:
    """Whether the page has begun to load Python; the search has a worker, too."""
    return any(it.url.startswith("blob:") for it in page.workers)


class Playground:
    """The page, as a reader uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def pane(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name)

    async def start(self, name: str) -> None:
        await self.page.get_by_label("Start from").select_option(name)
        source = (FOLDER / f"{name}.py").read_text()
        await self.has("The application", source)

    async def has(self, name: str, source: str) -> None:
        """See that the editor of a side has a source."""
        lines = self.pane(name).locator(".cm-line")
        await expect(lines).to_have_text(
            [" ".join(it.split()) for it in source.split("\n")]
        )

    async def edit(self, client: str) -> None:
        """Put another client in the editor, which takes it in a moment later."""
        await self.pane("The client").fill(client)
        await expect(self.button("Original")).to_be_enabled()

    async def run(self) -> None:
        await self.button("Run application and client").click()

    @property
    def output(self) -> Locator:
        return self.page.locator(".live-own")

    def ladder(self, number: int) -> Locator:
        figure = self.page.locator(f"[data-connection='{number}'] iframe").last
        return figure.content_frame.locator("svg")

    def client(self, number: int) -> FrameLocator:
        return self.page.locator(".playground-frames iframe").nth(number).content_frame


@pytest.fixture
def play(visit: Visits, running_site: str) -> Callable[..., Any]:
    async def begun(address: str = "playground/", **options: Any) -> Playground:
        it = await visit(running_site, **options)
        return Playground(await it.open(address))

    return begun


async def test_a_ladder_out_of_sight_is_as_high_as_what_is_in_it(play):
    it = await play(viewport={"width": 1280, "height": 100})
    await it.run()
    drawn = """() => {
      const frame = document.querySelector(".playground-ladders iframe");
      return frame?.getBoundingClientRect().top > innerHeight
        && parseFloat(frame.style.height) > 20;
    }"""
    await it.page.wait_for_function(drawn, timeout=60_000)


async def test_it_begins_with_an_echo_and_its_ladder(play):
    it = await play()
    await it.run()
    await expect(it.output).to_have_text("hello", timeout=60_000)
    await expect(it.ladder(1)).to_contain_text('text "hello"')
    why = it.page.locator("figcaption")
    await expect(why).to_contain_text("Why did it end? The client closed with 1000")
    link = it.page.get_by_role("link", name="The section that shows it")
    assert "/chapters/" in await link.get_attribute("href")


@pytest.mark.parametrize("name", SEEN)
async def test_a_client_in_javascript(play, name):
    it = await play()
    await it.start(name)
    await it.run()
    await expect(it.output).to_have_text(SEEN[name], timeout=60_000)
    assert (await it.ladder(1).inner_html()).startswith("<title")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_client_s_page_is_light_or_dark_as_the_site_is(play, scheme):
    black, white = "rgb(0, 0, 0)", "rgb(255, 255, 255)"
    ink = {"light": black, "dark": white}
    other = {"light": "dark", "dark": "light"}[scheme]
    it = await play(color_scheme=scheme)
    await it.start("chat")
    await it.run()
    for number, each in enumerate([scheme, other, scheme]):
        if number == 1:
            await it.page.locator(
                "label.md-header__button[for^=__palette]:visible"
            ).click()
        if number == 2:  # shown anew, where the site is not as the system
            await it.run()
            each = other
        lines = it.client(1).locator("li")
        await expect(lines).to_have_text(["You are in."], timeout=60_000)
        await expect(it.client(1).locator("body")).to_have_css("color", ink[each])


async def test_of_many_connections_the_last_have_no_ladder(play):
    it = await play()
    await it.edit(VISITS.format(number=53))
    await it.run()
    told = it.page.get_by_text("… and 3 more, whose ladders are left out.")
    await expect(told).to_be_visible(timeout=60_000)
    await expect(it.page.locator("[data-connection]")).to_have_count(50)
    await it.button("Original").click()
    await it.run()
    await expect(told).to_have_count(0, timeout=60_000)


async def test_two_pages_chat_side_by_side(play):
    it = await play()
    await it.start("chat")
    await it.run()
    for number in (0, 1):
        lines = it.client(number).locator("li")
        await expect(lines).to_have_text(["You are in."], timeout=60_000)
    await it.client(0).get_by_label("Your line").fill("hello from the left")
    await it.client(0).get_by_role("button", name="Send").click()
    for number in (0, 1):
        lines = it.client(number).locator("li")
        await expect(lines).to_have_text(["You are in.", "hello from the left"])
    await expect(it.ladder(2)).to_contain_text("hello from the left")
    await it.button("Stop client").click()
    lines = it.client(1).locator("li").last
    await expect(lines).to_have_text("It is over: 1012.")


async def test_a_scenario_of_the_atlas_opens_with_its_clients_and_options(play):
    project = opened(SCENARIOS["limit-page-after-websockets"])
    it = await play(f"playground/{project.fragment}")
    limit = it.page.get_by_label("limit_concurrency")
    await expect(limit).to_be_visible()  # the options that are given are unfolded
    await expect(limit).to_have_value("2")
    await it.run()
    refused = "client 3: HTTP/1.1 503 Service Unavailable"
    await expect(it.output.first).to_contain_text(refused, timeout=60_000)
    await expect(it.ladder(3)).to_contain_text("503")


COUNTS = """import builtins

builtins.runs = getattr(builtins, "runs", 0) + 1
print(builtins.runs)"""


async def test_the_last_press_counts_while_python_loads(play):
    it = await play()
    pressed = asyncio.Event()

    async def hold(route: Route) -> None:
        await pressed.wait()
        await route.continue_()

    await it.page.route("**/pyodide.asm.wasm", hold)
    await it.pane("The client").fill(COUNTS)
    await it.run()
    await it.button("Stop client").click()
    await expect(it.page.get_by_role("status").first).to_have_text("Stopped.")
    for _ in range(2):
        await it.run()
    pressed.set()
    await expect(it.output).to_have_text("1", timeout=60_000)
    await it.run()
    await expect(it.output).to_have_text("2")


BUSY = """async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    await receive()
    while True:
        pass"""
SENDS = """const ws = new WebSocket("ws://127.0.0.1:8000/");
ws.onopen = () => { ws.send("begin"); console.log("sent"); };"""


async def test_stop_ends_a_handler_that_is_busy_when_its_client_has_run(play):
    it = await play()
    await it.pane("The application").fill(BUSY)
    await it.page.get_by_label("Client in").select_option("js")
    await it.edit(SENDS)
    await it.run()
    await expect(it.output).to_have_text("sent", timeout=60_000)
    await it.button("Stop client").click()
    said = it.page.get_by_role("status").first
    await expect(said).to_contain_text("is forgotten", timeout=60_000)
    await it.button("Original").click()
    await it.run()
    await expect(it.output).to_have_text("hello", timeout=60_000)


STUBBORN = """import asyncio

while True:
    print("goes on")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        pass"""


async def test_a_run_does_not_wait_for_a_client_that_does_not_stop(play):
    it = await play()
    await it.edit(STUBBORN)
    await it.run()
    await expect(it.output).to_have_text("goes on", timeout=60_000)
    await it.button("Original").click()
    await it.run()
    said = it.page.get_by_role("status").first
    await expect(said).to_contain_text("is forgotten", timeout=60_000)
    await it.run()
    await expect(it.output).to_have_text("hello", timeout=60_000)


async def test_stop_does_not_wait_as_long_as_a_run_does(play):
    it = await play()
    await it.page.clock.install()
    await it.edit(STUBBORN)
    await it.run()
    await expect(it.output).to_have_text("goes on", timeout=60_000)
    await it.run()
    await it.button("Stop client").click()
    await it.page.clock.fast_forward(3000)
    said = it.page.get_by_role("status").first
    await expect(said).to_contain_text("is forgotten")


async def test_stop_takes_back_a_run_that_waits_for_a_bundle_and_keeps_python(
    visit: Visits, running_site: str
):
    visited = await visit(running_site, service_workers="block")
    it = Playground(await visited.open("playground/"))
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await stopped.wait()
        await route.continue_()

    await it.edit(COUNTS)
    await it.run()
    await expect(it.output).to_have_text("1", timeout=60_000)
    await it.page.route("**/fastapi*", hold)
    await it.start("with_fastapi")
    await it.run()
    await asked.wait()
    await it.button("Stop client").click()
    await it.page.get_by_label("Start from").select_option("echo")
    await it.has("The client", COUNTS)
    await it.run()
    await expect(it.output).to_have_text("2", timeout=60_000)
    stopped.set()
    visited.faults[:] = [it for it in visited.faults if "Service Worker" not in it]


async def test_the_end_of_a_run_is_said(play):
    it = await play()
    said = it.page.get_by_role("status").first
    await it.run()
    await expect(said).to_have_text("The client has ended.", timeout=60_000)
    await it.edit("1 / 0")
    await it.run()
    await expect(said).to_have_text("It ended with an exception.", timeout=60_000)
    await it.start("chat")
    await it.run()
    await expect(said).to_have_text("The server listens.", timeout=60_000)


async def test_an_option_that_is_no_number_above_0_is_told_and_not_used(play):
    it = await play(permissions=["clipboard-read", "clipboard-write"])
    await it.page.get_by_text("More options").click()
    size = it.page.get_by_label("ws_max_size")
    ping = it.page.get_by_label("ping interval")
    for field, values in ((size, ["0", "-1", "1.5"]), (ping, ["0", "-0.5"])):
        for value in values:
            await field.fill(value)
            assert await field.evaluate("it => !it.validity.valid"), value
            await it.button("Copy as a file").click()
            copied = await it.page.evaluate("navigator.clipboard.readText()")
            assert copied.splitlines()[0].endswith("uvicorn echo:app")
        await field.fill("")
        assert await field.evaluate("it => it.validity.valid")
    await size.fill("0")
    await it.start("refuse")
    assert await size.evaluate("it => it.validity.valid")


async def test_a_link_carries_all_and_runs_nothing(play):
    it = await play()
    await expect(it.page.get_by_label("ping interval")).to_be_hidden()
    await it.start("keepalive")
    await it.page.get_by_label("uvicorn's implementation").select_option("wsproto")
    await it.pane("The client").fill("print('from a link')")
    await it.button("Copy link").click()
    await expect(it.page.get_by_role("status").first).to_contain_text("link is")
    address = await it.page.evaluate("location.href")
    assert len(address) < 2000
    other = await play(f"playground/{address[address.index('#') :]}")
    await other.has("The client", "print('from a link')")
    said = other.page.get_by_role("status").first
    await expect(said).to_contain_text("Read it before you press Run")
    ping = other.page.get_by_label("ping interval")
    await expect(ping).to_have_value("0.2")
    assert not python(other.page)
    await expect(other.output).to_be_hidden()
    await other.run()
    await expect(other.output).to_have_text("from a link", timeout=60_000)


async def test_a_page_s_origin_is_kept_and_goes_with_a_link(play):
    it = await play()
    await it.start("chat")
    await it.page.get_by_label("Origin of the page").fill("https://elsewhere.example")
    await expect(it.button("Original")).to_be_enabled()
    await it.page.reload()
    await it.has("The application", (FOLDER / "chat.py").read_text())
    await it.button("Copy link").click()
    await it.page.wait_for_function("() => location.hash")
    other = await play(f"playground/{await it.page.evaluate('location.hash')}")
    for tab in (it, other):
        origin = tab.page.get_by_label("Origin of the page")
        await expect(origin).to_have_value("https://elsewhere.example")
    await other.start("refuse")
    await expect(other.page.get_by_label("Origin of the page")).to_be_hidden()
    await other.start("chat")
    await expect(origin).to_have_value("http://127.0.0.1:8000")


async def test_the_link_of_the_median_starting_point_is_under_2_kb(play):
    it = await play()
    lengths = []
    for point in POINTS:
        await it.start(point["name"])
        await it.button("Copy link").click()
        await it.page.wait_for_function("() => location.hash")
        lengths.append(len(await it.page.evaluate("location.href")))
        await it.page.evaluate("history.replaceState(null, '', location.pathname)")
    assert median(lengths) < 2000, lengths


async def test_a_copy_is_a_file_that_uvicorn_runs(play, tmp_path):
    it = await play(permissions=["clipboard-read", "clipboard-write"])
    await it.page.get_by_label("uvicorn's implementation").select_option("wsproto")
    await it.page.get_by_text("More options").click()
    await it.page.get_by_label("ws_max_size").fill("5")
    await it.button("Copy as a file").click()
    said = it.page.get_by_role("status").first
    await expect(said).to_have_text("The application is copied.")
    copied = await it.page.evaluate("navigator.clipboard.readText()")
    (tmp_path / "echo.py").write_text(copied)
    command = copied.splitlines()[0].partition("to be run with: ")[2]
    program, *arguments = shlex.split(command)
    assert program == "uvicorn"
    async with (
        uvicorn(tmp_path, *arguments) as running,
        connect(f"ws://127.0.0.1:{running.port}/") as client,
    ):
        await client.send("hello")
        assert await client.recv() == "hello"
        await client.send("longer")
        await client.wait_closed()
        assert client.close_code == 1009


EDIT = "print('mine')"


async def test_an_edit_lasts_until_it_is_taken_back(play):
    it = await play()
    original = it.button("Original")
    await it.start("keepalive")
    await expect(original).to_be_disabled()
    await it.edit(EDIT)
    await it.page.get_by_label("uvicorn's implementation").select_option("wsproto")
    await it.page.get_by_label("ping interval").fill("0.5")
    await it.page.reload()
    await it.has("The client", EDIT)
    await it.has("The application", (FOLDER / "keepalive.py").read_text())
    chosen = it.page.get_by_label("Start from")
    await expect(chosen).to_have_value("keepalive")
    implementation = it.page.get_by_label("uvicorn's implementation")
    await expect(implementation).to_have_value("wsproto")
    await expect(it.page.get_by_label("ping interval")).to_have_value("0.5")
    assert not python(it.page)

    await it.start("echo")
    await expect(original).to_be_disabled()
    await expect(implementation).to_have_value("websockets-sansio")
    await it.page.reload()  # what was chosen last is there again
    await it.has("The client", (FOLDER / "echo.client.py").read_text())
    await chosen.select_option("keepalive")
    await it.has("The client", EDIT)
    await original.focus()
    await it.page.keyboard.press("Enter")
    await it.has("The client", (FOLDER / "keepalive.client.py").read_text())
    await expect(it.button("Run application and client")).to_be_focused()
    await expect(original).to_be_disabled()
    await it.page.reload()
    await it.has("The client", (FOLDER / "keepalive.client.py").read_text())
    await expect(original).to_be_disabled()


async def test_tabs_keep_each_other_s_edits(play):
    it = await play()
    other = Playground(await it.page.context.new_page())
    await other.page.goto(it.page.url)
    for tab, name in ((it, "refuse"), (other, "slow")):
        await tab.start(name)
        await tab.edit(f"print('{name}')")
    for tab, name in ((it, "refuse"), (other, "slow")):
        await tab.page.reload()
        await tab.has("The client", f"print('{name}')")
    await it.page.goto("about:blank")
    await it.page.goto(other.page.url)  # a new visit has what was edited last
    await it.has("The client", "print('slow')")
    await it.page.get_by_label("Start from").select_option("refuse")
    await it.has("The client", "print('refuse')")


async def test_a_link_stands_before_what_is_kept_and_replaces_nothing(play):
    it = await play()
    await it.edit("print('of the link')")
    await it.button("Copy link").click()
    await it.page.wait_for_function("() => location.hash")
    link = it.page.url
    await it.edit(EDIT)
    await it.page.wait_for_function("() => !location.hash")  # that code is gone
    said = it.page.get_by_role("status").first
    chosen = it.page.get_by_label("Start from")

    async def follow() -> None:
        await it.page.goto("about:blank")
        await it.page.goto(link)
        await it.has("The client", "print('of the link')")
        await expect(said).to_contain_text("Read it before you press Run")
        await expect(it.button("Original")).to_be_disabled()

    await follow()
    await it.page.reload()
    await it.has("The client", "print('of the link')")
    await chosen.select_option("echo")
    await it.has("The client", EDIT)  # it is kept as it was
    await expect(said).to_be_empty()

    await follow()
    await it.edit("print('changed')")
    await it.page.reload()
    await it.has("The client", "print('changed')")
    await expect(chosen.locator("option:checked")).to_have_text("echo, from a link")
    await chosen.select_option("echo")
    await it.has("The client", EDIT)

    await follow()  # the link's code, and what the reader made of it one press away
    await it.button("Your edit").click()
    await it.has("The client", "print('changed')")
    await expect(said).to_be_empty()
    await it.button("Original").click()
    await it.has("The client", "print('of the link')")
    await expect(it.output).to_be_hidden()  # nothing has run


async def test_keys_run_it_and_leave_the_editor(play):
    it = await play()
    await it.pane("The client").fill("print(6 * 7)")
    await it.page.keyboard.press("Shift+Enter")
    await expect(it.output).to_have_text("42", timeout=60_000)
    await it.page.keyboard.press("Escape")
    await expect(it.button("Run application and client")).to_be_focused()


async def test_the_sides_stand_below_the_heading_and_beside_each_other(play):
    it = await play()
    await it.has("The application", (FOLDER / "echo.py").read_text())
    sides = it.page.locator(".playground-pane")
    heading = await it.page.get_by_role("heading", level=1).bounding_box()
    one, other = [await it.bounding_box() for it in await sides.all()]
    assert heading["y"] + heading["height"] < one["y"]
    assert one["x"] + one["width"] <= other["x"]
    await it.page.set_viewport_size({"width": 390, "height": 844})
    one, other = [await it.bounding_box() for it in await sides.all()]
    assert one["y"] + one["height"] <= other["y"]
    assert one["width"] > 300


async def test_a_damaged_link_is_told(play):
    it = await play("playground/#run=playground.abc")
    said = it.page.get_by_role("status").first
    told = "The link's code can't be shown: the link is damaged, or not whole."
    await expect(said).to_contain_text(told)
    await it.has("The application", (FOLDER / "echo.py").read_text())


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("echo", lambda it: it.page.locator("figcaption a")),
        ("chat", lambda it: it.client(1).locator("li")),
    ],
    ids=["echo", "chat"],
)
async def test_axe_finds_nothing(play, name, last):
    it = await play()
    await it.start(name)
    await it.run()
    await expect(last(it)).to_have_count(1, timeout=60_000)
    found = await Axe().run(it.page)
    assert [each["id"] for each in found.response["violations"]] == []


CONNECTED = "HTTP/1.1 101 Switching Protocols"
"""What a client of the atlas prints first."""


async def opens(page: Page, link: Locator) -> Playground:
    """Follow a link to the playground; nothing runs by itself."""
    await link.click()
    it = Playground(page)
    said = page.get_by_role("status").first
    await expect(said).to_contain_text("Read it before you press Run")
    assert not python(page)
    await expect(it.output).to_be_hidden()
    return it


async def test_a_scenario_of_the_atlas_opens(visit: Visits, site: str):
    page = await (await visit(site)).open("atlas/close-with-reason/")
    link = page.locator("p > a", has_text="Open in the playground").last
    it = await opens(page, link)
    await expect(it.pane("The application")).to_contain_text("websocket.close")
    await it.run()
    await expect(it.output).to_contain_text(CONNECTED, timeout=60_000)
    await expect(it.ladder(1)).to_contain_text("close 4001")


async def test_a_cell_of_the_atlas_opens_with_its_implementation(
    visit: Visits, site: str
):
    page = await (await visit(site)).open("atlas/?open=text%2Fuvicorn-wsproto")
    link = page.get_by_role("dialog").get_by_text("Open in the playground")
    it = await opens(page, link)
    implementation = page.get_by_label("uvicorn's implementation")
    await expect(implementation).to_have_value("wsproto")
    await it.run()
    await expect(it.output).to_contain_text(CONNECTED, timeout=60_000)
    await expect(it.ladder(1)).to_contain_text("text")


async def test_an_application_of_a_chapter_opens(visit: Visits, site: str):
    page = await (await visit(site)).open("chapters/echo/")
    link = page.get_by_role("link", name="Open in the playground").first
    it = await opens(page, link)
    await it.run()
    await expect(it.ladder(1)).to_contain_text("text", timeout=60_000)
