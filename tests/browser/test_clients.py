"""A chapter's pages in the reader's own browser, below the cell that opens them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FrameLocator, Locator, Page, expect

from wslab.site.live.cells.exceptions import read_exceptions
from wslab.site.notebooks import code_cells, find_notebooks, read_notebook

from ..site.conftest import ROOT

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
PHONE = {"width": 390, "height": 844}
NOTEBOOKS = ROOT / "notebooks"
SCRIPTED = re.compile(r'await browser\("(?P<name>[\w-]+)"')
LOADED = 90_000  # milliseconds for Python, and for all cells that one needs


@dataclass
class Chapter:
    """A chapter of the project's own site, and its cell that opens pages."""

    page: Page
    cell: Locator

    @property
    def console(self) -> Locator:
        return self.cell.locator(".live-clients .live-own")

    @property
    def clients(self) -> Locator:
        return self.cell.locator(".live-clients iframe")

    def client(self, number: int) -> FrameLocator:
        return self.clients.nth(number).content_frame

    def lines(self, number: int) -> Locator:
        return self.client(number).locator("li")

    async def run(self, count: int) -> None:
        """Run the cell, until each page has its connection; those before are gone."""
        before = await self.clients.element_handles()
        await self.cell.locator(".live-run").click()
        for frame in before:
            await frame.wait_for_element_state("hidden")
        await expect(self.clients).to_have_count(count, timeout=LOADED)
        for number in range(count):
            send = self.client(number).get_by_role("button", name="Send")
            await expect(send).to_be_enabled()

    async def say(self, number: int, text: str) -> None:
        await self.client(number).get_by_role("textbox").fill(text)
        await self.client(number).get_by_role("textbox").press("Enter")


@pytest.fixture
def read(visit: Visits, site: str) -> Callable[..., Any]:
    """Open a chapter; returns it."""

    async def read(name: str, cell: str, **options: Any) -> Chapter:
        it = await visit(site, **options)
        page = await it.open(f"chapters/{name}/")
        return Chapter(page, page.locator(f"[data-cell='{cell}']"))

    return read


async def test_two_pages_chat_in_one_room_until_they_are_ended(read: Visits) -> None:
    chapter = await read("chat-page", "tabs-shown")
    await chapter.run(2)
    left, right = [await chapter.clients.nth(it).bounding_box() for it in (0, 1)]
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    await chapter.say(0, "<b>tea</b>")
    for number in (0, 1):
        await expect(chapter.lines(number).last).to_have_text("ada: <b>tea</b>")
    await chapter.client(1).get_by_role("textbox").fill("coffee")
    await chapter.client(1).get_by_role("button", name="Send").click()
    for number in (0, 1):
        await expect(chapter.lines(number).last).to_have_text("bob: coffee")
    found = await Axe().run(chapter.page)
    assert [each["id"] for each in found.response["violations"]] == []

    # Others in their place: the first two have left, and with them their room.
    await chapter.run(2)
    await chapter.say(0, "again")
    for number in (0, 1):
        lines = chapter.lines(number).filter(has_text=":")
        await expect(lines).to_have_text(["ada: again"])
    await chapter.page.get_by_role("button", name="Stop what runs").click()
    await expect(chapter.clients).to_have_count(0)
    await chapter.run(2)
    await chapter.page.get_by_role("button", name="Reset").click()
    await expect(chapter.clients).to_have_count(0)
    await expect(chapter.cell.locator(".live-clients")).to_have_count(0)


async def test_pages_see_that_the_server_has_stopped(read: Visits) -> None:
    chapter = await read("chat-page", "tabs-shown")
    await chapter.run(2)
    await chapter.page.locator("[data-cell='stop'] .live-run").click()
    for number in (0, 1):
        last = chapter.lines(number).last
        await expect(last).to_have_text("The connection is closed (1012).")
    await chapter.cell.locator(".live-run").click()
    told = chapter.cell.locator(".live-clients p")
    await expect(told).to_contain_text("Your browser could not open the page")
    await expect(told).to_contain_text("this server has stopped")


