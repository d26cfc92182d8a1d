"""What starts a server's process: a shell would, or whatever is quicker."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, Self


class Child(Protocol):
    """A running program, the first of a group of processes."""

    @property
    def pid(self) -> int:
        """The process's number, and its group's."""

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""

    async def wait(self) -> int:
        """Wait for the end; return the exit status."""

    def send_signal(self, signal: int) -> None:
        """Send a signal."""


class Launcher(Protocol):
    """What starts a program."""

    def descriptor(self, listener: socket.socket) -> int:
        """Return the number under which the program will find a socket."""

    async def launch(
        self, command: Sequence[str], log: int, listener: socket.socket | None
    ) -> Child:
        """Start a program.

        Args:
            command: The program and its arguments.
            log: The descriptor of the file for what it prints.
            listener: A socket that it is given.

        Raises:
            OSError: It can't be started.
        """


class Shell:
    """Starts a program as a shell does."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Do nothing: what is started ends by itself, or is ended."""

    def descriptor(self, listener: socket.socket) -> int:
        """Return the socket's own number."""
        return listener.fileno()

    async def launch(
        self, command: Sequence[str], log: int, listener: socket.socket | None
    ) -> Child:
        """Start a program in a session of its own."""
        return await asyncio.create_subprocess_exec(
            *command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()] if listener else [],
            start_new_session=True,
        )


Launching = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Launcher]]
"""Return a launcher of processes with an environment; it lives as long as a column."""
