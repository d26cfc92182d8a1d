"""What a round trip costs through the network in memory, and over loopback TCP.

Both ends are asyncio protocols on one loop of this process, so that the network is the
only difference. Processor time, the system's included.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ratios import Bar, Run, alternate, report

from wslab.live import LiveLoop

ROUNDS = 11
TRIPS = 3000
SIZES = {"20 bytes": 20, "64 kilobytes": 65536}


class Echo(asyncio.Protocol):
    """Sends back what it gets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        self.transport.write(data)


class Asking(Echo):
    """Sends a message, and once more as soon as all of it is back."""

    def __init__(self, size: int, done: asyncio.Future[None]) -> None:
        self.size, self.left, self.missing = size, TRIPS, size
        self.done = done

    def data_received(self, data: bytes) -> None:
        """Count it."""
        self.missing -= len(data)
        if self.missing:
            return
        self.left -= 1
        self.missing = self.size
        if self.left:
            self.transport.write(bytes(self.size))
        else:
            self.done.set_result(None)


async def round_trips(size: int) -> float:
    """Return the seconds of processor time that a round trip takes."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    async with await loop.create_server(Echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport, _ = await loop.create_connection(
            lambda: Asking(size, done), "127.0.0.1", port
        )
        begin = time.process_time()
        transport.write(bytes(size))
        await done
        seconds = time.process_time() - begin
        transport.close()
    return seconds / TRIPS


def run_on(loop: Callable[[], asyncio.AbstractEventLoop], size: int) -> Run:
    """Make a run of round trips on a loop of its own."""

    def run() -> float:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(round_trips(size))

    return run


def main() -> None:
    """Compare the two, and print the ratios beside their bars."""
    for name, size in SIZES.items():
        runs = {
            "loopback TCP": run_on(asyncio.new_event_loop, size),
            "in memory": run_on(LiveLoop, size),
        }
        figures = alternate(runs, ROUNDS)
        bar = Bar("in memory", "loopback TCP", 0.7)
        report(f"A round trip of {name}", figures, bar.base, "us", 1e6, [bar])


if __name__ == "__main__":
    main()
