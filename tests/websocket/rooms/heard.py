"""Subscribers of a bus that note what they get."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager


class Heard(list):
    """The contents of messages, in the order in which they came."""

    def deliver(self, message):
        """Note one."""
        self.append(message.content)

    async def reach(self, count):
        """Wait until there are as many, for 30 s at most."""
        async with asyncio.timeout(30):
            while len(self) < count:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.001)

    async def until(self, content):
        """Wait until that one has come."""
        async with asyncio.timeout(30):
            while content not in self[-1:]:  # noqa: ASYNC110
                await asyncio.sleep(0.001)


@asynccontextmanager
async def heard(bus, room, history=0):
    """Subscribe to a room until the end of the block."""
    got = Heard()
    await bus.subscribe(room, got.deliver, history)
    try:
        yield got
    finally:
        bus.unsubscribe(room, got.deliver)
