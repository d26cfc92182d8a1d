"""Echoes over uvicorn with uvloop, 32 clients pipelining, by framework.

The clients keep each server busy throughout, so its throughput is what it does in a
second of processor time. That is what is counted: unlike a second of the wall clock, it
does not depend on what else the machine does. Two processes with the same application
differ by up to 7 %, for as long as they live, so each application has several, which
take turns.

    python benchmarks/throughput.py
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from itertools import cycle

import uvloop
from load.client import Client, masked, opened, reply_size
from load.server import Server, serving
from ratios import Bar, alternate, report

CLIENTS = 32
PIPELINED = 32  # messages that each client has under way
PAYLOAD = b"x" * 32
SECONDS = 0.15
ROUNDS = 72
PROCESSES = 6  # for each application
APPLICATIONS = ("raw", "handler", "views", "bareasgi", "starlette")


class Pipeline:
    """A client that always has `PIPELINED` messages under way."""

    def __init__(self) -> None:
        self.replies = 0
        self.running = False
        self.missing = 0
        self._burst = masked(PAYLOAD) * PIPELINED
        self._client: Client

    async def open(self, port: int) -> None:
        """Connect to the echo."""
        self._client = await opened("/echo", port, self._received)

    def start(self) -> None:
        """Send the first burst."""
        self.running = True
        self._send()

    def _send(self) -> None:
        self.missing = reply_size(len(PAYLOAD)) * PIPELINED
        self._client.transport.write(self._burst)

    def _received(self, data: bytes) -> None:
        self.missing -= len(data)
        if self.missing == 0:
            self.replies += PIPELINED
            if self.running:
                self._send()


async def rate(server: Server, pipelines: list[Pipeline]) -> float:
    """Return echoes for a second of the server's processor time, over all clients."""
    for pipeline in pipelines:
        pipeline.replies = 0
    start = server.cpu()
    for pipeline in pipelines:
        pipeline.start()
    await asyncio.sleep(SECONDS)
    for pipeline in pipelines:
        pipeline.running = False
    while any(pipeline.missing for pipeline in pipelines):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    seconds = server.cpu() - start
    return sum(pipeline.replies for pipeline in pipelines) / seconds


async def opened_pipelines(port: int) -> list[Pipeline]:
    """Return the clients of one server."""
    pipelines = [Pipeline() for _ in range(CLIENTS)]
    for pipeline in pipelines:
        await pipeline.open(port)
    return pipelines


def main() -> None:
    """Measure and print."""
    with (
        ExitStack() as stack,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as run,
    ):
        cases = {}
        for name in APPLICATIONS:
            processes = []
            for _ in range(PROCESSES):
                server = stack.enter_context(serving(f"load.echo:{name}"))
                processes.append((server, run.run(opened_pipelines(server.port))))
            turns = cycle(processes)
            cases[name] = partial(lambda of: run.run(rate(*next(of))), turns)
        rates = alternate(cases, ROUNDS)
    bars = [
        Bar(name, base, limit, at_least=True)
        for name in ("handler", "views")
        for base, limit in (("raw", 0.92), ("bareasgi", 1.0), ("starlette", 1.0))
    ]
    title = f"over uvicorn, {CLIENTS} clients with {PIPELINED} messages under way each"
    report(title, rates, "raw", "echoes/ms", 1e-3, bars)


if __name__ == "__main__":
    main()
