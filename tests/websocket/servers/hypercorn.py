"""Hypercorn on a socket that listens already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hypercorn.asyncio
import hypercorn.config

from ..server import WAIT, Record, Server, listen, recorded, serving_in


@asynccontextmanager
async def start(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    listener, port = listen()
    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = None
    config.graceful_timeout = options.pop("grace", 5)
    for key, value in options.items():
        setattr(config, {"ws_max_size": "websocket_max_message_size"}[key], value)
    started, over = asyncio.Event(), asyncio.Event()
    recording = recorded(app, raised, started)
    serving = asyncio.create_task(
        hypercorn.asyncio.serve(recording, config, shutdown_trigger=over.wait)
    )
    starting = asyncio.create_task(started.wait())
    first = asyncio.FIRST_COMPLETED
    await asyncio.wait({serving, starting}, timeout=WAIT, return_when=first)
    starting.cancel()
    if serving.done():
        serving.result()  # raises why it did not start
    assert started.is_set()
    async with serving_in(serving, name, port, raised, over.set) as it:
        yield it
