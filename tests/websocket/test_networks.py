"""That the suite runs where it says."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application
from wslab.live import LiveLoop


@pytest.mark.asyncio(loop_factories=["tcp", "memory"])
async def test_the_network_is_the_one_that_the_test_is_named_after(serving, request):
    app = Application()

    @app.websocket_route("/")
    async def view(ws):
        await ws.send(type(asyncio.get_running_loop()).__name__)

    server = await serving(app)
    in_memory = "memory" in request.node.name
    assert isinstance(asyncio.get_running_loop(), LiveLoop) is in_memory
    async with server.client("/") as client:
        assert (await client.receive() == "LiveLoop") is in_memory
