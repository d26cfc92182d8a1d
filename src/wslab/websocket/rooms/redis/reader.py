"""Reads the streams of all rooms that have members in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from wslab.websocket.rooms.bus import Deliver
from wslab.websocket.rooms.redis.entry import START, Id, Raw, read_id, written_id
from wslab.websocket.rooms.redis.link import Command, Link, Unreachable
from wslab.websocket.rooms.redis.subscription import Subscription

logger = logging.getLogger(__name__)

COUNT = 100  # entries of a room that are read at once
TURN = 32  # messages in one turn of the loop, so that a process keeps up with its own
SLACK = 1000  # milliseconds by which Redis's clock and ours may differ in a period


class Reader:
    """One connection on which XREAD waits for all the streams together.

    A stream of its own, `bell`, is among them: an entry there ends the waiting, so that
    a new room is read at once. `ring` adds one.

    After each `period`, and on each new connection, it keeps the streams from expiring,
    and looks whether one ends before the last entry that was seen. Then Redis has lost
    data, and new entries would go unread until their ids have caught up; so the reader
    goes on from where Redis's clock stood when it looked before. Where a stream begins
    after that entry, it has dropped some that were not read.
    """

    def __init__(
        self,
        link: Link,
        *,
        bell: bytes,
        ring: Callable[[], None],
        period: float,
        expire: int,
        timeout: float,
    ) -> None:
        """Read nothing yet.

        Args:
            link: A connection of its own.
            bell: The key of the stream that ends the waiting.
            ring: Adds an entry to it.
            period: Seconds that XREAD waits at most.
            expire: Milliseconds from now until a stream expires.
            timeout: Seconds for an answer beyond what XREAD waits.
        """
        self._link = link
        self._bell = bell
        self._ring = ring
        self._period = period
        self._expire = expire
        self._timeout = timeout
        self._rooms: dict[bytes, list[Subscription]] = {}
        self._rung = written_id(START)
        self._waits = False  # in an XREAD that knows every room
        self._checked = asyncio.get_running_loop().time()
        self._down = False

    def add(self, key: bytes, subscription: Subscription) -> None:
        """Go on with a subscription from its position."""
        self._rooms.setdefault(key, []).append(subscription)
        if self._waits:
            self._waits = False
            self._ring()

    def remove(self, key: bytes, deliver: Deliver) -> bool:
        """End a subscription; return False if there is none."""
        subscriptions = self._rooms.get(key, [])
        for subscription in subscriptions:
            if subscription.deliver == deliver:
                subscription.ended = True
                subscriptions.remove(subscription)
                if not subscriptions:
                    del self._rooms[key]
                return True
        return False

    async def run(self) -> None:
        """Read until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self._check()
                    while loop.time() < self._checked + self._period:
                        await self._read()
                except Unreachable as error:
                    if not self._down:
                        logger.warning("Rooms get no messages: %s", error)
                    self._down = True
                    await self._link.pause()
        finally:
            await self._link.close()

    async def _read(self) -> None:
        asked = {
            key: min(it.position for it in subscriptions)
            for key, subscriptions in self._rooms.items()
        }
        keys = (self._bell, *asked)
        ids = (self._rung, *map(written_id, asked.values()))
        block = max(1, int(1000 * self._period))
        command: Command = (
            "XREAD",
            "COUNT",
            COUNT,
            "BLOCK",
            block,
            "STREAMS",
            *keys,
            *ids,
        )
        self._waits = True
        answer = await self._link.ask(command, self._period + self._timeout)
        self._waits = False
        for key, entries in answer or ():
            if key == self._bell:
                self._rung = entries[-1][0]
                continue
            for subscription in tuple(self._rooms.get(key, ())):
                # One that came meanwhile may be behind where this answer begins.
                if not subscription.ended and subscription.position >= asked[key]:
                    await self._deliver(subscription, entries)
        await asyncio.sleep(0)

    async def _deliver(self, subscription: Subscription, entries: list[Raw]) -> None:
        for count, message in enumerate(subscription.read(entries), 1):
            try:
                subscription.deliver(message)
            except Exception:
                logger.exception("A subscriber of a room has failed")
            if count % TURN == 0:
                await asyncio.sleep(0)
                if subscription.ended:
                    return

    async def _check(self) -> None:
        now = asyncio.get_running_loop().time()
        seen = {
            key: [(it, it.last) for it in subscriptions]
            for key, subscriptions in self._rooms.items()
        }
        commands: list[Command] = [("TIME",)]
        for key in seen:
            commands += [
                ("XREVRANGE", key, "+", "-", "COUNT", 1),
                ("XRANGE", key, "-", "+", "COUNT", 1),
                ("PEXPIRE", key, self._expire),
            ]
        clock, *answers = await self._link.ask_all(commands, self._timeout)
        since = self._since(clock, now)
        lost, missed = [], []
        for key, newest, oldest in zip(seen, answers[::3], answers[1::3], strict=True):
            end, start = (read_id(it[0][0]) if it else START for it in (newest, oldest))
            for subscription, last in seen[key]:
                if end < last:
                    subscription.position = min(subscription.position, since)
                    subscription.last = end
                    lost.append(key)
                elif start > last > START:
                    missed.append(key)
        self._checked = now
        self._report(lost, missed)

    def _since(self, clock: tuple[bytes, bytes], now: float) -> Id:
        """Return the id of the last check's time, by what Redis's clock shows now."""
        seconds, microseconds = clock
        elapsed = int(1000 * (now - self._checked))
        return 1000 * int(seconds) + int(microseconds) // 1000 - elapsed - SLACK, 0

    def _report(self, lost: list[bytes], missed: list[bytes]) -> None:
        if self._down:
            self._down = False
            logger.warning("Rooms get messages again")
        for keys, what in (
            (lost, "Redis has lost messages that it had: %d room(s), such as %s"),
            (
                missed,
                "Messages were gone before they were read: %d room(s), such as %s",
            ),
        ):
            if keys:
                logger.warning(what, len(set(keys)), keys[0].decode())
