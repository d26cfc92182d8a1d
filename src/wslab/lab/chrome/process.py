"""The Chromium process, shared by what uses one in quick succession."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from wslab.kernel.ipython import kernel_shell

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

IDLE = 0.5
"""Seconds without a user after which a kernel's process ends."""

FEATURES_OFF = (
    # Chromium 156 draws the address bar's suggestions as two pages for each window,
    # which take a third of its processor time; nobody types there.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    # Of Playwright's own list, which a list of ours replaces: connections of the
    # browser's own, and what would come between a page and its tests.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
ARGUMENTS = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
)
"""What keeps a Chromium that Playwright drives quiet: it connects only for a page."""


class ChromiumProcess:
    """A Chromium that ends with its last use, in a kernel half a second later.

    Starting one takes more than a second of processor time, a new context in it a
    fraction of that; the cells of a notebook that need a browser follow each other.
    """

    def __init__(self, executable: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._users = 0
        self._over = asyncio.Event()
        self._idle = self._loop.call_soon(lambda: None)
        self._browser: asyncio.Future[Browser] = self._loop.create_future()
        self._task = asyncio.create_task(self._live(executable))

    @property
    def is_over(self) -> bool:
        """Whether it ends or has ended, so that another is needed."""
        return self._over.is_set() or self._task.done()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Browser]:
        """Wait for the browser and keep it from ending."""
        self._users += 1
        self._idle.cancel()
        try:
            yield await asyncio.shield(self._browser)
        finally:
            self._users -= 1
            if not self._users:
                await self._release()

    def end(self) -> None:
        """Have it end, and whoever needs one start another."""
        self._over.set()

    async def _release(self) -> None:
        if kernel_shell() is not None:
            self._idle = self._loop.call_later(IDLE, self._over.set)
        else:  # a script's loop may end at once, and must not leave the process
            self._over.set()
            await self._task

    async def _live(self, executable: str) -> None:
        try:
            async with _launched(executable) as browser:
                browser.on("disconnected", lambda _: self._over.set())
                self._browser.set_result(browser)
                await self._over.wait()
        except Exception as error:
            if self._browser.done():
                raise
            self._browser.set_exception(error)


_lost: list[Playwright] = []
"""Kept, since one whose process was lost reports that when it is collected: in a cell
that has nothing to do with it."""

_processes: WeakKeyDictionary[asyncio.AbstractEventLoop, ChromiumProcess]
_processes = WeakKeyDictionary()


def chromium_process(executable: str) -> ChromiumProcess:
    """Return the running event loop's process, started if there is none."""
    loop = asyncio.get_running_loop()
    process = _processes.get(loop)
    if process is None or process.is_over:
        process = _processes[loop] = ChromiumProcess(executable)
    return process


@asynccontextmanager
async def new_context(executable: str, **options: Any) -> AsyncIterator[BrowserContext]:
    """Yield an empty context, with Playwright's options, in the loop's process."""
    from playwright.async_api import Error

    for is_last in (False, True):
        process = chromium_process(executable)
        async with process.use() as browser:
            try:
                context = await browser.new_context(**options)
            except Error:
                process.end()
                if is_last:
                    raise
                # An interrupt may have ended what drives it, which Playwright tells
                # nobody; so another is started.
                continue
            try:
                yield context
            finally:
                with suppress(Error):  # an interrupt may have ended it already
                    await context.close()
            return


@asynccontextmanager
async def _launched(executable: str) -> AsyncIterator[Browser]:
    from playwright.async_api import Error, async_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with _profile() as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable,
                args=[*ARGUMENTS, *(["--no-sandbox"] if root else [])],
                # As its users have it: a page that they leave may come back.
                ignore_default_args=["--disable-back-forward-cache"],
            )
            assert context.browser is not None
            try:
                yield context.browser
            finally:
                try:
                    await context.close()
                except Error:  # an interrupt may have ended it already
                    _lost.append(playwright)


@contextmanager
def _profile() -> Iterator[Path]:
    """Make an empty profile, in which Chromium connects only for a reason."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        preferences = Path(directory, "Default", "Preferences")
        preferences.parent.mkdir()
        preferences.write_text('{"net": {"network_prediction_options": 2}}')
        yield Path(directory)
