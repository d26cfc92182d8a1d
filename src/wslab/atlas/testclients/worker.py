"""The processes that play tests: `python -m wslab.atlas.testclients.worker MODULE FD`.

The first one imports the test client, and for each socket that it is given it makes a
copy of itself, which plays one run: it takes orders as lines of JSON, and answers with
what the test saw, then that it is done. The application reports as in a server.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import As, Connect
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.subject import ADDRESS, ReportedCall, Reporter
from wslab.atlas.testclients.session import Session

Play = Callable[[Session], Awaitable[None]]


def main(module: str, descriptor: int) -> None:
    """Make a copy of this process for each socket that comes, until none can come."""
    play: Play = importlib.import_module(f"{__package__}.{module}").play
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    with socket.socket(fileno=descriptor) as control:
        while True:
            _, sockets, _, _ = socket.recv_fds(control, 1, 1)
            if not sockets:
                return
            connection = socket.socket(fileno=sockets[0])
            if os.fork() == 0:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                try:
                    asyncio.run(work(play, connection))
                except (SystemExit, KeyboardInterrupt) as error:
                    connection.sendall(_line(ends=type(error).__name__))
                os._exit(0)
            connection.close()


async def work(play: Play, connection: socket.socket) -> None:
    """Take orders until there are no more."""
    reader, writer = await asyncio.open_connection(sock=connection)
    worker = Worker(play, writer)
    writer.write(_line(process=os.getpid()))
    while line := await reader.readline():
        await worker.perform(**json.loads(line))


class Worker:
    """Performs the orders of one run, one at a time."""

    def __init__(self, play: Play, writer: asyncio.StreamWriter) -> None:
        self._play = play
        self._writer = writer
        self._reporter = Reporter(os.environ[ADDRESS])
        self._sessions: list[Session] = []
        self._tests: list[asyncio.Task[None]] = []

    async def perform(self, run: str, client: int, act: int | None) -> None:
        """Perform an act, by its number, for a client; with None its test ends."""
        scenario = SCENARIOS[run.partition(".")[0]]
        this = None if act is None else scenario.client[act]
        if isinstance(this, Connect):
            session = self._session(scenario, run, this)
            self._tests.append(asyncio.create_task(session.run(self._play)))
            await session.idle()
        else:
            session = self._sessions[client]
            await session.perform(this.act if isinstance(this, As) else this)
        self._write(done=True, over=session.over)

    def _session(self, scenario: Scenario, run: str, connect: Connect) -> Session:
        number = len(self._sessions)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            call = ReportedCall(self._reporter, run, number, scenario.scope)
            await call.play(scenario.app, scope, receive, send)

        def note(what: dict[str, Any]) -> None:
            self._write(client=number, **what)

        session = Session(app, connect, note)
        self._sessions.append(session)
        return session

    def _write(self, **what: Any) -> None:
        self._writer.write(_line(**what))


def _line(**what: Any) -> bytes:
    return json.dumps(what).encode() + b"\n"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
