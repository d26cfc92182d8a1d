"""A message to 1,000 clients in lock step, four ways, and with one stalled client.

Lock step: the next message goes when each client has the one before. The cost is the
server's processor time for one message; the delay is that between the broadcast and the
arrival at a client, over all clients.

    python benchmarks/broadcast.py
"""

from __future__ import annotations

import asyncio
import socket
import time
from functools import partial
from statistics import quantiles

import uvloop
from load.client import Client, allow_files, masked, opened, reply_size
from load.crowd import PAYLOAD, STAMP
from load.server import Server, serving
from ratios import Bar, alternate, report

CLIENTS = 1000
MESSAGES = 10  # a run
ROUNDS = 15
FRAME = reply_size(PAYLOAD)
SEND_BUFFER = 16 * 1024  # small, so that a stalled client stalls soon


class Crowd:
    """The clients, and what they got of the message under way."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.delays: list[int] = []
        self.received = 0
        self._missing = 0
        self._complete = asyncio.Event()
        self._control: Client
        self._stalled: Client

    async def open(self) -> None:
        """Connect the clients, the stalled one, and the one that gives commands."""
        for _ in range(CLIENTS):
            await opened("/member", self.server.port, Member(self).data)
        client = await opened("/stalled", self.server.port, lambda data: None)
        self._stalled = client  # else it is collected, and closed: nothing reads it
        connection = client.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.transport.pause_reading()
        self._control = await opened("/control", self.server.port, lambda data: None)

    def arrived(self, sent: int) -> None:
        """Note that a client has the message of that time."""
        self.delays.append(time.monotonic_ns() - sent)
        self.received += 1
        self._missing -= 1
        if self._missing == 0:
            self._complete.set()

    async def message(self, way: str, crowd: str) -> None:
        """Have one message sent, and wait until each client has it."""
        self._missing = CLIENTS
        self._complete.clear()
        self._control.transport.write(masked(f"{way} {crowd}".encode()))
        async with asyncio.timeout(5):
            await self._complete.wait()

    async def cost(self, way: str, crowd: str) -> float:
        """Return the server's seconds of processor time for one message."""
        start = self.server.cpu()
        for _ in range(MESSAGES):
            await self.message(way, crowd)
        return (self.server.cpu() - start) / MESSAGES

    async def p99(self, way: str, crowd: str) -> float:
        """Return the 99th percentile of the delays in seconds."""
        self.delays.clear()
        for _ in range(MESSAGES):
            await self.message(way, crowd)
        return quantiles(self.delays, n=100)[98] / 1e9

    async def blocks(self, way: str) -> bool:
        """Tell whether the stalled client holds up the others."""
        try:
            await self.message(way, "mixed")
            await self.message(way, "mixed")
        except TimeoutError:
            return True
        return False


class Member:
    """One client's bytes, cut into messages."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._pending = b""

    def data(self, data: bytes) -> None:
        """Take the time out of each whole frame."""
        self._pending += data
        while len(self._pending) >= FRAME:
            head = FRAME - PAYLOAD
            self._crowd.arrived(int(self._pending[head : head + STAMP]))
            self._pending = self._pending[FRAME:]


async def opened_crowd(server: Server) -> Crowd:
    """Return the crowd of a server."""
    crowd = Crowd(server)
    await crowd.open()
    return crowd


def main() -> None:
    """Measure and print."""
    allow_files(4 * CLIENTS)
    with (
        serving("load.crowd:app", SEND_BUFFER) as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        crowd = runner.run(opened_crowd(server))
        measure_ways(runner, crowd)
        measure_stalled(runner, crowd)


def measure_ways(runner: asyncio.Runner, crowd: Crowd) -> None:
    """Compare the four ways with nobody stalled."""
    ways = ("naive", "ours", "queue", "gather")
    runs = {
        way: partial(lambda way: 1 / runner.run(crowd.cost(way, "healthy")), way)
        for way in ways
    }
    bar = Bar("ours", "naive", 0.95, at_least=True)
    title = f"messages to {CLIENTS} clients in a second of the server's time"
    report(title, alternate(runs, ROUNDS), "naive", "messages/s", 1.0, [bar])


def measure_stalled(runner: asyncio.Runner, crowd: Crowd) -> None:
    """Compare a room with and without a client that stalled at the start."""
    before = crowd.received
    runs = {
        name: partial(lambda name: runner.run(crowd.p99("ours", name)), name)
        for name in ("healthy", "mixed")
    }
    delays = alternate(runs, ROUNDS)
    sent = 2 * (ROUNDS + 1) * MESSAGES
    bar = Bar("mixed", "healthy", 1.1)
    report("p99 of the delay in a room", delays, "healthy", "ms", 1e3, [bar])
    print(
        f"  lost of {sent * CLIENTS:,} for the healthy: "
        f"{sent * CLIENTS - (crowd.received - before)}"
    )
    assert runner.run(crowd.blocks("naive")), "the client has not stalled"
    print("  a naive loop is held up by the stalled client for good")


if __name__ == "__main__":
    main()
