"""Applications whose connections are members of rooms, and clients of them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from wslab import Application
from wslab.testing import connect


def application(handler):
    """An application that accepts every connection and hands it to `handler`."""
    app = Application()

    @app.on_ws_request("/")
    async def handle(scope, info, matches, web_socket):
        await web_socket.accept()
        await handler(web_socket)

    return app


def member_of(room):
    """An application whose connections join `room` until they end."""

    @application
    async def app(connection):
        async with room.membership(connection):
            while (content := await connection.receive()) is not None:
                await room.broadcast(content, exclude=connection)

    return app


def in_rooms(rooms, name):
    """An application whose connections join the room of that name, and echo there."""

    @application
    async def app(connection):
        async with rooms.membership(name, connection) as room:
            assert room.name == name
            while (content := await connection.receive()) is not None:
                await room.broadcast(content)
        await rooms.broadcast(name, "left")

    return app


@asynccontextmanager
async def crowd(room, *buffers):
    """Clients in `room`, one for each buffer size."""
    async with AsyncExitStack() as stack:
        clients = []
        for size in buffers:
            made = connect(member_of(room), buffer=size)
            clients.append(await stack.enter_async_context(made))
            await until(lambda: len(room) == len(clients))
        yield clients


async def until(condition):
    """Let the loop turn until `condition` holds, for 30 s at most."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0)
