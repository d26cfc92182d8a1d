"""What a broadcast meets in a connection that has not been accepted."""

import asyncio

import pytest
from websockets.asyncio.client import connect

from wslab.lab import serve


@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
async def test_a_send_before_accept_fails_in_the_handler_that_sends(implementation):
    """F37: who joins before accept breaks the plain broadcast of another."""
    early: list = []
    door = asyncio.Barrier(2)

    async def app(scope, receive, send):
        await receive()
        if scope["path"] == "/early":
            early.append(send)
            await door.wait()
            await door.wait()
        await send({"type": "websocket.accept"})
        await receive()
        for other in early:
            await other({"type": "websocket.send", "text": "hello"})

    options = {"ws": implementation, "lifespan": "off", "log_level": "critical"}
    async with serve(app, **options) as server:
        async with connect(server.url("/speaker")) as speaker:
            newcomer = asyncio.create_task(connect(server.url("/early")).__aenter__())
            await server.run(door.wait())
            await speaker.send("hello")
            await speaker.wait_closed()
        ends = [e.type for e in server.trace.connections[0].application if e.is_end]
        assert ends == ["raised"]
        assert speaker.close_code == 1006
        newcomer.cancel()
        await asyncio.wait([newcomer])
        await server.run(door.wait())
