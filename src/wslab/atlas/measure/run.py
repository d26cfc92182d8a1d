"""One run of a scenario: the acts performed, both views recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wslab.atlas.acts import (
    BOUND,
    Act,
    As,
    Await,
    Connect,
    Finish,
    Leave,
    OfClient,
    Outlast,
    Read,
    Reset,
    Send,
    SendFrame,
    Signal,
    Terminate,
    Watch,
)
from wslab.atlas.cell import Outcome
from wslab.atlas.measure.channel import Channel, Journal
from wslab.atlas.measure.client import Carry, Client
from wslab.atlas.measure.http1 import over_http1
from wslab.atlas.scenario import Scenario
from wslab.atlas.servers.process import Process
from wslab.atlas.views import client_view, matches
from wslab.trace.model import Connection, Event
from wslab.trace.trace import Trace

SETTLE = 1.0
"""Seconds that an application gets to end after the client's last act, while the
connection is open."""

AFTER_END = 4.0
"""The same, once the connection has ended: it has every reason to."""

FATAL = 4.0
"""Seconds that a server gets to end of a scenario that is said to end it."""

DYING = 0.5
"""Seconds after which a process is known to have ended, once its connections broke."""

FIRST_WORD = 0.5
"""Seconds that the report of an application's call gets to arrive."""


class Run:
    """One run. `perform()` may be called once."""

    def __init__(
        self,
        process: Process,
        scenario: Scenario,
        name: str,
        channel: Channel,
        carry: Carry = over_http1,
    ) -> None:
        self._process = process
        self._scenario = scenario
        self._name = name
        self._channel = channel
        self._carry = carry
        self._clients: list[Client] = []
        self._watched = 0.0
        self._outlasted: bool | None = None

    async def perform(self) -> Outcome:
        """Perform the acts and return what was seen."""
        journal = self._channel.open(self._name)
        try:
            for act in self._scenario.client:
                await self._act(act, journal)
            await journal.until(self._is_reported, FIRST_WORD)
            if self._outlasted is None:
                over = all(client.ended for client in self._clients)
                await journal.until(
                    lambda journal: journal.is_over, AFTER_END if over else SETTLE
                )
            outcome = self._outcome(journal)
            if self._outlasted is not None:
                return outcome
            if not await self._process.ends(self._patience(outcome)):
                return outcome
            lines = (*outcome.application, "the server ends")
            return replace(outcome, application=lines)
        finally:
            self._channel.close(self._name)
            for client in self._clients:
                await client.close()

    def _patience(self, outcome: Outcome) -> float:
        """Return the seconds in which the server may be seen to end of a run."""
        if matches(self._process.server, self._scenario.fatal):
            return FATAL
        cut_off = any(line.startswith("is cut off") for line in outcome.application)
        return DYING if cut_off or outcome.client == ("reset",) else 0

    async def _act(self, act: Act, journal: Journal) -> None:
        match act:
            case Connect():
                await self._connect(act)
            case As(number, own):
                await self._act_of(self._clients[number - 1], own)
            case Signal(name):
                await journal.until(lambda journal: journal.calls > 0, BOUND)
                journal.signal(f"{self._name} {name}")
            case Await(line):
                await journal.until(lambda journal: journal.has(line), BOUND)
            case Terminate():
                self._process.terminate()
            case Outlast(seconds):
                self._outlasted = await self._process.outlast(seconds)
                if self._outlasted:
                    await journal.until(lambda journal: journal.is_cut, FIRST_WORD)
            case _:
                await self._act_of(self._clients[-1], act)

    async def _act_of(self, client: Client, act: OfClient) -> None:
        match act:
            case Send(data):
                client.send(data)
            case SendFrame():
                client.send_frame(act)
            case Read(messages):
                client.wanted += messages
                await self._wait(client, client.has_wanted, BOUND)
            case Watch(seconds):
                await self._wait(client, lambda: False, seconds)
            case Finish():
                client.finish()
            case Leave():
                client.leave()
            case Reset():
                client.reset()

    def _is_reported(self, journal: Journal) -> bool:
        """Whether the application is known to have been called for each client."""
        return journal.calls >= len(self._clients)

    async def _connect(self, act: Connect) -> None:
        run = f"{self._name}.{len(self._clients)}"
        client = await Client.open(self._carry, self._process.address, act, run)
        self._clients.append(client)
        if act.waits:
            await self._wait(client, lambda: client.head is not None, BOUND)

    async def _wait(
        self, client: Client, reached: Callable[[], bool], seconds: float
    ) -> None:
        came = await client.until(reached, seconds)
        self._watched = 0.0 if came else self._watched + seconds

    def _outcome(self, journal: Journal) -> Outcome:
        lines: list[str] = []
        for number, client in enumerate(self._clients, 1):
            if len(self._clients) > 1:
                lines.append(f"client {number}")
            lines += self._client_view(client)
        if self._outlasted is not None:
            lines.append("the server " + ("ends" if self._outlasted else "runs on"))
        connections = [
            _connection(client, journal.events_of(number))
            for number, client in enumerate(self._clients)
        ]
        return Outcome(tuple(lines), journal.view(), Trace(tuple(connections)))

    def _client_view(self, client: Client) -> Sequence[str]:
        in_vain = self._watched and not client.ended
        return client_view(
            client.events,
            self._scenario.headers,
            client.body,
            self._watched if in_vain else None,
        )


def _connection(
    client: Client, application: Sequence[tuple[float, Event]]
) -> Connection:
    """Return both views as one connection of a trace, in the order of time."""
    timed = sorted([*client.events, *application], key=lambda pair: pair[0])
    return Connection.of([event for _, event in timed], is_open=not client.ended)
