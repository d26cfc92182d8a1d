"""uvicorn on a LiveLoop as a column of the atlas: server and clients on one loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import copy_context
from dataclasses import asdict
from typing import Any

import uvicorn

from wslab.atlas.cell import Outcome
from wslab.atlas.measure.channel import Channel
from wslab.atlas.measure.run import Run
from wslab.atlas.scenario import Options, Scenario
from wslab.atlas.scenarios.concurrency import ROOM
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.subject import Subject
from wslab.atlas.views import matches
from wslab.live.host import LiveHost
from wslab.trace.recorder import Recorder

TOGETHER = 32
"""Runs at a time; most of them wait."""

OPTIONS = {
    "max_size": "ws_max_size",
    "ping_interval": "ws_ping_interval",
    "ping_timeout": "ws_ping_timeout",
    "limit": "limit_concurrency",
}
"""uvicorn's names of the options of scenarios, but for those that a process needs."""


class Reporter:
    """The application's way to who measures, over the network in memory."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._writer = writer
        self._signals: dict[str, asyncio.Event] = {}
        self._listening = asyncio.create_task(self._listen(reader))

    @classmethod
    async def connect(cls, address: str) -> Reporter:
        host, _, port = address.rpartition(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    def report(self, run: str, **what: Any) -> None:
        """Send a line about a run."""
        line = json.dumps({"run": run, "at": time.monotonic(), **what})
        self._writer.write(line.encode() + b"\n")

    async def signal(self, name: str) -> None:
        """Wait for a signal."""
        await self._event(name).wait()

    async def close(self) -> None:
        """Close the connection, and wait until nothing comes from it."""
        self._writer.close()
        await self._listening

    def _event(self, name: str) -> asyncio.Event:
        return self._signals.setdefault(name, asyncio.Event())

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        async for line in reader:
            self._event(line.decode().rstrip("\n")).set()


class Served:
    """A server on the loop, for a `Run` what a process is."""

    def __init__(self, server: str, host: LiveHost) -> None:
        self.server = server
        self.address = host.port
        self._host = host

    async def ends(self, seconds: float) -> bool:
        """Wait for the server's end; return whether it comes in time."""
        with suppress(TimeoutError, RuntimeError):  # it stopped meanwhile
            async with asyncio.timeout(seconds):
                await self._host.run(asyncio.Event().wait())
        return not self._host.running


class LiveColumn:
    """One of uvicorn's columns; its HTTP is read by h11, as in a page."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._server = SERVERS[name]
        self._together = asyncio.Semaphore(TOGETHER)
        self._alone = asyncio.Lock()

    def concerns(self, scenario: Scenario) -> bool:
        return self._server.concerns(scenario)

    def versions(self) -> dict[str, str]:
        return self._server.versions()

    async def __aenter__(self) -> LiveColumn:
        self._shared: dict[Options, asyncio.Task[Served]] = {}
        self._open = AsyncExitStack()
        self._channel = await self._open.enter_async_context(Channel())
        self._reporter = await Reporter.connect(self._channel.address)
        self._open.push_async_callback(self._reporter.close)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._open.aclose()

    async def play(self, scenario: Scenario, run: str) -> Outcome:
        """Play a scenario on a server of its own where it needs its own process."""
        async with self._together:
            if matches(self.name, scenario.spoils):
                async with self._alone, self._served(scenario.options) as served:
                    ROOM.clear()  # a process of its own has its own
                    return await self._run(served, scenario, run)
            if scenario.needs_own_process(self.name):
                async with self._served(scenario.options) as served:
                    return await self._run(served, scenario, run)
            return await self._run(await self._share(scenario.options), scenario, run)

    async def _run(self, served: Served, scenario: Scenario, run: str) -> Outcome:
        return await Run(served, scenario, run, self._channel).perform()

    async def _share(self, options: Options) -> Served:
        if options not in self._shared:
            serving = self._open.enter_async_context(self._served(options))
            self._shared[options] = asyncio.create_task(serving)
        return await self._shared[options]

    @asynccontextmanager
    async def _served(self, options: Options) -> AsyncIterator[Served]:
        given = {OPTIONS[key]: it for key, it in asdict(options).items() if it}
        config = uvicorn.Config(
            Subject(self._reporter),
            port=0,
            loop="asyncio",
            http="h11",
            ws=self._server.title.removeprefix("uvicorn, "),
            log_config=None,
            log_level="critical",
            **given,
        )
        host = LiveHost(config, Recorder())
        await host.start(copy_context())
        try:
            yield Served(self.name, host)
        finally:
            await host.stop(0.1)
