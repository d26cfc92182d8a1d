"""`serve`: a server for an application, in one line of a cell."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any, Literal, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from wslab.asgi import ASGIApplication
from wslab.kernel.cell import output_context, running_cell
from wslab.lab.host import new_host
from wslab.lab.keeping import keep, kept, stop_earlier_execution
from wslab.lab.lifespan import WatchedLifespan
from wslab.lab.server import Server
from wslab.trace.recorder import Recorder

WebSocketImplementation = Literal["websockets-sansio", "wsproto", "websockets"]


def serve(
    app: ASGIApplication,
    *,
    port: int = 0,
    ws: WebSocketImplementation = "websockets-sansio",
    ws_max_size: int = 16 * 1024 * 1024,
    ws_ping_interval: float | None = 20.0,
    ws_ping_timeout: float | None = 20.0,
    limit_concurrency: int | None = None,
    lifespan: Literal["auto", "on", "off"] = "auto",
    log_level: str = "warning",
    recorder: Recorder | None = None,
) -> Starting:
    """Serve an ASGI application on 127.0.0.1, by default on a port that is free.

    `server = await serve(app)` runs until it is stopped, the cell is run again or the
    kernel ends; `async with serve(app) as server` until the block ends. A kernel's
    cell which computes or blocks does not hold up the handlers.

    Args:
        app: an ASGI 3 application.
        port: where to listen, 0 for one that is free.
        ws: uvicorn's WebSocket implementation.
        ws_max_size: the longest message accepted, in bytes.
        ws_ping_interval: seconds between keepalive pings, None for none.
        ws_ping_timeout: seconds to wait for the pong before closing with 1011.
        limit_concurrency: at so many connections, its own among them, or calls of the
            application uvicorn answers a request by 503, but no WebSocket's; None for
            any number.
        lifespan: "auto", "on" or "off", as uvicorn's option.
        log_level: uvicorn's; "info" shows its access log. uvicorn's loggers are the
            process's, so the latest server sets the level for all.
        recorder: records what happens, and belongs to this server alone; None for one
            with the usual bounds.

    Returns:
        What is to be awaited for a `Server`, or entered for one that ends with a block.

    Raises:
        LifespanError: the application's start-up failed, also by `SystemExit`; raised
            by the `await`.
        OSError: another has the port; raised by the `await`.
    """
    watched = WatchedLifespan(app, required=lifespan == "on")
    recorder = recorder or Recorder()
    protocol = recorder.protocol(H11Protocol)
    config = uvicorn.Config(
        recorder.application(watched),
        port=port,
        interface="asgi3",
        loop="asyncio",
        http=cast(type[asyncio.Protocol], protocol),  # uvicorn calls it, no more
        ws=ws,
        ws_max_size=ws_max_size,
        ws_ping_interval=ws_ping_interval,
        ws_ping_timeout=ws_ping_timeout,
        limit_concurrency=limit_concurrency,
        lifespan=lifespan,
        log_config=None,
        log_level=log_level,
    )
    return Starting(config, watched, recorder)


class Starting:
    """What `serve` returns: await it for the server, or enter it for a block."""

    def __init__(
        self, config: uvicorn.Config, lifespan: WatchedLifespan, recorder: Recorder
    ) -> None:
        self._config = config
        self._lifespan = lifespan
        self._recorder = recorder

    def __await__(self) -> Generator[Any, None, Server]:
        return self._start().__await__()

    async def __aenter__(self) -> Server:
        self._server = await self._start()
        return self._server

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    async def _start(self) -> Server:
        await stop_earlier_execution()
        host = new_host(self._config, self._recorder)
        server = Server(host, self._lifespan, self._recorder, running_cell())
        try:
            await host.start(output_context(after_cell=_settle_all))
        except asyncio.CancelledError:
            server.stop_now()
            raise
        except BaseException:
            server.stop_now()
            if self._lifespan.error is None:
                raise
        if self._lifespan.error is not None:
            raise self._lifespan.error
        keep(server)
        return server


def _settle_all(*_: object) -> None:
    for thing in kept():
        if isinstance(thing, Server):
            thing.settle()
