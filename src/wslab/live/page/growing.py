"""Ladders that grow: what a server's connections do, told as it happens."""

from __future__ import annotations

import asyncio
from typing import Any

from wslab.live.page.clients import Tell
from wslab.trace.explain import explain
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.svg import ladder_html
from wslab.trace.model import Connection
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds
from wslab.trace.watch import Wholes

INTERVAL = 0.1
"""Seconds between two looks: a ladder that grows faster could not be read."""

MOST = 50
"""Connections of a run that have a ladder: each is a frame of its own in the page."""


class Growing:
    """Tells each connection that has done something, whole, as a message `trace`."""

    def __init__(self, recorder: Recorder, tell: Tell) -> None:
        """Take from `recorder`, as nobody else may."""
        self._recorder = recorder
        self._tell = tell
        self._wholes = Wholes(Bounds())

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(INTERVAL)

    def look(self) -> None:
        """Tell what has happened since the last look."""
        for new in self._recorder.take(ends=True).connections:
            self._tell(type="trace", **_drawn(self._wholes.news(new).whole))


def _drawn(connection: Connection) -> dict[str, Any]:
    """Return a connection as a message has it, without a ladder beyond `MOST`."""
    ladder = ladder_of([connection], explained=False)
    why = explain(connection)
    return {
        "number": connection.number,
        "html": ladder_html(ladder) if connection.number <= MOST else "",
        "over": connection.is_over,
        "why": why.text if why else None,
        "section": why.section if why else None,
    }
