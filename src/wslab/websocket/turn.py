"""A look at many connections at the loop's next turn, for the price of one call."""

from __future__ import annotations

import asyncio
import threading
from typing import Protocol
from weakref import ref


class Watched(Protocol):
    """What can be looked at."""

    def look(self) -> None:
        """Called at the loop's next turn."""


class Turn:
    """The connections of one loop that are due for a look.

    However many are added in one turn, the loop gets one callback; a loop that never
    turns, since no coroutine ever waits, pays for one as well.
    """

    __slots__ = ("_due", "_scheduled")

    def __init__(self) -> None:
        self._scheduled = False
        self._due: dict[Watched, None] = {}

    def add(self, watched: Watched) -> None:
        """Look at it at the next turn, once."""
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._look)
        self._due[watched] = None

    def drop(self, watched: Watched) -> None:
        """Do not look at it."""
        self._due.pop(watched, None)

    def _look(self) -> None:
        self._scheduled = False
        due, self._due = self._due, {}
        for watched in due:
            watched.look()


class _Turns(threading.local):
    """Each thread's loop and its Turn; a loop is found again as long as it runs."""

    loop: ref[asyncio.AbstractEventLoop] | None = None
    turn: Turn


_turns = _Turns()


def next_turn() -> Turn:
    """Return the running loop's."""
    loop = asyncio.get_running_loop()
    if _turns.loop is None or _turns.loop() is not loop:
        _turns.loop, _turns.turn = ref(loop), Turn()
    return _turns.turn
