"""A room: one message to many connections, in one order, none delayed by another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import Any, Literal, Protocol

from wslab.websocket.connection import Connection, State
from wslab.websocket.errors import WebSocketDisconnect, WebSocketStateError
from wslab.websocket.json import dumps
from wslab.websocket.rooms.bus import Content, Message
from wslab.websocket.rooms.delivery import Delivery, Member

logger = logging.getLogger(__name__)

TRY_AGAIN_LATER = 1013

WhenFull = Literal["drop_oldest", "close"]


class Client(Protocol):
    """What can be a member: a `Connection` or a view's `WebSocket`."""

    @property
    def connection(self) -> Connection:
        """The connection."""


class Room:
    """The connections that get what is broadcast, all of it in the same order.

        async with room.membership(ws):
            async for message in ws:
                await room.broadcast(message, exclude=ws)

    Members are what either API hands to a handler. A message goes to each of them at
    once; where a send has to wait for the client, it and up to `limit` messages behind
    it wait apart from the others'. When more would wait, `when_full` says what gives
    way: "drop_oldest" the oldest message, "close" the client, with 1013 (Try Again
    Later; on Daphne 4013). A member whose connection has ended, or fails, is removed
    at the next message.

    The last `history` messages are kept, and sent to each new member first.

    A room that you make yourself shares nothing with another of its name. For rooms
    that are made as they are needed, and may span processes, see `Rooms`.
    """

    def __init__(
        self,
        name: str = "",
        *,
        history: int = 0,
        limit: int = 64,
        when_full: WhenFull = "drop_oldest",
        publish: Callable[[Message], Awaitable[None]] | None = None,
    ) -> None:
        """Make an empty room.

        Args:
            name: What it is called.
            history: How many messages a new member gets.
            limit: How many messages may wait behind one that a member does not take.
            when_full: What gives way to one more: "drop_oldest" or "close".
            publish: What brings a message to `deliver`, here and in each other room
                of this name. None: there is no other.

        Raises:
            ValueError: For an unknown `when_full`, a limit below 1 or `history`, and a
                negative history.
        """
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
        self._publish = publish
        full = self._drop_oldest if when_full == "drop_oldest" else self._send_away
        self._delivery = Delivery(limit, full, self._failed)
        self._members: dict[Connection, Member] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def history(self) -> tuple[Content, ...]:
        """The messages that a newcomer gets, the oldest first."""
        return tuple(self._history)

    async def join(self, client: Client) -> None:
        """Add an accepted connection and send it the history.

        Who is a member stays one, and gets nothing twice: join as often as you like,
        one `leave` is enough. A connection that has ended is not added.

        Raises:
            WebSocketStateError: Before accept.
        """
        async with self.membership(client):
            member = self._members.get(client.connection)
            if member is not None:
                member.joined = True

    async def leave(self, client: Client) -> None:
        """Remove a member, and what still waits for it. Harmless for anyone else.

        It ends every membership of that client in this room, whatever made it.
        """
        member = self._members.get(client.connection)
        if member is not None:
            self._remove(member)

    @asynccontextmanager
    async def membership(self, client: Client) -> AsyncIterator[Room]:
        """Join, and leave at the end of the block, however it ends.

        Blocks may be nested: the client leaves at the end of the last one, and stays if
        it has called `join` besides.

        Raises:
            WebSocketStateError: Before accept.
        """
        member = self._member(client.connection)
        if member is None:
            yield self
            return
        member.memberships += 1
        try:
            await self._delivery.passed()  # the history goes before what is sent next
            yield self
        finally:
            member.memberships -= 1
            if not member.memberships and not member.joined:
                self._remove(member)

    async def broadcast(
        self, message: Any, exclude: Client | None = None, *, keep: bool = True
    ) -> None:
        """Send a message to every member but `exclude`, once to each.

            await room.broadcast({"user": "ada", "text": "hello"}, exclude=ws)
            await room.broadcast("ada is typing", exclude=ws, keep=False)

        In one process it returns when the message has been sent to each member, or
        waits behind what that member has not read; with a bus to other processes, when
        the bus has taken it. What fails for a member is not raised.

        Args:
            message: A str goes as text, bytes as binary, anything else as the text of
                its JSON.
            exclude: The member that does not get it, most often its sender.
            keep: False for a passing notice, which stays out of the history.

        Raises:
            TypeError: For a value of a type that JSON does not have.
            ValueError: For NaN, an infinity, and a str without a form in UTF-8.
        """
        sent = Message(encoded(message), self.member_id(exclude), keep)
        if self._publish is None:
            self.deliver(sent)
        else:
            await self._publish(sent)
        await self._delivery.passed()

    def deliver(self, message: Message) -> None:
        """Let the members in this process have a message, in the order of the calls."""
        if message.keep:
            self._history.append(message.content)
        members = tuple(self._members.values())  # a copy: a failure changes the dict
        if message.exclude:
            members = tuple(m for m in members if m.id != message.exclude)
        self._delivery.put(message.content, members)

    def member_id(self, client: Client | None) -> str:
        """Return what names a member on every process, "" for anyone else.

        It is unique, and ends with the membership.
        """
        member = None if client is None else self._members.get(client.connection)
        return "" if member is None else member.id

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, client: Client) -> bool:
        return client.connection in self._members

    def _member(self, connection: Connection) -> Member | None:
        """Return the member, made now if need be; None if the connection has ended."""
        if connection.state is State.CONNECTING:
            raise WebSocketStateError("accept the connection before it joins a room")
        member = self._members.get(connection)
        if member is None and connection.state is State.OPEN:
            member = self._members[connection] = Member(connection, token_hex(8))
            for content in self._history:
                self._delivery.put(content, (member,))
        return member

    def _remove(self, member: Member) -> bool:
        """Remove a member; return False if it is one no more."""
        if self._members.get(member.connection) is not member:
            return False
        del self._members[member.connection]
        member.discard()
        return True

    def _failed(self, member: Member, error: BaseException) -> None:
        expected = isinstance(error, WebSocketDisconnect | WebSocketStateError)
        if self._remove(member) and not expected:
            logger.warning("A room removes a member that failed", exc_info=error)

    def _drop_oldest(self, member: Member) -> None:
        member.waiting.popleft()

    def _send_away(self, member: Member) -> None:
        self._remove(member)
        closing = asyncio.create_task(close_for_overflow(member.connection))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


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
