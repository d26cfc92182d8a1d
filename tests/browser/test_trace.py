"""The page of `wslab trace --web`, beside a real server and real clients."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from websockets.asyncio.client import ClientConnection, connect

from ..cli.traced import Command, trace

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
ROWS = "#list tbody tr"
HOSTILE = '<img src=x onerror="window.hit=1">\'"&</title></style>\u202e\x07'

Open = Callable[..., Any]


class Traced:
    """A running `wslab trace --web`, and clients of its server."""

    def __init__(self, command: Command) -> None:
        self.command = command
        command.wait_for_text("the page is at ")
        found = re.search(r"the page is at ((\S+)/\S+)", "\n".join(command.err))
        assert found
        self.address, self.origin = found.groups()

    def connect(self, path: str = "/", **options: Any) -> connect:
        url = f"ws://127.0.0.1:{self.command.port}{path}"
        return connect(url, compression=None, proxy=None, **options)

    async def say(self, *messages: str | bytes, path: str = "/") -> None:
        async with self.connect(path) as client:
            for message in messages:
                await client.send(message)
                assert await client.recv() == message


async def has_raised(client: ClientConnection) -> None:
    """Have the handler raise, and wait for what that does to the client."""
    await client.send("raise")
    await client.wait_closed()
    assert client.close_code == 1006


@pytest.fixture
def traced(tmp_path: Path) -> AsyncIterator[Traced]:
    with trace(tmp_path, "--web", "app:app", "--port", "0") as command:
        yield Traced(command)


@pytest.fixture
def opened(traced: Traced, visit: Open) -> Open:
    """Open the page at the printed address, then at a fragment."""

    async def opened(fragment: str = "", **options: Any) -> Page:
        it = await visit(traced.origin, viewport=WIDE, **options)
        await it.page.goto(traced.address)
        if "open=" in fragment:  # one that is in the list, as a reader's is
            await expect(it.page.locator(ROWS)).not_to_have_count(0)
        await it.page.goto(f"{traced.origin}/{fragment}")
        return it.page

    return opened


async def test_connections_appear_as_they_come_and_end(opened: Open, traced: Traced):
    page = await opened()
    await expect(page.locator("#nothing")).to_be_visible()
    async with traced.connect("/room?token=abc") as client:
        row = page.locator(ROWS)
        await expect(row.locator("a")).to_have_accessible_name("1, live")
        await client.send("hello")
        await expect(row.locator(".flow").first).to_have_text("1 · 5 B")
        await client.close(4001, "enough")
    await expect(row.locator("a")).to_have_accessible_name(re.compile("1, ended"))
    for column, text in {
        ".path": "/room?token=***",
        ".code": "4001",
        ".reason": "enough",
        ".by": "client",
        ".client": re.compile(r"127\.0\.0\.1:\d+"),
    }.items():
        await expect(row.locator(column)).to_have_text(text)
    await expect(row.locator(".duration")).to_have_text(re.compile(" m?s$"))
    await expect(page.locator("#count")).to_contain_text("1 connection, 0 live")


async def test_the_ladder_of_the_chosen_one_grows(opened: Open, traced: Traced):
    page = await opened()
    async with traced.connect() as client:
        await page.click(ROWS)
        drawing = page.locator("#drawing svg[role=img]")
        await expect(drawing).to_contain_text("101")
        await expect(page.locator("#why")).to_contain_text("Still open.")
        await client.send("one")
        await expect(drawing).to_contain_text('receive "one"')
        await has_raised(client)
    await expect(page.locator("#why")).to_contain_text("raised RuntimeError: as asked")
    await expect(page.locator("#said")).to_contain_text("Connection 1 has ended")
    row = page.locator("#rows .evidence").first
    name = re.compile(r"^\+.*app: raised RuntimeError.*, shows why it ended$")
    await expect(row).to_have_accessible_name(name)


async def test_each_time_stands_beside_its_row(opened: Open, traced: Traced):
    await traced.say("one")
    page = await opened("#open=1")
    times = page.locator("#rows button")
    row = times.filter(has_text="+").nth(1)
    name = await row.get_attribute("aria-label")
    assert name
    assert 'client: text "one"' in name
    drawn = page.locator("#drawing text", has_text="one").first
    outer, inner = await row.bounding_box(), await drawn.bounding_box()
    assert outer
    assert inner
    assert (
        outer["y"] <= inner["y"] + inner["height"] / 2 <= outer["y"] + outer["height"]
    )


async def test_a_payload_is_text_json_and_hexadecimal(opened: Open, traced: Traced):
    written = '{"big": 12345678901234567890.10, "names": ["é"], "none": {}}'
    await traced.say(written, "x" * 500)
    page = await opened("#open=1")
    payload = page.locator("#payload")
    await page.click("#rows button[aria-label*='client: text']")
    indented = (
        '{\n  "big": 12345678901234567890.10,\n'
        '  "names": [\n    "é"\n  ],\n  "none": {}\n}'
    )
    await expect(payload).to_have_text(indented)
    await page.click("#forms >> text=Text")
    await expect(payload).to_have_text(written)
    await page.click("#forms >> text=Hex")
    await expect(payload).to_contain_text("00000000  7b 22 62 69 67")
    await expect(page.locator("#kept")).to_have_text("All 61 B.")
    await page.click("#rows button[aria-label*='xxxx']")
    kept = "The first 128 of 500 bytes. Run with --payloads to keep more."
    await expect(page.locator("#kept")).to_have_text(kept)


async def test_all_events_are_in_a_table(opened: Open, traced: Traced):
    await traced.say(*(f"{n}" for n in range(20)))
    page = await opened("#open=1")
    await expect(page.locator("#drawing")).to_contain_text("more like these")
    await page.click("[data-show=events]")
    await page.get_by_role("button", name='text "17"').first.click()
    await expect(page.locator("#payload")).to_have_text("17")
    await page.click("#events >> text=GET /")
    await expect(page.locator("#facts")).to_contain_text("Sec-WebSocket-Version")


async def test_what_comes_from_the_wire_is_text(opened: Open, traced: Traced):
    page = await opened()
    async with traced.connect("/<img%20src=x>?<script>") as client:
        await client.send(HOSTILE)
        assert await client.recv() == HOSTILE
        await client.close(4000, HOSTILE[:60])
    await expect(page.locator(f"{ROWS} .reason")).to_contain_text("<img src=x")
    await page.click(ROWS)
    await expect(page.locator("#drawing")).to_contain_text("<img")
    await page.click("#rows button[aria-label*='client: text']")
    await expect(page.locator("#payload")).to_contain_text("window.hit")
    assert await page.locator("#payload").text_content() == HOSTILE
    await page.click("[data-show=events]")
    await expect(page.locator("#events")).to_contain_text("<img src=x onerror")
    assert await page.evaluate("window.hit") is None
    assert await page.locator("main img, main script").count() == 0


async def test_keys_move_open_find_and_close(opened: Open, traced: Traced):
    for name in ("blue", "green", "red"):
        await traced.say("x", path=f"/{name}")
    page = await opened()
    await expect(page.locator(ROWS)).to_have_count(3)
    await page.keyboard.press("/")
    await page.keyboard.type("e")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(ROWS).first.locator("a")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#chosen")).to_have_text("2 /green")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#chosen")).to_have_text("3 /red")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(page.locator("#detail")).to_be_hidden()
    await expect(page.locator(ROWS).nth(2).locator("a")).to_be_focused()
    await page.keyboard.press("/")
    await page.keyboard.press("Escape")
    assert await page.locator("input[name=find]").input_value() == ""


async def test_filters_and_order_are_in_the_address(opened: Open, traced: Traced):
    await traced.say("x", path="/a")
    async with traced.connect("/b") as client:
        await has_raised(client)
    async with traced.connect("/a") as live:
        page = await opened()
        rows = page.locator(f"{ROWS} .number")
        await expect(rows).to_have_text(["1", "2", "3"])
        await page.check("input[value=live]", force=True)
        await expect(rows).to_have_text(["3"])
        await page.click("text=Reset")
        await page.select_option("select[name=path]", "/a")
        await page.click("[data-sort=number]")
        await expect(rows).to_have_text(["3", "1"])
        again = await opened(f"#{(await page.evaluate('location.hash'))[1:]}")
        await expect(again.locator(f"{ROWS} .number")).to_have_text(["3", "1"])
        await page.click("text=Reset")
        await page.check("input[name=failures]", force=True)
        await expect(rows).to_have_text(["2"])
        await live.close()


async def test_requests_without_a_websocket_are_shown_on_demand(
    opened: Open, traced: Traced
):
    page = await opened()
    async with traced.connect():
        pass
    address = f"http://127.0.0.1:{traced.command.port}/page"
    assert (await page.context.request.get(address)).ok
    await page.check("input[name=http]", force=True)
    await expect(page.locator(ROWS)).to_have_count(2)
    await page.uncheck("input[name=http]", force=True)
    await expect(page.locator(ROWS)).to_have_count(1)
    await page.check("input[name=http]", force=True)
    await expect(page.locator(f"{ROWS} .path")).to_have_text(["/", "/page"])


async def test_a_hidden_page_hears_nothing_and_then_all(opened: Open, traced: Traced):
    page = await opened()
    await traced.say("x")
    await expect(page.locator(ROWS)).to_have_count(1)
    hide = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await page.evaluate(hide, True)
    await traced.say("x")
    other = await opened()
    await expect(other.locator(ROWS)).to_have_count(2)
    assert await page.locator(ROWS).count() == 1
    await page.evaluate(hide, False)
    await expect(page.locator(ROWS)).to_have_count(2)


async def test_a_connection_is_copied(opened: Open, traced: Traced):
    await traced.say("hello")
    permissions = ["clipboard-read", "clipboard-write"]
    page = await opened("#open=1", permissions=permissions)
    for name, parts in {
        "Copy text": ("client ", 'receive "hello"'),
        "Copy SVG": ("<svg ", 'receive "hello"'),
        "Copy test": ("from app import app", "hello"),
    }.items():
        await page.click(f"text={name}")
        await expect(page.locator(".toast")).to_contain_text(" is copied.")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert all(html.unescape(part) in html.unescape(copied) for part in parts)
        await expect(page.locator(".toast")).to_have_count(0)


async def test_the_token_leaves_the_address_and_is_kept(
    opened: Open, traced: Traced, visit: Open
):
    await traced.say("x")
    it = await visit(traced.origin)
    stranger = it.page
    await stranger.goto(traced.origin)
    await expect(stranger.locator("#state")).to_have_text("no access")
    await expect(stranger.locator("#nothing")).to_contain_text("its end is a token")
    assert await stranger.locator(ROWS).count() == 0
    assert ["403 (Forbidden)" in fault for fault in it.faults] == [True]
    it.faults.clear()
    await stranger.evaluate("address => location.assign(address)", traced.address)
    await expect(stranger.locator(ROWS)).to_have_count(1)
    assert await stranger.evaluate("location.href") == f"{traced.origin}/"
    await stranger.click(ROWS)
    await stranger.reload()
    await expect(stranger.locator("#drawing")).to_contain_text('receive "x"')


async def test_the_end_of_the_trace_leaves_what_was_seen(opened: Open, traced: Traced):
    page = await opened()
    await traced.say("x")
    await expect(page.locator(ROWS)).to_have_count(1)
    assert traced.command.end() == 0
    await expect(page.locator("#state")).to_have_text("ended")
    await expect(page.locator(ROWS)).to_have_count(1)


async def test_an_address_may_name_a_connection_that_is_to_come(
    traced: Traced, visit: Open
):
    it = await visit(traced.origin)
    await it.page.goto(f"{traced.address}&open=1")
    await expect(it.page.locator("#state")).to_have_text("live")
    async with asyncio.timeout(60):
        while not it.faults:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await traced.say("x")
    await expect(it.page.locator("#rows button").first).to_be_visible()
    assert [it.faults.pop()] == [
        "console error: Failed to load resource: "
        "the server responded with a status of 404 (Not Found)"
    ]


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", PHONE)])
async def test_it_is_accessible_and_fits(
    traced: Traced, visit: Open, scheme: str, viewport: dict[str, int]
):
    async with traced.connect("/a/rather/long/path/that/takes/more/room?than=there_is"):
        pass
    async with traced.connect("/b") as client:
        await client.send(json.dumps({"text": "a message " * 9}))
        await has_raised(client)
    it = await visit(traced.origin, color_scheme=scheme, viewport=viewport)
    page = it.page
    await page.goto(traced.address)
    await expect(page.locator(ROWS)).to_have_count(2)  # no 404: the trace has both
    await page.goto("about:blank")
    await page.goto(f"{traced.address}&open=2")
    for act in ("#rows button >> nth=2", "[data-show=events]", "#close"):
        await expect(page.locator(ROWS)).to_have_count(2)
        await page.click(act)
        if "rows" in act:
            await expect(page.locator("#payload")).to_be_visible()
        assert await page.evaluate(OVERFLOW) <= 0
        results = await Axe().run(page, options={"resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()


WORK = ("Script", "RecalcStyle", "Layout")
FILTER = """words => {
    const field = document.querySelector("input[name=find]");
    field.value = words;
    field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    document.querySelector("#list").getBoundingClientRect();
}"""


async def test_a_thousand_connections_are_filtered_at_once(
    opened: Open, traced: Traced
):
    """Time is the processor's for the page's thread: the machine may have others."""
    for first in range(0, 1000, 50):
        rooms = [traced.say(path=f"/room/{first + n}") for n in range(50)]
        await asyncio.gather(*rooms)
    page = await opened()
    await expect(page.locator(ROWS)).to_have_count(1000)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def seconds() -> float:
        metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
        spent = {it["name"]: it["value"] for it in metrics}
        return sum(spent[f"{name}Duration"] for name in WORK)

    took = []
    for words in ("room/1", "", "room/99", "", "ended", "live", ""):
        before = await seconds()
        await page.evaluate(FILTER, words)
        took.append(await seconds() - before)
    assert median(took) < 0.1, took
    await page.fill("input[name=find]", "room/99")
    await expect(page.locator(ROWS)).to_have_count(11)
