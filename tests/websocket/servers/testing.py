"""The in-memory client of `wslab.testing`, in the place of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import wslab.testing

from ..server import Record, Server, memory_client, recorded


@asynccontextmanager
async def start(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    recording = recorded(app, raised)
    async with wslab.testing.running(recording) as state:
        yield Server(
            name, lambda *a, **k: memory_client(recording, state, *a, **k), None, raised
        )
