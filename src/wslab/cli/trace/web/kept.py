"""The connections that the page can show: the latest ones, bounded."""

from __future__ import annotations

import heapq
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from wslab.cli.trace.tally import Tally
from wslab.trace.model import ApplicationEvent, Connection, Event, Frame
from wslab.trace.watch import News

_EVENT = 600
"""Bytes that an event takes beside its payload, about."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept: connections, those that were no WebSocket, and bytes."""

    websockets: int = 2_000
    others: int = 200
    bytes: int = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A connection as it is now; `version` is that of the shelf at its last change."""

    connection: Connection
    tally: Tally
    is_websocket: bool
    size: int
    version: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed on a shelf since a version.

    `numbers` are those of all connections that are kept, None where none was dropped
    meanwhile. `left_out` counts the connections that are missing.
    """

    version: int
    changed: tuple[Kept, ...]
    numbers: tuple[int, ...] | None
    left_out: int


class Shelf:
    """Keeps the latest connections; of those that are too many, ended ones go first.

    A reader remembers only a version, so a slow one costs nothing. Any thread may call.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._most = {False: self._limits.others, True: self._limits.websockets}
        self._counts: Counter[bool] = Counter()
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Kept] = OrderedDict()  # the latest change last
        self._bytes = 0
        self._version = 0
        self._dropped_at = 0
        self._left_out = 0

    def add(self, news: Sequence[News], left_out: int) -> None:
        """Keep what connections did, and count those that a recorder has left out."""
        with self._lock:
            self._version += 1
            self._left_out += left_out
            for new in news:
                self._put(new)
            self._drop()

    def get(self, number: int) -> Kept | None:
        """Return the connection of a number, None if it is not kept."""
        with self._lock:
            return self._kept.get(number)

    def since(self, version: int) -> Changes:
        """Return what changed after a version, 0 for everything."""
        with self._lock:
            changed = []
            for kept in reversed(self._kept.values()):
                if kept.version <= version:
                    break
                changed.append(kept)
            dropped = self._dropped_at > version
            return Changes(
                version=self._version,
                changed=tuple(reversed(changed)),
                numbers=tuple(self._kept) if dropped else None,
                left_out=self._left_out,
            )

    def _put(self, news: News) -> None:
        whole = news.whole
        before = self._kept.pop(whole.number, None)
        if before is None:
            tally, size = Tally().plus(whole), 0
        else:
            tally, size = before.tally.plus(news.new), before.size
            self._counts[before.is_websocket] -= 1
            self._bytes -= size
        if before is None or whole.left_out:
            size = sum(map(_size, whole.events))
        else:
            size += sum(map(_size, news.new.events))
        kind = whole.is_websocket
        self._kept[whole.number] = Kept(whole, tally, kind, size, self._version)
        self._counts[kind] += 1
        self._bytes += size

    def _drop(self) -> None:
        """Drop what is too much, but for the latest change."""
        for kind, most in self._most.items():
            excess = self._counts[kind] - most
            if excess > 0:
                kept = [k for k in self._kept.values() if k.is_websocket == kind]
                for one in heapq.nsmallest(excess, kept, key=_rank):
                    self._remove(one)
        if self._bytes > self._limits.bytes:
            for one in sorted(list(self._kept.values())[:-1], key=_rank):
                if self._bytes > self._limits.bytes:
                    self._remove(one)

    def _remove(self, kept: Kept) -> None:
        del self._kept[kept.connection.number]
        self._bytes -= kept.size
        self._dropped_at = self._version
        self._left_out += 1
        self._counts[kept.is_websocket] -= 1


def _rank(kept: Kept) -> tuple[bool, int]:
    """Return what is smallest for the connection that goes first: it ended, is old."""
    return not kept.connection.is_over, kept.connection.number


def _size(event: Event) -> int:
    match event:
        case Frame():
            return _EVENT + len(event.payload)
        case ApplicationEvent() if event.data is not None:
            return _EVENT + len(event.data)
    return _EVENT
