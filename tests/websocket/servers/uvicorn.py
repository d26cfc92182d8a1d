"""uvicorn, whose sockets are those of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from ..server import Record, Server, recorded, socket_client


@asynccontextmanager
async def start(name, app, options) -> AsyncIterator[Server]:
    raised = Record()
    config = uvicorn.Config(
        recorded(app, raised),
        ws=name.removeprefix("uvicorn-"),
        loop="asyncio",
        lifespan="on",
        port=0,
        log_config=None,
        timeout_graceful_shutdown=options.pop("grace", 5),
        **options,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    stopped = asyncio.Event()

    async def stop():
        if not stopped.is_set():
            stopped.set()
            await server.shutdown()
            await asyncio.gather(*server.server_state.tasks, return_exceptions=True)

    try:
        yield Server(name, lambda *a, **k: socket_client(port, *a, **k), stop, raised)
    finally:
        await stop()
