"""The playground: one application, a client, and their ladders as they grow."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from wslab.lab import serve
from wslab.lab.server import Server
from wslab.live.page.cells import Cells, Status
from wslab.live.page.clients import Tell
from wslab.live.page.growing import Growing
from wslab.trace.recorder import Recorder

PORT = 8000
"""uvicorn's own default, so that what a client connects to is right elsewhere, too."""


class Playground:
    """Serves one application at a time; the sources run as a page's cells do."""

    def __init__(self, cells: Cells, tell: Tell) -> None:
        self._cells = cells
        self._tell = tell
        self._server: Server | None = None
        self._growing: Growing | None = None
        self._looking: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def play(
        self, run: str, application: str, client: str, options: dict[str, Any]
    ) -> Status:
        """Serve an application in place of the one before, and run a client.

        The message `serving` says that clients may connect. The server goes on when
        the client has ended, for those in the page.

        Args:
            run: what messages of this run are known by.
            application: the source of a module with `app`, whose `__name__` is "file"
                as `uvicorn file:app` imports it.
            client: the source of a client in Python, "" for none.
            options: those of `serve`.
        """
        await self.end()
        if self._ending is not None:
            await self._ending
        self._cells.clear()
        status = await self._cells.run(
            run, "application", application, called="application", module="file"
        )
        if status == "ok":
            serving = self._serve(options)
            status = await self._cells.perform(run, "application", serving)
        if status != "ok":
            return status
        self._tell(type="serving", run=run)
        if client:
            status = await self._cells.run(run, "client", client, called="client")
        if self._growing is not None:
            self._growing.look()
        return status

    def stop(self) -> None:
        """Begin to end the server."""
        if self._server is not None:
            loop = asyncio.get_running_loop()
            self._ending = loop.create_task(self.end(), context=Context())

    async def end(self) -> None:
        """End the server, and tell the last that its connections did."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
        if self._looking is not None:
            self._looking.cancel()
        if self._growing is not None:
            self._growing.look()
        self._looking = self._growing = None

    async def _serve(self, options: dict[str, Any]) -> None:
        app = self._cells.value("app")
        if app is None:
            raise NameError("there is no `app`, which `uvicorn file:app` looks for")
        recorder = Recorder()
        self._server = await serve(app, port=PORT, recorder=recorder, **options)
        self._growing = Growing(recorder, self._tell)
        loop = asyncio.get_running_loop()
        self._looking = loop.create_task(self._growing.run(), context=Context())
