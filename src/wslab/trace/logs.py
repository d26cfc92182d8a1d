"""The logs of all connections of a recorder, in its own process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from wslab.trace.log import Log
from wslab.trace.model import Connection
from wslab.trace.recording import Bounds, Note


class Logs:
    """Logs by the numbers of their connections.

    The server's thread notes and another reads, so whatever reads holds the lock.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._logs: dict[int, Log] = {}
        self._count = 0

    def begin(self, number: int, begin: float) -> Note:
        """Begin a connection's log; return what notes into it."""
        with self._lock:
            self._logs[number] = Log(self._bounds, begin)

        def note(kind: str, what: Any, /) -> None:
            self.note(time.monotonic(), number, kind, what)

        return note

    def note(self, at: float, number: int, kind: str, what: Any) -> None:
        """Note what was seen of a connection at a time, unless that is forgotten."""
        self._count += 1
        log = self._logs.get(number)
        if log is not None and log.note(at, kind, what):
            with self._lock:
                log.shorten()

    def take(self, numbers: Iterable[int], over: set[int]) -> dict[int, Connection]:
        """Return what connections did since the last look; forget those `over`."""
        taken = {}
        with self._lock:
            for number in numbers:
                log = self._logs.get(number)
                connection = log.take(number in over) if log else None
                if connection is not None:
                    taken[number] = connection
                if number in over:
                    self._logs.pop(number, None)
        return taken

    def forget(self, number: int) -> None:
        """Drop a connection: nothing of it is kept any more."""
        with self._lock:
            self._logs.pop(number, None)

    def progress(self) -> tuple[int, set[int]]:
        """Return how much was noted so far, and which connections begin to end."""
        with self._lock:
            for log in self._logs.values():
                log.catch_up()
            return self._count, {n for n, it in self._logs.items() if it.is_ending}
