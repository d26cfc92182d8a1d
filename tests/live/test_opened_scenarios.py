"""Scenarios that open in the playground show there what their cells of the atlas say.

A twelfth of them each day; all with WSLAB_LIVE=all, as in the scheduled workflow.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from wslab.atlas import store
from wslab.atlas.acts import Connect
from wslab.atlas.scenario import GROUPS, Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.views import application_line, client_view
from wslab.lab import serve
from wslab.lab.server import Server
from wslab.site.atlas.opening import implementations, opened
from wslab.trace.model import ApplicationEvent, Event, Head, TcpEnd

from .clients import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.filterwarnings("ignore::uvicorn.config.UvicornDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:websockets.legacy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:remove second argument:DeprecationWarning"),
]

DAY = datetime.now(UTC).toordinal()
ALL = os.environ.get("WSLAB_LIVE") == "all"
PATIENCE = 30  # seconds that the rest of what happens may take

CLOSED = "shutdown"
"""A group of which nothing opens."""

Views = tuple[list[str], list[str]]
"""What the client and the application of one connection see."""


def sampled(group: str) -> list[tuple[Scenario, str]]:
    """Scenarios of a group that open, each with a column."""
    pairs = [
        (scenario, column)
        for scenario in SCENARIOS.in_order()
        for column in implementations(scenario)
        if scenario.group == group and opened(scenario, column)
    ]
    return pairs if ALL else pairs[DAY % 12 :: 12]


def stored(scenario: Scenario, column: str) -> list[list[Views]]:
    """What each outcome of a cell has, connection by connection."""
    outcomes = store.load(scenario.name)[column].outcomes
    traces = [outcome.trace.connections for outcome in outcomes]
    return [views([it.events for it in trace], scenario) for trace in traces]


def views(connections: Iterable[Sequence[Event]], scenario: Scenario) -> list[Views]:
    """Both views of each, as far as a server's trace and a client's have them both.

    A server's has the first end of a connection alone, and what it has sent to a client
    that reads nothing, as well.
    """
    connects = [act for act in scenario.client if isinstance(act, Connect)]
    return [
        (client_lines(events, connect, scenario.headers), application_lines(events))
        for events, connect in zip(connections, connects, strict=False)
    ]


def client_lines(
    events: Sequence[Event], connect: Connect, headers: Iterable[str]
) -> list[str]:
    wire = [it for it in events if not isinstance(it, ApplicationEvent)]
    ends = [at for at, it in enumerate(wire) if isinstance(it, TcpEnd)]
    wire = wire[: ends[0] + 1] if ends else wire
    if not connect.reads:
        wire = [it for it in wire if isinstance(it, Head)]
    lines = client_view([(0, it) for it in wire], headers)
    return ["date: (now)" if it.startswith("date: ") else it for it in lines]


def application_lines(events: Iterable[Event]) -> list[str]:
    ours = [it for it in events if isinstance(it, ApplicationEvent)]
    return [application_line(it) for it in ours if it.type != "http"]


class Looked:
    """What a server's connections have done until the last look."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._events: dict[int, list[Event]] = {}

    def again(self, scenario: Scenario) -> list[Views]:
        for it in self._server.trace.connections:
            self._events.setdefault(it.number, []).extend(it.events)
        return views([self._events[it] for it in sorted(self._events)], scenario)


async def differing(
    scenario: Scenario, column: str
) -> tuple[list[Views], list[list[Views]]] | None:
    """What is seen and what is stored, None where it is the same in the end."""
    project = opened(scenario, column)
    assert project
    names: dict[str, Any] = {"__name__": project.name}
    exec(project.application, names)
    wanted = stored(scenario, column)
    async with serve(names["app"], port=8000, **project.options) as server:
        await run(project.client, names)
        looked = Looked(server)
        try:
            async with asyncio.timeout(PATIENCE):
                seen = looked.again(scenario)
                while seen not in wanted:
                    await asyncio.sleep(0.05)
                    seen = looked.again(scenario)
        except TimeoutError:
            return seen, wanted
    return None


@pytest.mark.parametrize("group", [it for it in GROUPS if it != CLOSED])
async def test_it_shows_what_its_cell_says(group):
    differ = {
        f"{scenario.name} on {column}": found
        for scenario, column in sampled(group)
        if (found := await differing(scenario, column))
    }
    assert differ == {}


async def test_a_client_that_reads_nothing_prints_the_head_alone(capsys):
    scenario = SCENARIOS["room-of-tasks-with-one-that-does-not-read"]
    assert await differing(scenario, "uvicorn") is None
    printed = capsys.readouterr().out.splitlines()
    assert "client 2: text b'news'" in printed
    assert [it for it in printed if it.startswith("client 1: ")] == [
        "client 1: HTTP/1.1 101 Switching Protocols"
    ]


async def test_a_lifespan_has_the_state_that_its_cell_tells_of(capsys):
    scenario = SCENARIOS["state"]
    assert await differing(scenario, "uvicorn") is None
    state = "state: {'since_startup': []}"
    assert store.load("state")["uvicorn"].outcomes[0].application.count(state) == 2
    printed = capsys.readouterr().out.splitlines()
    assert printed.count("state {'since_startup': []}") == 2
