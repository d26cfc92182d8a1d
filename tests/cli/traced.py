"""`wslab trace` as a process, an application for it, and a client."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from websockets.sync.client import ClientConnection, connect

APPLICATION = '''\
"""Echoes; "raise", "return", "wait" and "print" do so."""

import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        text = event["text"]
        if text == "raise":
            raise RuntimeError("as asked")
        if text == "return":
            return
        if text == "wait":
            await send({"type": "websocket.send", "text": "I wait"})
            await asyncio.Event().wait()
        if text == "print":
            print("printed by the application")
        await send({"type": "websocket.send", "text": text})


def make():
    return app
'''

RUNNING = re.compile(r"running on (https?|unix)\S*?(?::(\d+))? |running on unix socket")

FRONT = re.compile(r"connect to (ws://\S+:\d+) in place of ")


class Command:
    """A running command, and the lines that it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self._printed = threading.Condition()
        streams = ((process.stdout, self.out), (process.stderr, self.err))
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in streams
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        for line in stream:
            with self._printed:
                lines.append(line.rstrip("\n"))
                self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()

    def wait_for(self, is_there: Callable[[], object]) -> None:
        """Wait until what is printed makes it true."""
        with self._printed:
            there = self._printed.wait_for(lambda: is_there(), 60)
        assert there, (self.out, self.err)

    def wait_for_text(self, text: str, times: int = 1) -> None:
        """Wait for a text on either stream."""
        self.wait_for(lambda: "\n".join([*self.out, *self.err]).count(text) >= times)

    @property
    def port(self) -> int:
        """The port that uvicorn's log names."""
        self.wait_for(lambda: any(RUNNING.search(line) for line in self.err))
        found = next(filter(None, map(RUNNING.search, self.err)))
        return int(found[2])

    @property
    def front(self) -> str:
        """The address that a proxy says to connect to."""
        self.wait_for(lambda: any(FRONT.search(line) for line in self.err))
        return next(filter(None, map(FRONT.search, self.err)))[1]

    @contextmanager
    def client(self, path: str = "/") -> Iterator[ClientConnection]:
        """Connect a real client."""
        with self._connected(f"ws://127.0.0.1:{self.port}{path}") as client:
            yield client

    def _connected(self, url: str) -> ClientConnection:
        """Connect as soon as the port is listened on: a reloader only binds it."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return connect(url, compression=None)
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def say(self, *messages: str, path: str = "/") -> None:
        """Connect, send messages with an answer each, and close."""
        with self.client(path) as client:
            for message in messages:
                client.send(message)
                assert client.recv() == message

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal and return the exit status, everything printed being read."""
        self.process.send_signal(number)
        return self.status()

    def status(self) -> int:
        """Wait for the end and return the exit status, everything printed read."""
        status = self.process.wait(60)
        for reader in self._readers:
            reader.join(60)
        return status

    @property
    def text(self) -> str:
        """What was printed on standard output."""
        return "\n".join(self.out)


@contextmanager
def trace(
    directory: Path,
    *arguments: str,
    module: str = "wslab.cli",
    stdout: int = subprocess.PIPE,
) -> Iterator[Command]:
    """Run `wslab trace` in a directory, which gets an application `app.py`."""
    application = directory / "app.py"
    if not application.exists():
        application.write_text(APPLICATION)
    words = ["trace"] if module == "wslab.cli" else []
    with subprocess.Popen(
        [sys.executable, "-m", module, *words, *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a reloader has a child
    ) as process:
        command = Command(process)
        try:
            yield command
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            command.status()