async def test_on_a_phone_a_page_is_below_the_other(read: Visits) -> None:
    chapter = await read("chat-page", "tabs-shown", viewport=PHONE, color_scheme="dark")
    await chapter.run(2)
    upper, lower = [await chapter.clients.nth(it).bounding_box() for it in (0, 1)]
    assert upper["x"] == lower["x"]
    assert upper["y"] + upper["height"] < lower["y"]
    wider = "document.documentElement.scrollWidth - window.innerWidth"
    assert await chapter.page.evaluate(wider) <= 0


async def test_the_page_of_the_echo_answers_what_is_typed(read: Visits) -> None:
    chapter = await read("echo", "page-result-code")
    await chapter.run(1)
    await chapter.say(0, "<b>bold</b>")
    await expect(chapter.lines(0)).to_have_text(["<b>bold</b>"])


def scripts() -> dict[str, dict[str, str]]:
    """By chapter the cells that run a script here, and the names of kept results."""
    exceptions = read_exceptions(NOTEBOOKS)
    found: dict[str, dict[str, str]] = {}
    for path in find_notebooks(NOTEBOOKS):
        apart = (exceptions.stored, exceptions.cannot)
        others = {cell for kind in apart for cell in kind.get(path.stem, {})}
        for _, cell in code_cells(read_notebook(path)):
            call = SCRIPTED.search(cell.source)
            if call and cell.id not in others:
                found.setdefault(path.stem, {})[cell.id] = call["name"]
    return found


def what_chromium_had(name: str) -> list[str]:
    """What a script wrote to its console, and the value that it returned.

    Lines that Chromium writes itself are its own matter.
    """
    kept = json.loads((NOTEBOOKS / "browser" / f"{name}.json").read_text())
    lines = [line for page in kept["pages"] for line in page["console"]]
    own = [line for line in lines if not line.startswith("error: WebSocket")]
    value = kept["value"]
    if value is not None:
        is_text = isinstance(value, str)
        own.append(value if is_text else json.dumps(value, separators=(",", ":")))
    return own


@pytest.mark.parametrize(("chapter", "cells"), scripts().items(), ids=scripts())
async def test_scripts_have_in_the_console_what_chromium_had(
    read: Visits, chapter: str, cells: dict[str, str]
) -> None:
    for number, (cell, result) in enumerate(cells.items()):
        if number == 0:
            it = await read(chapter.partition("-")[2], cell)
        it = Chapter(it.page, it.page.locator(f"[data-cell='{cell}']"))
        await it.cell.locator(".live-run").click()
        lines = "\n".join(what_chromium_had(result))
        await expect(it.console).to_have_text(lines, timeout=LOADED)
        control = it.cell.locator(".live-control")
        await expect(control).to_have_attribute("data-state", "ok", timeout=LOADED)
        await expect(it.clients).to_have_count(0)


async def test_what_a_frame_cannot_do_has_its_reason_at_the_control(
    read: Visits,
) -> None:
    chapter = await read("one-way", "over-run")
    await chapter.cell.locator(".live-run").click()
    told = chapter.cell.locator(".live-control .live-told")
    await expect(told).to_contain_text(
        "not in your browser, but with Chromium's stored result: "
        "Its pages use EventSource",
        timeout=LOADED,
    )
    await expect(chapter.cell.locator(".live-clients")).to_have_count(0)


async def test_an_application_that_does_not_open_has_its_reason_at_the_control(
    read: Visits,
) -> None:
    chapter = await read("push", "post-code")
    control = chapter.cell.locator(".live-control")
    await expect(control).to_contain_text(
        "Does not open in the playground: Its client waits for"
    )
    await expect(control.get_by_role("link")).to_have_count(0)
