"""The processes that play tests, as the measuring side has them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from wslab.atlas.subject import environment
from wslab.atlas.testclients.table import InMemory

START = 30.0
"""Seconds that a process may take until it is ready."""

_LINE = 1 << 24  # bytes of the longest line that a worker may write


class WorkerFailed(Exception):
    """A worker ended by itself, or never began; the text has what it printed."""


class Workers:
    """A process that has imported a test client, and its copies, one for each run."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        control: socket.socket,
        log: IO[bytes],
    ) -> None:
        self._process = process
        self._control = control
        self._log = log

    @classmethod
    async def start(cls, client: InMemory, channel: str) -> Workers:
        """Start a process whose applications report to the address of a channel."""
        log = tempfile.TemporaryFile()  # noqa: SIM115
        ours, theirs = socket.socketpair()
        module = f"{__package__}.worker"
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", module, client.module, str(theirs.fileno())],
                env=environment(channel),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return cls(process, ours, log)

    async def one(self) -> Worker:
        """Return a worker that is ready.

        Raises:
            WorkerFailed: The process has ended, or was not ready in time.
        """
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):
            socket.send_fds(self._control, [b"1"], [theirs.fileno()])
        reader, writer = await asyncio.open_connection(sock=ours, limit=_LINE)
        worker = Worker(reader, writer, self._printed)
        try:
            async with asyncio.timeout(START):
                worker.process = (await worker.answer())["process"]
        except BaseException:
            await worker.kill()
            raise
        return worker

    async def end(self) -> None:
        """Kill the process and its copies, and wait for it."""
        self._control.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._log.close()

    def _printed(self) -> str:
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-4000:]


class Worker:
    """One process, which plays one run; `process` is its number."""

    process: int | None = None

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        printed: Callable[[], str],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._printed = printed

    async def order(self, **what: Any) -> None:
        """Give an order."""
        self._writer.write(json.dumps(what).encode() + b"\n")
        await self._writer.drain()

    async def answer(self) -> dict[str, Any]:
        """Return the next thing that a test saw, or that an order is done.

        Raises:
            WorkerFailed: The process has ended.
        """
        line = await self._reader.readline()
        if not line:
            raise WorkerFailed(self._printed())
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def kill(self) -> None:
        """Kill the process, whatever it does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
