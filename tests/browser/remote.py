"""A browser that a reader uses from afar, over a protocol of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[..., Awaitable[Any]]
"""Asks for an act by its name, with its details; returns what the act does."""


class Remote:
    """What a reader does in a browser.

    An element is named by a selector, after those of the frames that it is in.

    Args:
        ask: what the browser's protocol makes of an act.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

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


def named(*names: str) -> dict[str, Any]:
    *frames, selector = names
    return {"frames": frames, "selector": selector}
