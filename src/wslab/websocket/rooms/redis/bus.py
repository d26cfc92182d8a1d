"""Rooms whose members are in several processes: each room a stream in Redis."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from wslab.websocket.rooms.bus import Deliver, Message

if TYPE_CHECKING:
    from wslab.websocket.rooms.redis.session import Session


class RedisBus:
    """A bus that joins the rooms of all processes that use one Redis.

    Redis 5 or later, or Valkey; `pip install 'wslab[redis]'` brings the client.

    Example:
        ```python
        from wslab import Application, Rooms
        from wslab.websocket.rooms import RedisBus

        app = Application()
        rooms = Rooms(history=50, bus=RedisBus("redis://127.0.0.1:6379/0"))
        ```

    A room is a stream. A broadcast is added to it, and all members get what is read
    back, in one order in all processes. A new room begins with what the stream has
    kept. Whoever lost the connection to Redis goes on after the last message that was
    read: a broadcast that returned is lost to nobody, as long as the stream holds it
    and Redis keeps what it has confirmed, for which it needs `appendonly yes` and
    `appendfsync always`. Nobody gets a message twice.

    While Redis is down, members stay, and a broadcast waits for a time and then raises.
    Such a broadcast may still have been made. If Redis comes back without the latest
    messages, the log says so, and what follows is delivered.

    The connections are there while there are members. A process without any connects
    for each broadcast. One bus may be used on several event loops, also at once.
    """

    def __init__(
        self,
        url: str,
        *,
        bound: int = 1000,
        timeout: float = 5.0,
        expire: float = 3600.0,
        prefix: str = "wslab:",
    ) -> None:
        """Read the address; connect when the first member or message comes.

        Args:
            url: "redis://[[user]:password@]host:port/database", "rediss://..." for TLS,
                or "unix:///path".
            bound: Messages that a room's stream holds at least, if so many came. It
                bounds what a process can catch up with, and any history.
            timeout: Seconds that a broadcast, or the first member of a room, waits for
                Redis.
            expire: Seconds that a stream outlives its last message and last member.
            prefix: What the keys of all streams begin with. Those who use one Redis for
                rooms that have nothing to do with each other need different ones.

        Raises:
            ImportError: The client, redis-py, is not installed.
            ValueError: For an address that is none, and for a limit of 0 or less.
        """
        try:
            from wslab.websocket.rooms.redis.link import Address
            from wslab.websocket.rooms.redis.session import Publisher, Session, Settings
        except ImportError as error:
            raise ImportError(
                "RedisBus needs redis-py: pip install 'wslab[redis]'"
            ) from error
        if bound < 1 or timeout <= 0 or expire <= 0:
            raise ValueError("RedisBus needs a bound, a timeout and an expire above 0")
        address = Address(url, timeout)
        settings = Settings(bound, timeout, expire, prefix)
        self._new_publisher = Publisher
        self._new_session = partial(Session, address, settings)
        self._sessions: dict[asyncio.AbstractEventLoop, Session] = {}

    async def subscribe(self, room: str, deliver: Deliver, history: int) -> None:
        """Call `deliver` with what the stream has kept, then with each new message.

        Raises:
            ConnectionError: Redis does not answer in time, or refuses.
        """
        session = self._session()
        with session.used():
            await session.subscribe(room, deliver, history)

    def unsubscribe(self, room: str, deliver: Deliver) -> None:
        """Call `deliver` no more. Without effect if it was not subscribed."""
        self._forget_closed()
        for session in tuple(self._sessions.values()):
            session.unsubscribe(room, deliver)

    async def publish(self, room: str, message: Message) -> None:
        """Add a message to the room's stream; return once Redis has confirmed it.

        Raises:
            ConnectionError: Redis does not answer in time, or refuses. In the first
                case the message may have been added all the same.
        """
        session = self._session()
        with session.used():
            await session.publish(room, message)

    def _session(self) -> Session:
        """Return the session of the running loop, a new one if its last one is over."""
        self._forget_closed()
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.over:
            publisher = session.publisher if session else self._new_publisher()
            session = self._sessions[loop] = self._new_session(publisher)
        return session

    def _forget_closed(self) -> None:
        for loop in tuple(self._sessions):
            if loop.is_closed():
                self._sessions.pop(loop, None)
