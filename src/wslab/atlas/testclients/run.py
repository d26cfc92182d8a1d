"""One run of a scenario with a test client: both views recorded."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from wslab.atlas.acts import BOUND, Act, As, Await, Connect, Signal, Watch
from wslab.atlas.cell import Outcome
from wslab.atlas.measure.channel import Channel, Journal
from wslab.atlas.measure.run import AFTER_END, FIRST_WORD, SETTLE
from wslab.atlas.scenario import Scenario
from wslab.atlas.testclients.process import Worker
from wslab.atlas.views import client_view
from wslab.trace.document import event_from_json
from wslab.trace.model import Connection, Frame, Head
from wslab.trace.trace import Trace

MARGIN = 1.0
"""Seconds that a test client's own time-out may come later than ours."""


NEVER_ENDS = "the test does not end"


class _Client:
    """One connection of the test, and what it has seen."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, Head | Frame | str]] = []
        self.body = b""
        self.waited: float | None = None
        self.over = False


class InMemoryRun:
    """One run. `perform()` may be called once."""

    def __init__(
        self, worker: Worker, scenario: Scenario, name: str, channel: Channel
    ) -> None:
        self._worker = worker
        self._scenario = scenario
        self._name = name
        self._channel = channel
        self._clients: list[_Client] = []
        self._lost = False

    async def perform(self) -> Outcome:
        """Perform the acts and return what was seen.

        A test that has seen the end leaves its `with` block, which may raise. One that
        still sees the connection open is looked at as it is.
        """
        journal = self._channel.open(self._name)
        try:
            for number, act in enumerate(self._scenario.client):
                await self._act(number, act, journal)
            await journal.until(lambda journal: journal.calls > 0, FIRST_WORD)
            await journal.until(lambda journal: journal.is_over, SETTLE)
            if all(client.over for client in self._clients):
                await self._leave()
                await journal.until(lambda journal: journal.is_over, AFTER_END)
            return self._outcome(journal)
        finally:
            self._channel.close(self._name)

    async def _act(self, number: int, act: Act, journal: Journal) -> None:
        match act:
            case Signal(name):
                journal.signal(f"{self._name} {name}")
                return
            case Await(line):
                await journal.until(lambda journal: journal.has(line), BOUND)
                return
            case Connect():
                self._clients.append(_Client())
        client = len(self._clients) - 1
        if isinstance(act, As):
            client, act = act.client - 1, act.act
        if not self._clients[client].over:
            seconds = act.seconds if isinstance(act, Watch) else BOUND
            if not await self._order(client, number, seconds):
                self._clients[client].waited = seconds

    async def _leave(self) -> None:
        """End the test of each client, the last one first, as nested blocks do."""
        for number in reversed(range(len(self._clients))):
            if not await self._order(number, None, BOUND):
                self._clients[number].seen.append((time.monotonic(), NEVER_ENDS))

    async def _order(self, number: int, act: int | None, seconds: float) -> bool:
        """Have the worker act for a client; return whether it was done in time."""
        if self._lost:
            return True
        await self._worker.order(run=self._name, client=number, act=act)
        try:
            async with asyncio.timeout(seconds + MARGIN):
                while not (answer := await self._worker.answer()).get("done"):
                    if "ends" in answer:
                        return self._ended(number, answer["ends"])
                    self._take(answer)
        except TimeoutError:
            self._lost = True
            return False
        self._clients[number].over = answer["over"]
        return True

    def _ended(self, number: int, error: str) -> bool:
        """Note that an exception has ended the whole process, as a test's would."""
        client = self._clients[number]
        client.seen.append((time.monotonic(), f"raises {error}"))
        client.over = self._lost = True
        return True

    def _take(self, answer: dict[str, Any]) -> None:
        """Take what a client has seen."""
        client = self._clients[answer["client"]]
        match answer:
            case {"line": line}:
                client.seen.append((answer["at"], line))
            case {"event": event, "body": body}:
                client.seen.append((answer["at"], _wire_event(event)))
                client.body = bytes.fromhex(body)

    def _outcome(self, journal: Journal) -> Outcome:
        lines: list[str] = []
        for number, client in enumerate(self._clients, 1):
            if len(self._clients) > 1:
                lines.append(f"client {number}")
            lines += client_view(
                client.seen, self._scenario.headers, client.body, client.waited
            )
        connections = [
            Connection.of([event for _, event in journal.events_of(number)])
            for number in range(len(self._clients))
        ]
        return Outcome(tuple(lines), journal.view(), Trace(tuple(connections)))


def _wire_event(document: dict[str, Any]) -> Head | Frame:
    event = event_from_json(document)
    assert isinstance(event, Head | Frame)
    return event
