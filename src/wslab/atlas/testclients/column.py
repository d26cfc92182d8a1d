"""A test client as a column of the atlas while it is measured."""

from __future__ import annotations

import asyncio
from typing import Self

from wslab.atlas.cell import Outcome
from wslab.atlas.measure.channel import Channel
from wslab.atlas.scenario import Scenario
from wslab.atlas.testclients.process import Workers
from wslab.atlas.testclients.run import InMemoryRun
from wslab.atlas.testclients.table import InMemory

TOGETHER = 8
"""Runs at a time: one that hangs only waits."""


class InMemoryColumn:
    """A test client; each run has a process of its own, which is killed after it."""

    def __init__(self, client: InMemory) -> None:
        self.name = client.name
        self._client = client
        self._together = asyncio.Semaphore(TOGETHER)

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the scenario's question is one for test clients."""
        return self._client.concerns(scenario)

    def versions(self) -> dict[str, str]:
        """Return the versions of the test client and of what it stands on."""
        return self._client.versions()

    async def __aenter__(self) -> Self:
        self._channel = await Channel().__aenter__()
        self._workers = await Workers.start(self._client, self._channel.address)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._workers.end()
        await self._channel.__aexit__(*exc)

    async def play(self, scenario: Scenario, run: str) -> Outcome | str:
        """Play a scenario once; return what was seen, or why it can't be played."""
        if reason := self._client.without(scenario):
            return reason
        async with self._together:
            worker = await self._workers.one()
            try:
                return await InMemoryRun(worker, scenario, run, self._channel).perform()
            finally:
                await worker.kill()
