"""A client's frame in a page of a test, joined to servers that are not in the page."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import ConsoleMessage, Page

from wslab.live.browser_socket import BrowserSocket
from wslab.live.page.clients import as_message

HOST = (Path(__file__).parent / "client" / "host.js").read_text()


class Lines:
    """The lines of a page's console, to be waited for."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.add(f"uncaught {error.message}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "log":
            self.add(message.text)
        elif message.text.startswith("Framing "):
            self.add(f"error: {' '.join(message.text.split()[:3])}")

    def add(self, line: str) -> None:
        self.lines.append(line)
        self._news.set()

    async def until(self, line: str) -> list[str]:
        while line not in self.lines:
            self._news.clear()
            await self._news.wait()
        return self.lines


class Bridge:
    """Joins the sockets of a page's frame to servers, and hears its console."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.console: list[dict[str, str]] = []
        self._sockets: dict[str, BrowserSocket] = {}
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._pass_on())

    async def begin(self) -> None:
        await self.page.expose_binding("fromFrame", lambda _, it: self._hear(it))
        await self.page.evaluate(HOST)
        await self.page.evaluate("base => begin(base)", self.origin)

    def show(self, source: str) -> None:
        self._outgoing.put_nowait({"type": "show", "source": source})

    def end(self) -> None:
        self._task.cancel()
        for socket in self._sockets.values():
            socket.abandon()

    def _hear(self, message: dict[str, Any]) -> None:
        name = message.get("socket", "")
        match message["type"]:
            case "connect":
                tell = self._teller(name)
                url, protocols = message["url"], message["protocols"]
                self._sockets[name] = BrowserSocket(url, protocols, self.origin, tell)
            case "send":
                data = message["data"]
                is_text = isinstance(data, str)
                payload = data if is_text else base64.b64decode(data["base64"])
                self._sockets[name].send(payload)
            case "close":
                code, reason = message.get("code"), message.get("reason", "")
                self._sockets[name].close(code, reason)
            case "abandon":
                self._sockets[name].abandon()
            case "console":
                self.console.append(message)
                self._news.set()

    async def until(self, text: str) -> list[dict[str, str]]:
        """The lines of the console once the last of them is a text."""
        while not self.console or self.console[-1]["text"] != text:
            self._news.clear()
            await self._news.wait()
        return self.console

    def _teller(self, name: str) -> Callable[[Any], None]:
        def tell(event: Any) -> None:
            self._outgoing.put_nowait({"socket": name, **as_message(event)})

        return tell

    async def _pass_on(self) -> None:
        while True:
            message = await self._outgoing.get()
            await self.page.evaluate("message => toFrame(message)", message)
