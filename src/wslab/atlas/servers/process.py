"""A server's process: started on a socket of ours, waited for, and ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import tempfile
from contextlib import suppress
from typing import IO

from wslab.atlas.scenario import Options
from wslab.atlas.servers.launcher import Child, Launcher
from wslab.atlas.servers.server import Startable

APPLICATION = "wslab.atlas.subject:app"
START = 30.0
"""Seconds that a server may take to answer its first request."""
TRIES = 3
"""How often a server is started that ends before it answers."""

_QUESTION = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"

_UP = re.compile(rb"HTTP/1\.\d [2-4]\d\d")


class ServerFailed(Exception):
    """A server did not start; the text has what it printed."""


class Process:
    """One running server, from `Process.start(...)` to `end()`.

    `address` is a port of 127.0.0.1, or the path of a Unix socket.
    """

    def __init__(
        self,
        server: str,
        process: Child,
        address: int | str,
        log: IO[bytes],
        directory: tempfile.TemporaryDirectory[str],
    ) -> None:
        self.server = server
        self.address = address
        self._process = process
        self._log = log
        self._directory = directory

    @classmethod
    async def start(
        cls, server: Startable, options: Options, launcher: Launcher
    ) -> Process | None:
        """Start a server and wait until it answers.

        A port that is told by its number may be taken by somebody else before the
        server has it: where it ends at once, it is started once more on another.

        Args:
            server: Which one.
            options: What its command line must say.
            launcher: What starts it.

        Returns:
            The process; None if the server has no such option.

        Raises:
            ServerFailed: It ended, or did not answer in time.
        """
        for more in range(0 if server.takes_socket else TRIES - 1, -1, -1):
            started = await cls._launch(server, options, launcher)
            if started is None:
                return None
            try:
                await started._answer(server)
            except ServerFailed:
                ended = started.ended
                await started.end()
                if not (ended and more):
                    raise
            except BaseException:
                await started.end()
                raise
            else:
                return started
        raise AssertionError("every try returns or raises")

    @classmethod
    async def _launch(
        cls, server: Startable, options: Options, launcher: Launcher
    ) -> Process | None:
        directory = tempfile.TemporaryDirectory(prefix="wslab-")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            address = f"{directory.name}/socket" if options.unix else port
            given = server.takes_socket and not options.unix
            told = launcher.descriptor(listener) if given else address
            command = server.command(options, APPLICATION, told)
            if command is None:
                directory.cleanup()
                return None
            if not given:
                listener.close()  # free again, and likely nobody else's for a moment
            log = tempfile.TemporaryFile()  # noqa: SIM115
            try:
                process = await launcher.launch(
                    command, log.fileno(), listener if given else None
                )
            except OSError as error:
                log.close()
                directory.cleanup()
                raise ServerFailed(f"{server.name} can't be run: {error}") from error
        return cls(server.name, process, address, log, directory)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.returncode is not None

    async def ends(self, seconds: float) -> bool:
        """Wait for the process to end; return whether it does in that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        return self.ended

    def terminate(self) -> None:
        """Send SIGTERM."""
        if not self.ended:
            self._process.send_signal(signal.SIGTERM)

    async def outlast(self, seconds: float) -> bool:
        """Wait for the end of the process; return whether it came in that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        return self.ended

    async def end(self) -> None:
        """Kill the server and all that it started, and wait for it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._log.close()
        self._directory.cleanup()

    def printed(self) -> str:
        """Return the last of what the server printed."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-4000:]

    async def _answer(self, server: Startable) -> None:
        """Wait for the answer to a plain request.

        A page, or a refusal of one by a server that has none (426, 404); not an error
        of the server (502), which may be what a proxy says before its backend is up.
        """
        try:
            async with asyncio.timeout(START):
                while not _UP.match(await self._ask()):
                    if self.ended:
                        raise ServerFailed(
                            f"{server.name} ended with status "
                            f"{self._process.returncode}:\n{self.printed()}"
                        )
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ServerFailed(
                f"{server.name} did not answer GET / below 500 in {START:.0f} s:\n"
                f"{self.printed()}"
            ) from None

    async def _ask(self) -> bytes:
        """Return the status line of the answer to a plain request; b"" for none."""
        try:
            if isinstance(self.address, str):
                reader, writer = await asyncio.open_unix_connection(self.address)
            else:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.address
                )
        except OSError:
            return b""
        try:
            writer.write(_QUESTION)
            async with asyncio.timeout(2):
                return await reader.readline()
        except (OSError, TimeoutError, ValueError):
            return b""
        finally:
            writer.close()
