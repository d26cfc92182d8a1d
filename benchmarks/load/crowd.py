"""Four ways to send one message to a crowd, in one server over the same connections.

`/member` joins both crowds, `/stalled` only the one with a stalled client in it. On
`/control`, each text names a way and a crowd, and sends one message; its first 16
digits are the time (CLOCK_MONOTONIC, in ns), the answer the seconds of processor time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from wslab.websocket import Application, Connection
from wslab.websocket.rooms import Room

PAYLOAD = 512
STAMP = 20

Send = Callable[[str], Awaitable[None]]


class Crowd:
    """The members of one crowd, registered for each of the four ways."""

    def __init__(self) -> None:
        self.room = Room(limit=64)
        self.members: set[Connection] = set()
        self.queues: dict[Connection, asyncio.Queue[str]] = {}

    async def naive(self, message: str) -> None:
        """Await the send to one after the other."""
        for member in tuple(self.members):
            await member.send(message)

    async def gather(self, message: str) -> None:
        """Await all the sends together."""
        await asyncio.gather(*(member.send(message) for member in self.members))

    async def queue(self, message: str) -> None:
        """Put the message into each member's queue, which its own task empties."""
        for queue in self.queues.values():
            queue.put_nowait(message)

    async def ours(self, message: str) -> None:
        """Broadcast in a room."""
        await self.room.broadcast(message)

    async def member(self, connection: Connection) -> None:
        """Take part until the connection ends."""
        queue = self.queues[connection] = asyncio.Queue()
        writer = asyncio.create_task(write(queue, connection))
        self.members.add(connection)
        async with self.room.membership(connection):
            await connection.closed
        self.members.discard(connection)
        del self.queues[connection]
        writer.cancel()


async def write(queue: asyncio.Queue[str], connection: Connection) -> None:
    """Send what the queue brings."""
    while True:
        await connection.send(await queue.get())


async def fill(connection: Connection) -> None:
    """Fill all the buffers on the way to a client that does not read."""
    while True:
        await connection.send("x" * 65536)


app = Application()
healthy, mixed = Crowd(), Crowd()


@app.on_ws_request("/member")
async def member(scope, info, matches, web_socket):
    """Join both crowds."""
    await web_socket.accept()
    await asyncio.gather(healthy.member(web_socket), mixed.member(web_socket))


@app.on_ws_request("/stalled")
async def stalled(scope, info, matches, web_socket):
    """Join the crowd that has a stalled client in it."""
    await web_socket.accept()
    filling = asyncio.create_task(fill(web_socket))
    await mixed.member(web_socket)
    filling.cancel()


@app.on_ws_request("/control")
async def control(scope, info, matches, web_socket):
    """Send one message for each command."""
    await web_socket.accept()
    crowds = {"healthy": healthy, "mixed": mixed}
    while (command := await web_socket.receive()) is not None:
        way, crowd = command.split()
        stamp = str(time.monotonic_ns()).zfill(STAMP)
        send: Send = getattr(crowds[crowd], way)
        await send(stamp + "x" * (PAYLOAD - STAMP))
