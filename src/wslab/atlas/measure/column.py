"""A column of the atlas while it is measured: whatever can play a scenario."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, Self

from wslab.atlas.cell import Outcome
from wslab.atlas.measure.channel import Channel
from wslab.atlas.measure.client import Carry
from wslab.atlas.measure.http1 import over_http1
from wslab.atlas.measure.run import DYING, Run
from wslab.atlas.scenario import Options, Scenario
from wslab.atlas.servers.launcher import Launching, Shell
from wslab.atlas.servers.process import Process
from wslab.atlas.servers.server import Startable
from wslab.atlas.subject import environment

TOGETHER = 88
"""Runs that share a server's process at a time: fewer than connections wait for it in
the kernel (Hypercorn and anycorn: 100). What is more is taken up seconds later."""

WORKING = 32
"""Those of them that have just begun; what waits for a server's time-out needs no core,
and what works must not wait for one, or its delays would be told as the server's."""

WORK = 0.5
"""Seconds after which a run counts as one that waits."""

ALONE = 32
"""Processes of a server at a time that play one run each; most of them wait."""

STARTING = 2
"""Those of them that start at a time, which takes a core."""

NO_OPTION = "no such option"


class Column(Protocol):
    """Something that plays scenarios; `async with` starts and ends it."""

    @property
    def name(self) -> str:
        """As in addresses and in `measured(...).on(name)`."""

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the scenario's question is one for this column."""

    def versions(self) -> dict[str, str]:
        """Return the versions of the packages that decide what is seen."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def play(self, scenario: Scenario, run: str) -> Outcome | str:
        """Play a scenario once; return what was seen, or why it can't be played."""


class ServerColumn:
    """A server in processes of its own.

    Runs share a process where the scenario lets them. A process that ends under them
    is replaced, and each of these runs is played again, by itself.

    Attributes:
        took: For each scenario, the seconds of all its runs so far, together and
            without what they waited for their turn.

    Args:
        server: Which one.
        carry: Over what a client speaks to it.
        launching: How its processes are started.
        working: What limits the runs that work at a time, over all columns that are
            measured together; WORKING by default.
    """

    def __init__(
        self,
        server: Startable,
        carry: Carry = over_http1,
        launching: Launching = Shell,
        working: asyncio.Semaphore | None = None,
    ) -> None:
        self.name = server.name
        self.took: defaultdict[str, float] = defaultdict(float)
        self._server = server
        self._carry = carry
        self._launching = launching
        self._shared: dict[Options, Process] = {}
        self._starting = asyncio.Lock()
        self._together = asyncio.Semaphore(TOGETHER)
        self._working = working or asyncio.Semaphore(WORKING)
        self._alone = asyncio.Semaphore(ALONE)
        self._starts = asyncio.Semaphore(STARTING)
        self._running = AsyncExitStack()

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the scenario's question is one for the server."""
        return self._server.concerns(scenario)

    def versions(self) -> dict[str, str]:
        """Return the versions of the server and of what it stands on."""
        return self._server.versions()

    async def __aenter__(self) -> Self:
        self._channel = await self._running.enter_async_context(Channel())
        own = environment(self._channel.address, self._server.application)
        launcher = self._launching(own)
        self._launcher = await self._running.enter_async_context(launcher)
        self._running.push_async_callback(self._end_shared)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._running.aclose()

    async def _end_shared(self) -> None:
        for process in self._shared.values():
            await process.end()
        self._shared.clear()

    async def play(self, scenario: Scenario, run: str) -> Outcome | str:
        """Play a scenario once, in a shared process if it leaves the server running."""
        if reason := self._server.without(scenario):
            return reason
        if scenario.needs_own_process(self.name):
            return await self._play_alone(scenario, run)
        async with self._together:
            process = await self._process(scenario.options)
            if process is None:
                return NO_OPTION
            async with self._work():
                try:
                    outcome = await self._run(process, scenario, run)
                except OSError:
                    if not await process.ends(DYING):
                        raise
        return await self._play_alone(scenario, run) if process.ended else outcome

    @asynccontextmanager
    async def _work(self) -> AsyncIterator[None]:
        """Be one of the few that work, for as long as one works."""
        await self._working.acquire()
        loop = asyncio.get_running_loop()
        waits = loop.call_later(WORK, self._working.release)
        try:
            yield
        finally:
            if loop.time() < waits.when():
                waits.cancel()
                self._working.release()

    async def _play_alone(self, scenario: Scenario, run: str) -> Outcome | str:
        async with self._alone:
            process = await self._start(scenario.options)
            if process is None:
                return NO_OPTION
            try:
                return await self._run(process, scenario, run)
            finally:
                await process.end()

    async def _process(self, options: Options) -> Process | None:
        async with self._starting:
            process = self._shared.get(options)
            if process is not None and not process.ended:
                return process
            if process is not None:
                await process.end()
            process = await self._start(options)
            if process is not None:
                self._shared[options] = process
            return process

    async def _start(self, options: Options) -> Process | None:
        async with self._starts:
            return await Process.start(self._server, options, self._launcher)

    async def _run(self, process: Process, scenario: Scenario, run: str) -> Outcome:
        began = time.monotonic()
        try:
            played = Run(process, scenario, run, self._channel, self._carry)
            return await played.perform()
        finally:
            self.took[scenario.name] += time.monotonic() - began
