"""What a bus has on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from secrets import token_hex

from wslab.websocket.rooms.bus import Deliver, Message
from wslab.websocket.rooms.redis.entry import Raw, before, field, key, read_id
from wslab.websocket.rooms.redis.link import Address, Link
from wslab.websocket.rooms.redis.pipeline import Pipeline
from wslab.websocket.rooms.redis.reader import Reader
from wslab.websocket.rooms.redis.subscription import Subscription

LOOK_BACK = 100  # entries that a subscriber knows, so that a repetition is one to it
PERIOD = 5.0  # seconds between two looks at all rooms
EXPIRING = 1000  # rooms of which it is known when their expiry was set last


@dataclass(frozen=True, slots=True)
class Settings:
    """What `RedisBus` was given, times in seconds."""

    bound: int
    timeout: float
    expire: float
    prefix: str


class Publisher:
    """Whose messages carry a name that nobody else has, and a number that grows."""

    def __init__(self) -> None:
        self._name = token_hex(8).encode()
        self._published = 0

    def field(self, message: Message) -> tuple[bytes, bytes]:
        """Return the field of one more message."""
        self._published += 1
        return field(message, self._name, self._published)


class Session:
    """Two connections to Redis, for as long as anybody uses them.

    Attributes:
        publisher: Adds the messages. A later session on the same loop may go on with
            it, but none that is there at the same time.
    """

    def __init__(
        self, address: Address, settings: Settings, publisher: Publisher
    ) -> None:
        """Start nothing yet, on the running loop."""
        self.publisher = publisher
        self._settings = settings
        self._period = min(PERIOD, settings.expire / 3)
        self._expire = max(1, int(1000 * (settings.expire + self._period)))
        self._expiring: dict[bytes, float] = {}  # when it was said last that it expires
        self._users = 0
        self._left = False
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = False
        self._bell = f"{settings.prefix}bell:{token_hex(8)}".encode()
        self._pipeline = Pipeline(Link(address), settings.timeout)
        self._reader = Reader(
            Link(address),
            bell=self._bell,
            ring=self._ring,
            period=self._period,
            expire=self._expire,
            timeout=settings.timeout,
        )

    @property
    def over(self) -> bool:
        """Whether it is of no more use: its last user has left, or its loop ends."""
        return self._left or any(task.done() for task in self._tasks)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Keep the connections at least until the end of the block."""
        self._users += 1
        try:
            if not self._tasks:
                self._start(self._pipeline.run())
            yield
        finally:
            self._unused()

    async def publish(self, room: str, message: Message) -> None:
        """Add a message to the room's stream."""
        stream, bound = key(self._settings.prefix, room), self._settings.bound
        head, content = self.publisher.field(message)
        add = ("XADD", stream, "MAXLEN", "~", bound, "*", head, content)
        now = asyncio.get_running_loop().time()
        if now < self._expiring.get(stream, -self._period) + self._period:
            await self._pipeline.execute(add)
        else:
            await self._pipeline.execute(add, ("PEXPIRE", stream, self._expire))
            if len(self._expiring) >= EXPIRING:
                self._expiring.clear()
            self._expiring[stream] = now

    async def subscribe(self, room: str, deliver: Deliver, history: int) -> None:
        """Bring a subscriber what is kept, then what comes."""
        stream = key(self._settings.prefix, room)
        count = max(history, LOOK_BACK)
        entries: list[Raw] = []
        newest = b"+"
        while True:
            page = await self._pipeline.execute(
                ("XREVRANGE", stream, newest, "-", "COUNT", count)
            )
            entries = page[::-1] + entries
            subscription = Subscription(deliver)
            kept = [it for it in subscription.read(entries) if it.keep]
            if len(page) < count or len(kept) >= history:
                break
            newest = b"%d-%d" % before(read_id(page[-1][0]))
        for message in kept[-history:] if history else ():
            deliver(message)
        self._users += 1
        self._reader.add(stream, subscription)
        if not self._reading:
            self._reading = True
            self._start(self._reader.run())

    def unsubscribe(self, room: str, deliver: Deliver) -> None:
        """End a subscription, if there is one."""
        if self._reader.remove(key(self._settings.prefix, room), deliver):
            self._unused()

    def _ring(self) -> None:
        self._pipeline.send(
            ("XADD", self._bell, "MAXLEN", 1, "*", "new", "room"),
            ("PEXPIRE", self._bell, self._expire),
        )

    def _start(self, work: Coroutine[None, None, None]) -> None:
        # In a context of its own: not that of whichever client came first.
        loop = asyncio.get_running_loop()
        self._tasks.append(loop.create_task(work, context=Context()))

    def _unused(self) -> None:
        self._users -= 1
        if not self._users:
            self._left = True
            for task in self._tasks:
                task.cancel()
