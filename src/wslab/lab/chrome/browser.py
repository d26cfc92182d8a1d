"""A real Chromium with a fresh profile, driven by Playwright."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wslab.lab.chrome.process import new_context
from wslab.lab.chrome.result import PageRecord, SocketEvent

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ConsoleMessage, Error, Page, Route

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
EVENTS_SCRIPT = Path(__file__).with_name("events.js").read_text()
MARK = "wslab: all that the page has logged so far"
TIMEOUT = 10.0
"""Seconds that opening a page, or one script in it, may take."""


class ChromiumNotFound(Exception):
    """Playwright or Chromium is missing, nor does WSLAB_CHROMIUM name a Chromium."""


class ScriptError(Exception):
    """A page's script raised an exception that it did not catch."""


def find_chromium() -> str | None:
    """Return the Chromium to use: WSLAB_CHROMIUM, or one on the search path."""
    if find_spec("playwright") is None:
        return None
    named = os.environ.get("WSLAB_CHROMIUM")
    found = (shutil.which(name) for name in ((named,) if named else EXECUTABLES))
    return next((path for path in found if path), None)


@asynccontextmanager
async def chromium(*, any_certificate: bool = False) -> AsyncIterator[Chromium]:
    """Run a headless Chromium without cookies or history until the block ends.

    In a kernel the cells that use one in quick succession share its process.

    Args:
        any_certificate: it trusts every server, whoever signed its certificate.

    Raises:
        ChromiumNotFound: there is none.
    """
    executable = find_chromium()
    if executable is None:
        raise ChromiumNotFound("install playwright and Chromium, or set WSLAB_CHROMIUM")
    async with new_context(
        executable,
        viewport={"width": 800, "height": 450},
        ignore_https_errors=any_certificate,
    ) as context:
        assert context.browser is not None
        started = Chromium(context, context.browser.version)
        await started.prepare()
        yield started


class Chromium:
    """A running Chromium. Its pages share cookies, as tabs of one browser do."""

    def __init__(self, context: BrowserContext, version: str) -> None:
        self.version = version
        self.screenshots: list[bytes] = []
        self._context = context
        self._records: dict[Page, PageRecord] = {}

    @property
    def records(self) -> list[PageRecord]:
        """What each page did so far, in the order in which they were opened."""
        return list(self._records.values())

    async def prepare(self) -> None:
        """Make every page report the events of its WebSockets."""
        self._context.set_default_timeout(TIMEOUT * 1000)
        await self._context.expose_binding("wslabReport", self._report)
        await self._context.add_init_script(EVENTS_SCRIPT)
        # Chromium asks for it when it likes, which no trace should depend on.
        await self._context.route("**/favicon.ico", _abort)

    async def open(self, url: str = "about:blank", *, empty: bool = False) -> Tab:
        """Open a page.

        An `empty` one has the URL's origin and nothing else: no request is made.
        """
        page = await self._context.new_page()
        record = self._records[page] = PageRecord(url)
        page.on("console", partial(_note, record))
        page.on("pageerror", lambda error: record.console.append(_uncaught(error)))
        if empty:
            # A page that no network answered counts as one from the public internet,
            # which may not reach this machine; the real one could.
            permissions = ["local-network-access"]
            await self._context.grant_permissions(permissions, origin=url)
            await page.route(url, _fulfil_empty)
        await page.goto(url)
        return Tab(self, page)

    async def settle(self) -> None:
        """Wait for what the open pages have reported so far."""
        for page in self._records:
            if not page.is_closed():
                await page.evaluate("() => wslabReport(null)")
                # The console keeps its order, so what came before this has arrived.
                async with page.expect_console_message(_is_mark):
                    await page.evaluate("mark => console.debug(mark)", MARK)

    def _report(self, source: dict[str, Any], event: dict[str, Any] | None) -> None:
        if event is not None:
            self._records[source["page"]].events.append(SocketEvent(**event))


class Tab:
    """An open page. `page` is Playwright's, for typing, clicking and waiting."""

    def __init__(self, chromium: Chromium, page: Page) -> None:
        self.page = page
        self._chromium = chromium

    async def run(self, script: str, **variables: Any) -> Any:
        """Run the body of an asynchronous function in the page; return what it does.

        The script sees each of `variables` under its name. What it returns must be
        plain data.

        Raises:
            ScriptError: the script raised.
            TimeoutError: it did not end within 10 seconds.
        """
        from playwright.async_api import Error

        function = f"async ({{{', '.join(variables)}}}) => {{\n{script}\n}}"
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self.page.evaluate(function, variables)
        except Error as error:
            raise ScriptError(error.message) from None

    async def screenshot(self) -> None:
        """Add a picture of the page to the result."""
        self._chromium.screenshots.append(await self.page.screenshot())

    async def close(self) -> None:
        """Close the page as a user closes a tab."""
        await self._chromium.settle()
        await self.page.close()


async def _abort(route: Route) -> None:
    await route.abort()


async def _fulfil_empty(route: Route) -> None:
    await route.fulfill(body="", content_type="text/html")


def _is_mark(message: ConsoleMessage) -> bool:
    return message.text == MARK


def _note(record: PageRecord, message: ConsoleMessage) -> None:
    if not _is_mark(message):
        record.console.append(_line(message))


def _line(message: ConsoleMessage) -> str:
    plain = message.type in ("log", "info", "debug")
    return message.text if plain else f"{message.type}: {message.text}"


def _uncaught(error: Error) -> str:
    return f"uncaught {error.name}: {error.message}"
