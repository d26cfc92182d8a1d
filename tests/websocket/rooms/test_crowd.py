"""F13, F38: two thousand clients in one room, some of them stalled, some vanishing."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import asynccontextmanager, contextmanager

import pytest
import uvicorn

from wslab import Application
from wslab.websocket.rooms import Rooms

CLIENTS = 2000
STALLED = VANISHING = CLIENTS // 100
MESSAGES = 24
PAYLOAD = 8192
BUFFER = 8 * 1024  # the sockets' buffers, so that a stalled client stalls soon
LIMIT = 4

rooms = Rooms(limit=LIMIT)
app = Application()


@app.websocket_route("/crowd")
async def crowd(ws):
    """Stay in the one room."""
    async with rooms.membership("crowd", ws):
        async for _ in ws:
            pass


@contextmanager
def serving():
    """Run uvicorn in a thread; yield its port and its loop."""
    config = uvicorn.Config(app, log_config=None, ws_ping_interval=None, backlog=2048)
    server = uvicorn.Server(config)
    loops = []

    async def serve(listener):
        loops.append(asyncio.get_running_loop())
        await server.serve([listener])

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        port = listener.getsockname()[1]
        thread = threading.Thread(target=asyncio.run, args=[serve(listener)])
        thread.start()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as first:
            first.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert first.recv(1)  # the server is up
        try:
            yield port, loops[0]
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


class Client:
    """A client that reads frames of one size from a bare socket."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port):
        """Open a connection with small buffers and shake hands."""
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", port))
        client = cls(*await asyncio.open_connection(sock=connection, limit=BUFFER))
        client.writer.write(
            b"GET /crowd HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n"
        )
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")
        return client

    async def message(self):
        """Return the number that the next message starts with."""
        frame = await self.reader.readexactly(4 + PAYLOAD)
        assert frame[:4] == b"\x81\x7e" + PAYLOAD.to_bytes(2, "big")
        return int(frame[4:12])

    async def close(self):
        """Vanish."""
        self.writer.transport.abort()


@asynccontextmanager
async def connected(port, count):
    """Open `count` clients, a hundred at a time."""
    clients = []
    try:
        for _ in range(0, count, 100):
            made = (Client.connect(port) for _ in range(100))
            clients += await asyncio.gather(*made)
        yield clients
    finally:
        for client in clients:
            await client.close()


def on(loop, coroutine):
    """Run a coroutine on the server's loop."""
    return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, loop))


async def until_members(loop, count):
    """Wait until the room has as many members as that."""

    async def wait():
        async with asyncio.timeout(30):
            while len(rooms.get("crowd") or ()) != count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    await on(loop, wait())


async def count_tasks():
    """Return how many tasks the loop has."""
    return len(asyncio.all_tasks())


@pytest.mark.threads("the server has one of its own")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("many_files", [2 * CLIENTS + 200], indirect=True)
@pytest.mark.no_cover  # a tracer takes most of its time
async def test_two_thousand_clients_in_one_room_some_stalled_some_vanishing(many_files):
    """The healthy get every message, all in one order, and nothing is left behind."""
    with serving() as (port, loop):
        tasks = await on(loop, count_tasks())
        async with connected(port, CLIENTS) as clients:
            await until_members(loop, CLIENTS)
            stalled = clients[:STALLED]
            vanishing = clients[STALLED : STALLED + VANISHING]
            healthy = clients[STALLED + VANISHING :]
            for number in range(MESSAGES):
                if number == MESSAGES // 2:
                    await asyncio.gather(*(client.close() for client in vanishing))
                text = f"{number:08}".ljust(PAYLOAD, ".")
                await on(loop, rooms.broadcast("crowd", text))
                async with asyncio.timeout(30):
                    received = await asyncio.gather(*(c.message() for c in healthy))
                assert set(received) == {number}
            await until_members(loop, CLIENTS - VANISHING)
            late = [await read_all(client) for client in stalled]
            for numbers in late:
                assert numbers == sorted(set(numbers))
                assert len(numbers) < MESSAGES  # it did stall, and lost the oldest
        await until_members(loop, 0)
        assert len(rooms) == 0
        async with asyncio.timeout(30):
            while await on(loop, count_tasks()) > tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def read_all(client):
    """Return the numbers that a stalled client gets once it reads, to the last."""
    numbers = []
    async with asyncio.timeout(30):
        while not numbers or numbers[-1] != MESSAGES - 1:
            numbers.append(await client.message())
    return numbers
