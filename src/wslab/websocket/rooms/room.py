"""Rooms: one message to many connections, in one order, none delayed by another."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Literal, Protocol

from wslab.websocket.connection import Connection, State
from wslab.websocket.errors import WebSocketDisconnect, WebSocketStateError
from wslab.websocket.json import dumps
from wslab.websocket.rooms.delivery import Content, Delivery, Member

logger = logging.getLogger(__name__)

TRY_AGAIN_LATER = 1013


class Client(Protocol):
    """What can be a member: a `Connection` or a view's `WebSocket`."""

    @property
    def connection(self) -> Connection:
        """The connection."""


class Room:
    """The connections that get what is broadcast, all of it in the same order.

    Members are what either API hands to a handler. A message goes to each of them at
    once; where a send has to wait for the client, it and up to `limit` messages behind
    it wait apart from the others'. When more would wait, `when_full` says what gives
    way: "drop_oldest" the oldest message, "close" the client, with 1013 (Try Again
    Later). A member whose connection has ended, or fails, is removed.

    The last `history` messages are kept, and sent to each new member first.

    To span processes, subclass: `publish` hands a message to the others, and whatever
    brings messages in calls `deliver` with each, this process's own included, so that
    all see one order.
    """

    def __init__(
        self,
        name: str = "",
        *,
        history: int = 0,
        limit: int = 64,
        when_full: Literal["drop_oldest", "close"] = "drop_oldest",
    ) -> None:
        """Raise ValueError for an unknown policy, and a limit below 1 or `history`."""
        if when_full not in ("drop_oldest", "close"):
            raise ValueError(
                f'when_full is "drop_oldest" or "close", not {when_full!r}'
            )
        if not 0 <= history <= limit or limit < 1:
            raise ValueError(
                "a room needs 0 <= history <= limit and a limit of 1 or more"
            )
        self.name = name
        self._history: deque[Content] = deque(maxlen=history)
        self._limit = limit
        self._full = (
            self._drop_oldest if when_full == "drop_oldest" else self._send_away
        )
        self._members: dict[Connection, Member] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def history(self) -> tuple[Content, ...]:
        """The messages that a newcomer gets, the oldest first."""
        return tuple(self._history)

    async def join(self, client: Client) -> None:
        """Add an accepted connection and send it the history.

        A member stays as it is; a connection that has ended is not added. Raises
        WebSocketStateError before accept.
        """
        connection = client.connection
        if connection.state is State.CONNECTING:
            raise WebSocketStateError("accept the connection before it joins a room")
        if connection.state is State.CLOSED or connection in self._members:
            return
        member = self._members[connection] = Member(connection)
        for content in self._history:
            self._deliver(content, (member,))

    async def leave(self, client: Client) -> None:
        """Remove a member, and what still waits for it. Harmless for anyone else."""
        self._remove(client.connection)

    @asynccontextmanager
    async def membership(self, client: Client) -> AsyncIterator[Room]:
        """Join, and leave at the end of the block, however it ends."""
        await self.join(client)
        try:
            yield self
        finally:
            await self.leave(client)

    async def broadcast(
        self, message: Any, exclude: Client | None = None, *, keep: bool = True
    ) -> None:
        """Send `message` to every member but `exclude`, once to each.

        With `keep=False` it stays out of the history, as a passing notice should. A
        str goes as text, bytes as binary, anything else as the text of its JSON. What
        fails for a member is not raised. Raises TypeError or ValueError for what has no
        JSON form, and UnicodeEncodeError (a ValueError) for a str without a UTF-8 form.
        """
        content = encoded(message)
        excluded = None if exclude is None else exclude.connection
        await self.publish(content, excluded, keep)

    async def publish(
        self, content: Content, exclude: Connection | None, keep: bool
    ) -> None:
        """Bring an encoded message to all members: here, those in this process."""
        if self.deliver(content, exclude, keep):
            await asyncio.sleep(0)  # a turn for the tasks of those who have to wait

    def deliver(
        self, content: Content, exclude: Connection | None = None, keep: bool = True
    ) -> bool:
        """Send to the members in this process; return whether one has to wait."""
        if keep:
            self._history.append(content)
        members = tuple(self._members.values())  # a copy: a failure changes the dict
        if exclude is not None:
            members = tuple(m for m in members if m.connection is not exclude)
        return self._deliver(content, members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, client: Client) -> bool:
        return client.connection in self._members

    def _deliver(self, content: Content, members: tuple[Member, ...]) -> bool:
        delivery = Delivery(content, members, self._limit, self._full, self._failed)
        delivery.run()
        return delivery.waits

    def _remove(self, connection: Connection) -> None:
        member = self._members.pop(connection, None)
        if member is not None:
            member.discard()

    def _failed(self, member: Member, error: BaseException) -> None:
        if not isinstance(error, WebSocketDisconnect | WebSocketStateError):
            logger.warning("A room removes a member that failed", exc_info=error)
        self._members.pop(member.connection, None)
        member.waiting = None

    def _drop_oldest(self, member: Member) -> None:
        assert member.waiting
        member.waiting.popleft()

    def _send_away(self, member: Member) -> None:
        self._remove(member.connection)
        closing = asyncio.create_task(close_for_overflow(member.connection))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


class Rooms:
    """Rooms by name, each made when its first member comes, forgotten after its last.

        rooms = Rooms(history=50)

        async with rooms.membership("lobby", ws) as room:
            await room.broadcast("hello", exclude=ws)

    `make` is called with the name and the options: `Room`, or a subclass of it that
    spans processes.
    """

    def __init__(self, make: Callable[..., Room] = Room, **options: Any) -> None:
        self._make = partial(make, **options)
        self._rooms: dict[str, Room] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def membership(self, name: str, client: Client) -> AsyncIterator[Room]:
        """Join the room of that name, and leave it at the end of the block.

        Raises WebSocketStateError before accept.
        """
        if name not in self._rooms:
            self._rooms[name] = self._make(name)
        self._users[name] += 1
        try:
            async with self._rooms[name].membership(client) as room:
                yield room
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name], self._rooms[name]

    def get(self, name: str) -> Room | None:
        """Return the room of that name, None if nobody is in it."""
        return self._rooms.get(name)

    async def broadcast(
        self,
        name: str,
        message: Any,
        exclude: Client | None = None,
        *,
        keep: bool = True,
    ) -> None:
        """Broadcast in the room of that name, as `Room.broadcast`, if there is one."""
        room = self.get(name)
        if room is not None:
            await room.broadcast(message, exclude, keep=keep)

    def __len__(self) -> int:
        return len(self._rooms)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._rooms))


def encoded(message: Any) -> Content:
    """Return the content of a frame; JSON once, however many members there are."""
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        message.encode()  # raises here, once, and not in the send to every member
        return message
    return dumps(message)


async def close_for_overflow(connection: Connection) -> None:
    """Send a client away that does not keep up; it may have gone already."""
    with suppress(WebSocketStateError):
        await connection.close(TRY_AGAIN_LATER, "too many messages wait for you")
