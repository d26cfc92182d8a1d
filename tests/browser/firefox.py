"""Headless Firefox with a fresh profile, driven over WebDriver BiDi."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from wslab.site.live.node import find_node

SCRIPT = Path(__file__).with_name("firefox.mjs")
PROGRAMS = ("firefox-esr", "firefox")
LONGEST_LINE = 64 * 1024 * 1024
WITHOUT_JSPI = {"javascript.options.wasm_js_promise_integration": False}
"""Preferences that leave Firefox without JSPI, which 153 has."""


def find_firefox() -> str | None:
    """Return the Firefox to use: WSLAB_FIREFOX, or one on the search path."""
    named = os.environ.get("WSLAB_FIREFOX")
    found = map(shutil.which, (named,) if named else PROGRAMS)
    return next(filter(None, found), None)


class Firefox:
    """What a reader does in it.

    An element is named by a selector, after those of the frames that it is in.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def open(self, address: str) -> None:
        """Open a page as somebody who was never there."""
        await self._ask("open", address=address)

    async def leave(self) -> list[str]:
        """Leave the page; return what went wrong on it."""
        faults: list[str] = await self._ask("leave")
        return faults

    async def shows(self, *names: str, text: str = "") -> None:
        """Wait until an element can be seen, and a text in it."""
        await self._ask("shows", **named(*names), text=text)

    async def texts(self, *names: str) -> list[str]:
        """Return the text of each element that can be seen."""
        texts: list[str] = await self._ask("texts", **named(*names))
        return texts

    async def click(self, *names: str) -> None:
        """Click on an element, once that can be done."""
        await self._ask("click", **named(*names))

    async def fill(self, *names: str, text: str) -> None:
        """Fill a field, or choose from a list."""
        await self._ask("fill", **named(*names), text=text)

    async def type(self, text: str) -> None:
        """Type a text, key by key."""
        await self._ask("type", text=text)

    async def press(self, *keys: str) -> None:
        """Press keys together."""
        await self._ask("press", keys=keys)

    async def evaluate(self, source: str) -> Any:
        """Return what an expression is in the page, where a promise is awaited."""
        return await self._ask("evaluate", source=source)

    async def _ask(self, act: str, **details: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        line = json.dumps({"act": act, **details})
        self._process.stdin.write(f"{line}\n".encode())
        answer = await self._process.stdout.readline()
        assert answer, "Firefox is gone"
        told = json.loads(answer)
        assert "error" not in told, told["error"]
        return told.get("value")


def named(*names: str) -> dict[str, Any]:
    *frames, selector = names
    return {"frames": frames, "selector": selector}


@asynccontextmanager
async def started(
    frontend: Path, preferences: dict[str, Any] | None = None
) -> AsyncIterator[Firefox]:
    """Run Firefox until the block ends.

    Args:
        frontend: a folder with what frontend/package-lock.json pins.
        preferences: of Firefox, by name.
    """
    program = find_firefox()
    assert program
    node, wishes = find_node().node, json.dumps(preferences or {})
    process = await asyncio.create_subprocess_exec(
        *(*node, str(SCRIPT), str(frontend), program, wishes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert process.stdin
    try:
        yield Firefox(process)
    finally:
        process.stdin.close()
        await process.wait()
