"""The changes of a shelf as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from wslab.cli.trace.web.kept import Changes, Shelf
from wslab.cli.trace.web.summary import summary

PAUSE = 0.25
"""Seconds between two messages at least: what changes meanwhile is told once."""

HEARTBEAT = 15.0
"""Seconds after which a comment is sent, so that a reader who has gone is noticed."""


class Changing:
    """Wakes those who wait for a change, on the loop that runs when it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self.ended = asyncio.Event()

    def wake(self, *, end: bool = False) -> None:
        """Wake them, from any thread; `end` says that nothing changes any more."""
        self._loop.call_soon_threadsafe(self._wake, end)

    def next(self) -> asyncio.Event:
        """Return what is set at the next change."""
        return self._event

    def _wake(self, end: bool) -> None:
        if end:
            self.ended.set()
        self._event.set()
        self._event = asyncio.Event()


class Stream:
    """What one reader is sent: for each connection that changed its latest summary.

    A message is made when the one before has left, so that a slow reader misses
    states between and costs no memory. Its id names the run and the shelf's version;
    a reader that comes back with it goes on from there (HTML, section 9.2).
    """

    def __init__(self, shelf: Shelf, changing: Changing, run: str) -> None:
        self._shelf = shelf
        self._changing = changing
        self._run = run

    async def messages(self, last_id: str, **head: Any) -> AsyncIterator[str]:
        """Yield the messages, the first at once, until nothing changes any more."""
        version = self._version(last_id)
        is_new = version == 0
        while True:
            changed = self._changing.next()
            ended = self._changing.ended.is_set()
            changes = self._shelf.since(version)
            if changes.version > version or is_new:
                yield self._message(changes, {"new": is_new, **head})
                version, is_new = changes.version, False
            if ended:
                yield "event: end\ndata:\n\n"
                return
            await _either(self._changing.ended, PAUSE)
            if not await _either(changed, HEARTBEAT):
                yield ":\n\n"

    def _version(self, last_id: str) -> int:
        run, _, version = last_id.partition(".")
        known = run == self._run and version.isascii() and version.isdecimal()
        return int(version) if known else 0

    def _message(self, changes: Changes, head: dict[str, Any]) -> str:
        document = {
            **head,
            "connections": [summary(kept) for kept in changes.changed],
            "numbers": changes.numbers,
            "leftOut": changes.left_out,
        }
        return f"id: {self._run}.{changes.version}\ndata: {json.dumps(document)}\n\n"


async def _either(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event or a time, and return whether it was the event."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
