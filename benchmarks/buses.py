"""A chat through Redis compared with the same chat in one process.

Some members of a room keep one message each under way: they send the next when theirs
has come back. A run ends when every member has every message. The server's time is what
the one server spends for a message, the rate what all of it together achieves on this
machine: clients, server and Redis. Redis writes nothing to a disk here.

    python benchmarks/buses.py
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvloop
from load.client import Client, allow_files, masked, opened, reply_size
from load.crowd import PAYLOAD
from load.server import Server, serving
from ratios import Bar, alternate, report

SENDERS = 10
FRAME = reply_size(PAYLOAD)
ROUNDS = 9
SIZES = {1000: (100, 0.9), 10: (2000, 0.4)}  # members: messages of a run, the bar


class Chat:
    """The members of one room on one bus."""

    def __init__(self, server: Server, bus: str, size: int) -> None:
        self._server = server
        self._path = f"/{bus}/{size}"
        self._size = size
        self._members: list[Member] = []
        self._missing = 0
        self._complete = asyncio.Event()

    async def open(self) -> Chat:
        """Connect the members, and wait until each has joined and heard of it."""
        self._missing = self._size
        for _ in range(self._size):
            member = Member(self)
            client = await opened(self._path, self._server.port, member.data)
            member.client = client
            self._members.append(member)
        async with asyncio.timeout(60):
            await self._complete.wait()
        return self

    def arrived(self) -> None:
        """Note that a member has one more message."""
        self._missing -= 1
        if self._missing == 0:
            self._complete.set()

    async def talk(self, messages: int) -> tuple[float, float]:
        """Have messages sent; return the seconds, the server's and the clock's."""
        self._missing = messages * self._size
        self._complete.clear()
        cpu, clock = self._server.cpu(), time.perf_counter()
        for number, member in enumerate(self._members[:SENDERS]):
            member.say(str(number).ljust(PAYLOAD).encode(), messages // SENDERS)
        async with asyncio.timeout(60):
            await self._complete.wait()
        return self._server.cpu() - cpu, time.perf_counter() - clock


class Member:
    """One client; it may have a message of its own under way."""

    client: Client

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._pending = b""
        self._message = b""
        self._left = 0

    def say(self, message: bytes, times: int) -> None:
        """Send a message as often, each time when the last one has come back."""
        self._message, self._left = message, times
        self._next()

    def data(self, data: bytes) -> None:
        """Look at each whole frame."""
        self._pending += data
        while len(self._pending) >= FRAME:
            payload = self._pending[FRAME - PAYLOAD : FRAME]
            self._pending = self._pending[FRAME:]
            self._chat.arrived()
            if payload == self._message:
                self._next()

    def _next(self) -> None:
        if self._left:
            self._left -= 1
            self.client.transport.write(masked(self._message))


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis of our own; yield its address."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("no redis-server: apt-get install redis-server, brew install redis")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "redis.sock")
        options = ["--port", "0", "--unixsocket", str(path), "--save", ""]
        process = subprocess.Popen(
            [program, *options], cwd=folder, stdout=subprocess.DEVNULL
        )
        try:
            while not path.exists():
                if process.poll() is not None:
                    sys.exit(f"redis-server has ended with {process.returncode}")
                time.sleep(0.01)
            yield f"unix://{path}"
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    """Measure and print."""
    allow_files(5 * max(SIZES))
    with redis() as url:
        os.environ["REDIS_URL"] = url
        with (
            serving("load.buses:app") as server,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            for size, (messages, bar) in SIZES.items():
                measure(runner, server, size, messages, bar)


def measure(
    runner: asyncio.Runner, server: Server, size: int, messages: int, limit: float
) -> None:
    """Compare the two buses for a room of that size."""
    clocks: dict[str, list[float]] = {"local": [], "redis": []}

    def rate(bus: str, chat: Chat) -> float:
        cpu, clock = runner.run(chat.talk(messages))
        clocks[bus].append(messages / clock)
        return messages / cpu

    runs = {
        bus: partial(rate, bus, runner.run(Chat(server, bus, size).open()))
        for bus in clocks
    }
    bar = Bar("redis", "local", limit, at_least=True)
    title = f"messages to {size} members in a second of the server's time"
    report(title, alternate(runs, ROUNDS), "local", "messages/s", 1.0, [bar])
    clocks = {bus: rates[1:] for bus, rates in clocks.items()}
    report("  the same by the clock", clocks, "local", "messages/s", 1.0, [])


if __name__ == "__main__":
    main()
