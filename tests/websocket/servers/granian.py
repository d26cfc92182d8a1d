"""Granian on a socket that listens already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import granian.server.embed
from granian.constants import Interfaces
from granian.net import SocketHolder

from ..server import WAIT, Record, Server, listen, recorded, serving_in


class _Granian(granian.server.embed.Server):
    """Granian on a socket that listens already, in the test's loop."""

    def __init__(self, app, listener):
        super().__init__(app, interface=Interfaces.ASGI, log_enabled=False)
        self._listener = listener

    def _init_shared_socket(self):
        self._ssp = None
        self._shd = SocketHolder(self._listener.detach(), False, 128)

    def stop(self):
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


@asynccontextmanager
async def start(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    listener, port = listen()
    started = asyncio.Event()
    server = _Granian(recorded(app, raised, started), listener)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(started.wait(), WAIT)
    async with serving_in(serving, name, port, raised, server.stop) as it:
        yield it
