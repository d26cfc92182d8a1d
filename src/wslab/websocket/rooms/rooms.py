"""Rooms by name, and the bus that brings their messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from wslab.websocket.rooms.bus import Bus, LocalBus, Message
from wslab.websocket.rooms.room import Client, Room, WhenFull, encoded


class Rooms:
    """Rooms by name, each made when its first member comes, forgotten after its last.

    Example:
        ```python
        from wslab import Application, Rooms

        app, rooms = Application(), Rooms(history=50)

        @app.websocket_route("/lobby")
        async def lobby(ws):
            async with rooms.membership("lobby", ws) as room:
                await room.broadcast("hello", exclude=ws)
        ```
    """

    def __init__(
        self,
        *,
        history: int = 0,
        bus: Bus | None = None,
        limit: int = 64,
        when_full: WhenFull = "drop_oldest",
    ) -> None:
        """Make rooms that do not exist yet.

        Args:
            history: How many messages a new member gets.
            bus: Where messages come from; None: `LocalBus()`, this process alone.
            limit: How many messages may wait behind one that a member does not take.
            when_full: What gives way to one more: "drop_oldest" or "close".

        Raises:
            ValueError: For options that no `Room` takes.
        """
        self._bus = LocalBus() if bus is None else bus
        self._history = history
        self._make = partial(Room, history=history, limit=limit, when_full=when_full)
        self._make()  # raises now what it would raise for the first member
        self._listeners: dict[str, _Listener] = {}

    @asynccontextmanager
    async def membership(self, name: str, client: Client) -> AsyncIterator[Room]:
        """Join the room of that name, and leave it at the end of the block.

        Blocks may be nested, as those of `Room.membership`.

        Raises:
            WebSocketStateError: Before accept.
            Exception: What the bus raises where it cannot be reached.
        """
        listener = self._listeners.get(name)
        if listener is None:
            room = self._make(name, publish=partial(self._bus.publish, name))
            listener = self._listeners[name] = _Listener(room)
        listener.users += 1
        try:
            await listener.subscribed(self._bus, self._history)
            async with listener.room.membership(client) as room:
                yield room
        finally:
            listener.users -= 1
            if not listener.users:
                del self._listeners[name]
                self._bus.unsubscribe(name, listener.room.deliver)

    def get(self, name: str) -> Room | None:
        """Return the room of that name, None if nobody in this process is in it."""
        listener = self._listeners.get(name)
        return None if listener is None else listener.room

    async def broadcast(
        self,
        name: str,
        message: Any,
        exclude: Client | None = None,
        *,
        keep: bool = True,
    ) -> None:
        """Broadcast in the room of that name, as `Room.broadcast`; it may be empty.

        Example:
            `await rooms.broadcast("lobby", "the server restarts at noon")`
        """
        room = self.get(name)
        if room is not None:
            return await room.broadcast(message, exclude, keep=keep)
        return await self._bus.publish(name, Message(encoded(message), keep=keep))

    def __len__(self) -> int:
        return len(self._listeners)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._listeners))


class _Listener:
    """A room that is in use, and its subscription to the bus."""

    __slots__ = ("_lock", "_subscribed", "room", "users")

    def __init__(self, room: Room) -> None:
        self.room = room
        self.users = 0
        self._subscribed = False
        self._lock = asyncio.Lock()

    async def subscribed(self, bus: Bus, history: int) -> None:
        """Subscribe once, before the first member joins; the others wait for it."""
        async with self._lock:
            if not self._subscribed:
                await bus.subscribe(self.room.name, self.room.deliver, history)
                self._subscribed = True
