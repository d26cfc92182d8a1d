"""A system program in a folder of its own, from its start to its end."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, Protocol, TypeVar

from wslab.lab.keeping import keep, stop_earlier_execution

BESIDE = os.path.dirname(sys.executable or "")
"""Where pip puts the programs of this Python; "" in a Python that has no file."""

PLACES = (BESIDE, "/usr/local/sbin", "/usr/sbin", "/opt/homebrew/bin")
"""Where programs are too, though a user's search path may not name it."""

PATIENCE = 30.0
"""Seconds in which a program must answer after its start."""

GRACE = 5.0
"""Seconds in which it must end once it is asked to."""

VANISHING = 1.0
"""Seconds at most in which a killed process is gone, where somebody reaps it."""

STEP = 0.005
"""Seconds between two looks at a process."""

VERSION_OPTIONS = {"redis-server": "--version", "openssl": "version"}
"""How programs are asked for their version that do not know `-v`."""


class ProgramNotFound(Exception):
    """A program that a cell needs is not installed."""


class ProgramFailed(Exception):
    """A program ended instead of starting; the text is what it said."""


def find_program(name: str) -> str | None:
    """Return the path of a program, None where it is not installed."""
    # An empty place would be the folder that one is in.
    places = (os.environ.get("PATH", os.defpath), *PLACES)
    path = os.pathsep.join(place for place in places if place)
    return shutil.which(name, path=path)


def program_version(name: str) -> str:
    """Return a program's name and version, as in "nginx 1.22.1".

    Raises:
        ProgramNotFound: it is not installed.
    """
    path = _found(name)
    if os.path.dirname(path) == BESIDE:
        with suppress(PackageNotFoundError):
            return f"{name} {version(name)}"
    option = VERSION_OPTIONS.get(name, "-v")
    result = subprocess.run([path, option], capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)?", result.stdout + result.stderr)
    return f"{name} {found[0] if found else '(unknown version)'}"


def _found(name: str) -> str:
    path = find_program(name)
    if path is None:
        raise ProgramNotFound(f"{name} is not installed here")
    return path


@dataclass(frozen=True)
class Start:
    """How a program is to be started.

    Attributes:
        arguments: of its command line.
        environment: variables beside those of this process.
        sockets: listening sockets that it inherits.
    """

    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: tuple[socket.socket, ...] = ()


class Kind(Protocol):
    """What differs between programs; one object is one program's address."""

    name: str
    """Of the executable."""

    def prepare(self, folder: Path) -> Start:
        """Write what the program reads into its folder; open its sockets."""

    def answers(self) -> bool:
        """Tell whether the program is there and has answered."""


class Program:
    """A running program: `up` and `down` as often as you like, then `stop`.

    Attributes:
        folder: its own, removed by `stop`.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._path = _found(kind.name)
        self._directory = TemporaryDirectory(prefix=f"wslab-{kind.name}-")
        self.folder = Path(self._directory.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def running(self) -> bool:
        """Whether it was not stopped; it may be down."""
        return not self._stopped

    async def up(self) -> None:
        """Start the program at its address; return once it answers.

        What it had stored in its folder is there again.

        Raises:
            ProgramFailed: it ended at once; says what it said.
            TimeoutError: it did not answer.
        """
        if self._stopped:
            raise RuntimeError(f"this {self._kind.name} was stopped for good")
        self._launch()
        deadline = time.monotonic() + PATIENCE
        while not await asyncio.to_thread(self._kind.answers):
            self._check(deadline)
            await asyncio.sleep(STEP)
        self._check(deadline)

    async def down(self, *, kill: bool = False) -> None:
        """End the program, in order or at once; return when it has ended."""
        self._ask_to_end(kill)
        deadline = time.monotonic() + GRACE
        while self._lives() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(STEP)
        self._finish()

    async def stop(self) -> None:
        """End the program for good and remove its folder."""
        await self.down()
        self._remove()

    def stop_now(self) -> None:
        """End the program for good, and block until it has ended."""
        self._ask_to_end(kill=True)
        self._finish()
        self._remove()

    def signal(self, name: str) -> None:
        """Send it a signal by its name, such as "HUP"."""
        if self._process is not None:
            self._process.send_signal(getattr(signal, f"SIG{name}"))

    @property
    def log(self) -> str:
        """What the program has said so far."""
        files = (self.folder / name for name in ("output", "error.log"))
        return "".join(it.read_text(errors="replace") for it in files if it.exists())

    def _launch(self) -> None:
        start = self._kind.prepare(self.folder)
        try:
            with (self.folder / "output").open("ab") as output:
                self._process = subprocess.Popen(
                    [self._path, *start.arguments],
                    cwd=self.folder,
                    env={**os.environ, **start.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[it.fileno() for it in start.sockets],
                    # The interrupt of a cell is not for the program.
                    start_new_session=True,
                )
        finally:
            for it in start.sockets:
                it.close()

    def _check(self, deadline: float) -> None:
        if not self._lives():
            self._finish()
            raise ProgramFailed(f"{self._kind.name} did not start:\n{self.log}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{self._kind.name} does not answer:\n{self.log}")

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _ask_to_end(self, kill: bool) -> None:
        if self._process is None or not self._lives():
            return
        if kill:
            self._kill_all()
        else:
            self._process.terminate()

    def _finish(self) -> None:
        if self._process is None:
            return
        self._kill_all()
        self._process.wait()
        self._outwait_workers()
        self._process = None

    def _kill_all(self) -> None:
        """Kill the process and its workers, which are a session of their own."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _outwait_workers(self) -> None:
        """Wait for those that were killed, which hold sockets until they are gone."""
        assert self._process is not None
        deadline = time.monotonic() + VANISHING
        with suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, 0)
                time.sleep(STEP)

    def _remove(self) -> None:
        self._stopped = True
        self._directory.cleanup()


P = TypeVar("P", bound=Program)


class StartingProgram(Generic[P]):
    """Await it for the program, or enter it for one that ends with a block."""

    def __init__(self, create: Callable[[], P]) -> None:
        self._create = create

    def __await__(self) -> Generator[Any, None, P]:
        return self._start().__await__()

    async def __aenter__(self) -> P:
        self._program = await self._start()
        return self._program

    async def __aexit__(self, *_: object) -> None:
        await self._program.stop()

    async def _start(self) -> P:
        await stop_earlier_execution()
        program = self._create()
        try:
            await program.up()
        except BaseException:
            program.stop_now()
            raise
        keep(program)
        return program
