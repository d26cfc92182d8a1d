"""Daphne on a reactor of its own in the test's loop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import daphne.server
import txaio
from twisted.internet import asyncioreactor

from ..server import WAIT, Record, Server, recorded, socket_client


class _Daphne(daphne.server.Server):
    """Daphne without its own loop: on the test's, by a reactor made for it."""

    def listen_success(self, port):
        super().listen_success(port)
        self.port = port

    def end_connections(self):
        """Do what a shutdown does: cancel the applications, then drop the clients."""
        tasks = [one.get("application_instance") for one in self.connections.values()]
        for task in filter(None, tasks):
            task.cancel()
        return [task for task in tasks if task is not None]


@asynccontextmanager
async def start(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    loop = asyncio.get_running_loop()
    sys.modules.pop("twisted.internet.reactor", None)
    asyncioreactor.install(loop)
    reactor = daphne.server.reactor = sys.modules["twisted.internet.reactor"]
    reactor.run = lambda **options: None  # the loop runs already
    txaio.config.loop = reactor  # where autobahn keeps its timers
    options.pop("grace", None)
    keys = {"ws_max_size": ("websocket_max_message_size", "websocket_max_frame_size")}
    server = _Daphne(
        recorded(app, raised),
        endpoints=["tcp:0:interface=127.0.0.1"],
        signal_handlers=False,
        **{key: value for name, value in options.items() for key in keys[name]},
    )
    server.run()
    port = server.port.getHost().port

    async def stop():
        if server.port.disconnected:
            return
        await asyncio.wait_for(server.port.stopListening().asFuture(loop), WAIT)
        tasks = server.end_connections()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), WAIT)

    try:
        yield Server(name, lambda *a, **k: socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
        for call in reactor.getDelayedCalls():
            call.cancel()
        for selectable in reactor.removeAll():
            selectable.connectionLost(None)
