"""A fork server: starts a server's processes out of one that has imported it.

Most of what a server's process does until it listens is importing, and some scenarios
want a process for each run. With forks these take uvicorn's column a quarter of the
processor time (`benchmarks/columns.py`: 0.26).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

from wslab.atlas.servers.forks import LISTENER


class Forked:
    """A process that a fork server started, as asyncio's own are."""

    def __init__(self, pid: int, end: asyncio.Future[int]) -> None:
        self.pid = pid
        self._end = end

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._end.result() if self._end.done() else None

    async def wait(self) -> int:
        """Wait for the end; return the exit status."""
        return await asyncio.shield(self._end)

    def send_signal(self, number: int) -> None:
        """Send a signal.

        Raises:
            ProcessLookupError: The process has ended.
        """
        if self._end.done():
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)


class ForkServer:
    """A process with a server's modules in it; `async with` starts and ends it.

    Args:
        command: The program and the arguments that it stands in for, as in
            `python -m uvicorn`.
        preload: Modules to import once. None may start a thread or make an event loop.
        environment: Of the processes.
    """

    def __init__(
        self,
        command: Sequence[str],
        preload: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        self._command = list(command)
        self._preload = preload
        self._environment = environment
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._began: asyncio.Queue[Forked | None] = asyncio.Queue()
        self._ordering = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._socket, theirs = socket.socketpair()
        python, dash_m, module = self._command
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(python, dash_m, "wslab.atlas.servers.forks", module),
                *(str(theirs.fileno()), *self._preload),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End the fork server, and what it started and still runs."""
        self._writer.write_eof()
        await self._reading
        self._writer.close()
        await self._process.wait()

    def descriptor(self, listener: socket.socket) -> int:
        """Return the number at which each process finds its socket."""
        return LISTENER

    async def launch(
        self, command: Sequence[str], log: int, listener: socket.socket | None
    ) -> Forked:
        """Start a process, as `Launcher.launch` says.

        Args:
            command: Begins with the command that this stands in for.
            log: The descriptor of the file for what it prints.
            listener: The socket that it finds at LISTENER.

        Raises:
            OSError: The fork server has ended; it has printed why.
        """
        arguments = list(command[len(self._command) :])
        descriptors = [log, listener.fileno()] if listener else [log]
        order = asyncio.ensure_future(self._order(arguments, descriptors))
        try:
            return await asyncio.shield(order)
        except asyncio.CancelledError:
            with suppress(OSError):
                os.killpg((await order).pid, signal.SIGKILL)
            raise

    async def _order(self, arguments: list[str], descriptors: list[int]) -> Forked:
        began: Forked | None = None
        async with self._ordering:
            if not self._reading.done():
                order = json.dumps(arguments).encode()
                with suppress(BrokenPipeError):
                    socket.send_fds(self._socket, [order], descriptors)
                began = await self._began.get()
        if began is None:
            raise ChildProcessError(f"{' '.join(self._command)} can't be forked")
        return began

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Take down which processes begin and how each ends."""
        with suppress(ConnectionResetError):  # it ended with an order unread
            while line := await reader.readline():
                self._take_down(json.loads(line))
        self._began.put_nowait(None)  # for whoever waits
        for end in self._ends.values():
            end.set_result(-signal.SIGKILL)

    def _take_down(self, told: Mapping[str, int]) -> None:
        pid = told["pid"]
        if "status" in told:
            self._ends.pop(pid).set_result(told["status"])
        else:
            self._ends[pid] = asyncio.get_running_loop().create_future()
            self._began.put_nowait(Forked(pid, self._ends[pid]))
