"""Scenarios that open in the playground show there what their cells of the atlas say.

A twelfth of them each day; all with WSLAB_LIVE=all, as in the scheduled workflow.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

import pytest

from wslab.atlas import store
from wslab.atlas.scenario import GROUPS, Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.views import application_line, client_view
from wslab.lab import serve
from wslab.lab.server import Server
from wslab.site.atlas.opening import IMPLEMENTATIONS, opened
from wslab.trace.model import ApplicationEvent, Event

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

TIMED = ("about ", "open after ", "nothing for ", "body ")
"""How lines begin that tell of a silence, or of a body, which a trace has not."""

RECORDED = ("receives ", "sends ", "returns", "raises ")
"""How lines of an application begin that a trace has; " fails: " is in others."""

CLOSED = ("framework", "limits", "shutdown")
"""Groups of which nothing opens."""

Views = tuple[list[str], list[str]]


def sampled(group: str) -> list[tuple[Scenario, str]]:
    """Scenarios of a group that open, each with a column."""
    pairs = [
        (scenario, column)
        for scenario in SCENARIOS.in_order()
        for column in IMPLEMENTATIONS
        if scenario.group == group and opened(scenario, column)
    ]
    return pairs if ALL else pairs[DAY % 12 :: 12]


def stored(scenario: Scenario, column: str) -> list[Views]:
    outcomes = store.load(scenario.name)[column].outcomes
    return [told(list(it.client), list(it.application)) for it in outcomes]


def told(client: list[str], application: list[str]) -> Views:
    """Both views, as far as a trace and a cell have them in common."""
    dated = ["date: (now)" if it.startswith("date: ") else it for it in client]
    return (
        [line for line in dated if not line.startswith(TIMED)],
        [it for it in application if it.startswith(RECORDED) or " fails:" in it],
    )


def views(events: list[Event], scenario: Scenario) -> Views:
    wire = [it for it in events if not isinstance(it, ApplicationEvent)]
    ours = [it for it in events if isinstance(it, ApplicationEvent)]
    client = client_view([(0, it) for it in wire], scenario.headers)
    return told([*client], [application_line(it) for it in ours if it.type != "http"])


def looked(server: Server) -> list[Event]:
    """What has happened since the last look."""
    return [event for it in server.trace.connections for event in it.events]


async def differing(
    scenario: Scenario, column: str
) -> tuple[Views, list[Views]] | None:
    """What is seen and what is stored, None where it is the same in the end."""
    project = opened(scenario, column)
    assert project
    names: dict[str, Any] = {"__name__": project.name}
    exec(project.application, names)
    wanted = stored(scenario, column)
    async with serve(names["app"], port=8000, **project.options) as server:
        await run(project.client, names)
        events = looked(server)
        try:
            async with asyncio.timeout(PATIENCE):
                while (seen := views(events, scenario)) not in wanted:
                    await asyncio.sleep(0.05)
                    events += looked(server)
        except TimeoutError:
            return seen, wanted
    return None


@pytest.mark.parametrize("group", [it for it in GROUPS if it not in CLOSED])
async def test_it_shows_what_its_cell_says(group):
    differ = {
        f"{scenario.name} on {column}": found
        for scenario, column in sampled(group)
        if (found := await differing(scenario, column))
    }
    assert differ == {}
