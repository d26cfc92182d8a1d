"""Both ends of a connection, and what each of them sees."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

WAIT = 30.0  # seconds, the bound of every wait


class End(asyncio.Protocol):
    """A protocol that notes what happens to it, in order: `log`."""

    def __init__(self, keeps_open=False):
        self.keeps_open = keeps_open
        self.log = []
        self.received = bytearray()
        self.lost = False
        self._news = asyncio.Event()

    def note(self, what):
        self.log.append(what)
        self._news.set()

    def connection_made(self, transport):
        self.transport = transport
        self.note("made")

    def data_received(self, data):
        self.received += data
        self._news.set()

    def eof_received(self):
        self.note("eof")
        return self.keeps_open

    def pause_writing(self):
        self.note("pause")

    def resume_writing(self):
        self.note("resume")

    def connection_lost(self, exc):
        self.lost = True
        self.note(("lost", type(exc)) if exc else "lost")

    async def until(self, condition):
        """Wait until `condition()` holds."""
        async with asyncio.timeout(WAIT):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def has(self, what):
        """Wait until something has been noted."""
        await self.until(lambda: what in self.log)

    async def gets(self, count):
        """Wait until so many bytes have been received in all, and return them."""
        await self.until(lambda: len(self.received) >= count)
        return bytes(self.received)

    async def end(self):
        """Wait for the end, and return how it came."""
        await self.until(lambda: self.lost)
        return self.log[-1]


class BufferedEnd(End, asyncio.BufferedProtocol):
    """One that is given its bytes in a buffer of its own, of 10 bytes."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.buffer = bytearray(10)

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.note(nbytes)
        self.received += self.buffer[:nbytes]


@asynccontextmanager
async def connection(server_end=End, client_end=End):
    """Give the protocols of both ends of a connection: client's, server's."""
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()

    def accept():
        accepted.set_result(server_end())
        return accepted.result()

    server = await loop.create_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, client = await loop.create_connection(client_end, "127.0.0.1", port)
    other = await asyncio.wait_for(accepted, WAIT)
    await other.has("made")
    try:
        yield client, other
    finally:
        for end in (client, other):
            if not end.lost:
                end.transport.abort()
                await end.end()
        server.close()
        await server.wait_closed()
