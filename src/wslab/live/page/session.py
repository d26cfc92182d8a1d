"""What a worker's JavaScript talks to: cells to run, one after the other; sockets."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from wslab.lab.chrome.reader import register_reader
from wslab.live.document import get_document
from wslab.live.needs import needs
from wslab.live.owner import OWNER, Owner
from wslab.live.page import interpreter
from wslab.live.page.cells import Cells, Execution, Status
from wslab.live.page.clients import Clients
from wslab.live.page.loop import PageLoop
from wslab.live.page.playground import Playground
from wslab.live.page.scripts import Scripts

Act = Callable[[], Coroutine[Any, Any, Status]]


class Session:
    """A page's kernel: it lives as long as the worker.

    Args:
        post: gets each message of frontend/src/live/messages.ts, as JSON.

    Attributes:
        drive: runs what is ready; for JavaScript, as `PageLoop` says.
        clients: the WebSockets of the page's own scripts.
        scripts: those that cells have the page run.
    """

    def __init__(self, post: Callable[[str], None]) -> None:
        self._post = post
        self._loop = PageLoop()
        self._loop.start()
        interpreter.complete(self._loop)
        self._cells = Cells(self._output)
        self._cells.install()
        self._waiting: deque[tuple[str, str, Act]] = deque()
        self._running: Any = None
        self._visits: set[asyncio.Task[None]] = set()
        self.clients = Clients(self._tell)
        self.scripts = Scripts(self._tell)
        register_reader(self.scripts)
        self._playground = Playground(self._cells, self._tell)
        self.drive = self._loop.drive

    def run(self, run: str, cell: str, source: str) -> None:
        """Run a cell once those before it have ended; `done` tells its end."""
        self._begin(run, cell, lambda: self._cells.run(run, cell, source))

    def play(self, run: str, application: str, client: str, options: str) -> None:
        """Serve an application and run a client, as `Playground.play` does.

        What runs is stopped: the reader wants the new in its place.

        Args:
            run: tells it from others; `done` has it, with a cell "client".
            application: the source of a module with `app`.
            client: the source of a client in Python, "" for none.
            options: those of `serve`, as a JSON object.
        """
        given = json.loads(options)
        play = self._playground.play
        if self._running is not None:
            self.stop()
        self._begin(run, "client", lambda: play(run, application, client, given))

    def visit(self, asked: int, server: str, path: str) -> None:
        """Get a page of a server, beside what cells do.

        The message `visited` has its address and its source, or why there is none.

        Args:
            asked: what the message is known by.
            server: the name that cells have given to the server.
            path: that of the page, with its query.
        """
        context = Context()
        context.run(OWNER.set, Owner())
        visit = self._loop.create_task(
            self._visit(asked, server, path), context=context
        )
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard, context=Context())

    def stop(self) -> None:
        """Cancel the running cell, also where it blocks, and those that wait.

        The playground's server ends, too.
        """
        self._playground.stop()
        waiting, self._waiting = self._waiting, deque()
        if self._running is not None:
            self._running.cancel()
            self._loop.interrupt()
        for run, cell, _ in waiting:
            self._done(run, cell, "cancelled")

    def needs(self, sources: str) -> str:
        """Return for each of a notebook's cells the numbers of those it needs.

        Args:
            sources: a list of the cells' sources, as JSON; so is what is returned.
        """
        return json.dumps([sorted(it) for it in needs(json.loads(sources))])

    def _begin(self, run: str, cell: str, act: Act) -> None:
        self._waiting.append((run, cell, act))
        if self._running is None:
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._running = None
            return
        run, cell, act = self._waiting.popleft()
        self._running = self._loop.create_task(act(), context=Context())

        def done(task: Any) -> None:
            self._done(run, cell, "cancelled" if task.cancelled() else task.result())
            self._next()

        self._running.add_done_callback(done, context=Context())

    async def _visit(self, asked: int, server: str, path: str) -> None:
        url = source = error = ""
        try:
            found = self._cells.value(server)
            if found is None:
                raise NameError(f"no cell that has run has made {server!r}")
            url = found.http_url(path)
            source = await get_document(url)
        except Exception as failure:
            error = str(failure)
        self._tell(type="visited", asked=asked, url=url, source=source, error=error)

    def _output(self, to: Execution, output: dict[str, Any]) -> None:
        self._tell(type="output", run=to.run, cell=to.cell, output=output)

    def _done(self, run: str, cell: str, status: Status) -> None:
        number = self._cells.count
        self._tell(type="done", run=run, cell=cell, status=status, number=number)

    def _tell(self, **message: Any) -> None:
        self._post(json.dumps(message))
