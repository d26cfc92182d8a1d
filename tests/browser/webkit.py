"""WebKitGTK, the engine of Safari, driven over WebDriver on a screen of its own.

https://www.w3.org/TR/webdriver2/ says what each request means.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import psutil

from .remote import Remote

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
LIMIT = 120_000  # milliseconds that an act may take
WANTED = {"alwaysMatch": {"timeouts": {"implicit": LIMIT // 2, "script": LIMIT}}}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # section 12.2
KEYS = {"Shift": "\ue008", "Control": "\ue009", "Enter": "\ue007"}  # section 17.4.2

REPLACED = ("no such frame", "no such window", "stale element reference")

QUICK = {"JSC_useOMGJIT": "0"}
"""To optimise a Python that runs for seconds takes as much as all the rest."""

NOTE = """
globalThis.faults = [];
addEventListener("error", (it) => faults.push(`error: ${it.message}`));
addEventListener("unhandledrejection", (it) => faults.push(`error: ${it.reason}`));
addEventListener("securitypolicyviolation", (it) =>
  faults.push(`Content-Security-Policy: ${it.violatedDirective}`));"""

CENTRE = "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})"
CLICK = "document.querySelector(arguments[0]).click()"
FILL = """
const field = document.querySelector(arguments[0]);
field.value = arguments[1];
for (const kind of ["input", "change"])
  field.dispatchEvent(new Event(kind, { bubbles: true }));"""
READ = """
const seen = [...document.querySelectorAll(arguments[0])];
return seen.filter((it) => it.checkVisibility()).map((it) => it.textContent);"""


def find_webkit() -> str | None:
    """Return the driver's path, if there is a screen for its browser, too."""
    return shutil.which(DRIVER) if shutil.which(SCREEN) else None


@asynccontextmanager
async def started() -> AsyncIterator[Remote]:
    """Run WebKit until the block ends."""
    async with (
        _screen() as screen,
        _driver(screen) as address,
        httpx.AsyncClient(base_url=address, timeout=LIMIT / 1000) as driver,
    ):
        session = _Session(driver)
        yield Remote(session.ask)
        await session.leave()


@asynccontextmanager
async def _screen() -> AsyncIterator[str]:
    ours, its = os.pipe()
    # By default it starts anew when its last user is gone, and the next finds nobody.
    options = ("-noreset", "-screen", "0", "1280x1024x24")
    process = await asyncio.create_subprocess_exec(
        *(SCREEN, "-displayfd", str(its), *options),
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=[its],
    )
    os.close(its)
    try:
        with os.fdopen(ours) as told:
            number = await asyncio.to_thread(told.readline)
        yield f":{number.strip()}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _driver(screen: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(DRIVER, "--host=127.0.0.1", "--port=0"),
        env={**os.environ, **QUICK, "DISPLAY": screen},
    )
    try:
        listening: list[Any] = []
        while not listening:  # it does not tell its port
            assert process.returncode is None, "WebKit's driver is gone"
            await asyncio.sleep(0.05)
            sockets = psutil.Process(process.pid).net_connections("tcp4")
            listening = [it for it in sockets if it.status == psutil.CONN_LISTEN]
        yield f"http://127.0.0.1:{listening[0].laddr.port}"
    finally:
        process.terminate()
        await process.wait()


class Replaced(Exception):
    """The page has put another frame in the place of one."""


class _Session:
    """One visitor's browser: each act is a method of its name."""

    def __init__(self, driver: httpx.AsyncClient) -> None:
        self._driver = driver
        self._path = ""

    async def ask(self, act: str, **details: Any) -> Any:
        return await getattr(self, act)(**details)

    async def open(self, address: str) -> None:
        await self.leave()  # a driver has one session
        asked = {"capabilities": WANTED}
        session = await self._send("POST", "/session", asked)
        self._path = f"/session/{session['sessionId']}"
        await self._post("/url", url=address)
        await self._script(NOTE)

    async def leave(self) -> list[str]:
        if not self._path:
            return []
        await self._within([])
        faults: list[str] = await self._script("return faults")
        await self._send("DELETE", self._path)
        self._path = ""
        return faults

    async def shows(self, frames: list[str], selector: str, text: str) -> None:
        found: list[str] = []
        try:
            async with asyncio.timeout(LIMIT / 1000):
                while not any(text in it for it in found):
                    with suppress(Replaced):
                        found = await self.texts(frames, selector)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{selector} shows {found}, not {text!r}") from None

    async def texts(self, frames: list[str], selector: str) -> list[str]:
        await self._within(frames)
        texts: list[str] = await self._script(READ, selector)
        return texts

    async def click(self, frames: list[str], selector: str) -> None:
        await self.shows(frames, selector, "")
        if frames:  # where the driver's pointer and keys do not come
            return await self._script(CLICK, selector)
        await self._script(CENTRE, selector)  # at the edge a notice may lie over it
        await self._post(f"/element/{await self._find(selector)}/click")

    async def fill(self, frames: list[str], selector: str, text: str) -> None:
        await self.shows(frames, selector, "")
        await self._script(FILL, selector, text)

    async def type(self, text: str) -> None:
        steps = [
            {"type": kind, "value": it} for it in text for kind in ("keyDown", "keyUp")
        ]
        await self._keys(steps)

    async def press(self, keys: list[str]) -> None:
        values = [KEYS.get(it, it) for it in keys]
        down = [{"type": "keyDown", "value": it} for it in values]
        up = [{"type": "keyUp", "value": it} for it in reversed(values)]
        await self._keys(down + up)

    async def evaluate(self, source: str) -> Any:
        await self._within([])
        return await self._script(f"return {source}")

    async def _keys(self, steps: list[dict[str, str]]) -> None:
        source = {"type": "key", "id": "keyboard", "actions": steps}
        await self._post("/actions", actions=[source])

    async def _within(self, frames: list[str]) -> None:
        await self._post("/frame", id=None)
        for selector in frames:
            await self._post("/frame", id={ELEMENT: await self._find(selector)})

    async def _find(self, selector: str) -> str:
        found = await self._post("/element", using="css selector", value=selector)
        element: str = found[ELEMENT]
        return element

    async def _script(self, source: str, *arguments: str) -> Any:
        return await self._post("/execute/sync", script=source, args=arguments)

    async def _post(self, path: str, **asked: Any) -> Any:
        return await self._send("POST", f"{self._path}{path}", asked)

    async def _send(self, method: str, path: str, asked: Any = None) -> Any:
        answer = await self._driver.request(method, path, json=asked)
        value = answer.json()["value"]
        if not answer.is_success and value["error"] in REPLACED:
            raise Replaced(path)
        assert answer.is_success, f"{path}: {value}"
        return value
