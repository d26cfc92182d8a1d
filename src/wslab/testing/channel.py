"""A bounded queue that can end, and a wait that explains itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Channel(Generic[T]):
    """A bounded queue that can end: `put` waits for room, `get` for an item."""

    def __init__(self, limit: int | None = None) -> None:
        self.items: deque[T] = deque()
        self.limit = limit
        self.ended = False
        self._changed = asyncio.Event()

    async def put(self, item: T) -> None:
        """Add `item` once there is room; drop it if the channel ends meanwhile."""
        while not self.ended and self.limit is not None and self.limit <= len(self):
            await self._change()
        if not self.ended:
            self.items.append(item)
            self._notify()

    async def get(self) -> T | None:
        """Return the oldest item; None once the channel has ended and is empty."""
        while not self.items and not self.ended:
            await self._change()
        item = self.items.popleft() if self.items else None
        self._notify()
        return item

    def end(self, last: T | None = None) -> None:
        """Accept nothing more after `last`, which needs no room."""
        if last is not None and not self.ended:
            self.items.append(last)
        self.ended = True
        self._notify()

    def __len__(self) -> int:
        return len(self.items)

    async def _change(self) -> None:
        await self._changed.wait()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


async def within(
    seconds: float,
    awaited: Awaitable[T],
    what: str,
    story: Callable[[], str] = lambda: "",
) -> T:
    """Await, for so many seconds; TimeoutError then says what for, and the story."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await awaited
    except TimeoutError:
        if not limit.expired():
            raise
        message = f"waited {seconds:g} s for {what}; {story()}".rstrip("; ")
        raise TimeoutError(message) from None
