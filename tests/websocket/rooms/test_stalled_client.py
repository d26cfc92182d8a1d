"""A client that does not read: what keepalive does, and what a room does."""

import asyncio
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect

from wslab import Application, Rooms
from wslab.lab import serve

LONG = "x" * 6_000_000  # more than the buffers of both ends hold


def plain_loop():
    """A room whose broadcast awaits each member's send in turn."""
    members = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        members.append(send)
        try:
            while (event := await receive())["type"] == "websocket.receive":
                for other in [one for one in members if one is not send]:
                    with suppress(OSError):
                        await other({"type": "websocket.send", "text": event["text"]})
        finally:
            members.remove(send)

    return app


def room():
    app, rooms = Application(), Rooms()

    @app.websocket_route("/")
    async def view(ws):
        async with rooms.membership("room", ws) as here:
            async for content in ws:
                await here.broadcast(content, exclude=ws)

    return app


async def look(server):
    """Return the trace; in a thread, so that the clients go on answering pings."""
    return await asyncio.to_thread(lambda: server.trace)


async def given_up(server):
    """Wait until the server has sent a close frame to somebody, for 30 s at most."""
    async with asyncio.timeout(30):
        while not any(c.close_code for c in (await look(server)).connections):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # nothing announces it


@pytest.mark.parametrize(("app", "waits"), [(plain_loop, True), (room, False)])
@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
async def test_keepalive_gives_a_stalled_client_up_and_frees_nobody(
    app, waits, implementation
):
    """F37: the 1011 waits behind what is not read, and so do the others."""
    options = {"ws": implementation, "ws_ping_interval": 0.1, "ws_ping_timeout": 5.0}
    async with serve(app(), lifespan="off", **options) as server:
        slow, bob, eve = [
            await connect(server.url(), compression=None, max_size=None)
            for _ in range(3)
        ]
        slow.transport.pause_reading()
        await eve.send(LONG)
        async with asyncio.timeout(30):
            assert await bob.recv() == LONG
        await eve.send("one")
        await given_up(server)
        await look(server)  # what follows is since this look
        slow.transport.abort()
        async with asyncio.timeout(30):
            assert await bob.recv() == "one"
        frames = [f.payload for f in (await look(server)).frames if f.opcode == 1]
        assert (b"one" in frames) is waits
