"""A Redis of each test's own, a way to it that can be cut, and sockets for a crowd."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest


class RedisServer:
    """redis-server on a socket in a folder of its own, with what it has confirmed."""

    def __init__(self, folder):
        self.folder = folder
        self.path = Path(folder, "redis.sock")
        self.url = f"unix://{self.path}"
        self.process = None

    def start(self, *options):
        """Start it, with the data that it had; return once it answers."""
        always = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
        place = ("--port", "0", "--unixsocket", str(self.path))
        self.process = subprocess.Popen(
            [shutil.which("redis-server"), *place, *always, *options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not self.answers():
            assert self.process.poll() is None, "redis-server has ended"
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def answers(self):
        """Tell whether it is up and has its data."""
        try:
            self.execute("PING")
        except Exception as error:
            return "NOAUTH" in str(error) or "Authentication" in str(error)
        return True

    def execute(self, *command):
        """Return the answer to one command, strings as bytes."""
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        client = Redis(unix_socket_path=str(self.path), retry=Retry(NoBackoff(), 0))
        with client:
            return client.execute_command(*command)

    def streams(self):
        """Return the keys of rooms' streams."""
        return {it for it in self.execute("KEYS", "*") if not it.startswith(b"wslab:b")}

    def kill(self):
        """Take it away without a warning."""
        self.process.kill()
        self.process.wait()

    def send(self, name):
        """Send it a signal: STOP and CONT make it hang for a time."""
        os.kill(self.process.pid, getattr(signal, f"SIG{name}"))


@pytest.fixture
def redis():
    """A running Redis that confirms nothing before it is on the disk."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(folder)
        server.start()
        yield server
        server.kill()


class Proxy:
    """A port that leads to Redis, until it is cut."""

    def __init__(self, path):
        self.path = path
        self.writers = set()
        self.swallow = (
            b""  # the next answer to what has this in it is lost, all with it
        )
        self.swallowed = 0
        self.hold = b""  # what is in a command whose answer comes after `let_go`
        self.let_go = asyncio.Event()
        self.held = False
        self.server = None
        self.open = True

    @property
    def url(self):
        """The address of Redis through this proxy."""
        return f"redis://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/0"

    def cut(self):
        """End all connections that there are."""
        for writer in self.writers:
            writer.transport.abort()

    async def serve(self, reader, writer):
        """Carry bytes both ways until one side ends."""
        with suppress(OSError):
            if not self.open:
                raise ConnectionRefusedError
            there = await asyncio.open_unix_connection(self.path)
            pair = {writer, there[1]}
            self.writers |= pair
            lost = asyncio.Event()
            held = asyncio.Event()
            ways = (
                self.asks(reader, there[1], lost, held),
                self.answers(there[0], writer, lost, held),
            )
            await asyncio.gather(*ways, return_exceptions=True)
            self.writers -= pair
            there[1].transport.abort()
        writer.transport.abort()

    async def asks(self, reader, writer, lost, held):
        """Carry commands to Redis."""
        while data := await reader.read(65536):
            if self.swallow and self.swallow in data:
                self.swallow = b""
                lost.set()
            if self.hold and self.hold in data:
                self.hold = b""
                held.set()
            writer.write(data)
        writer.transport.abort()

    async def answers(self, reader, writer, lost, held):
        """Carry answers back, unless the next one is to be lost or held up."""
        while data := await reader.read(65536):
            if lost.is_set():
                self.swallowed += 1
                break
            if held.is_set():
                held.clear()
                self.held = True
                await self.let_go.wait()
            writer.write(data)
        writer.transport.abort()


@pytest.fixture
async def proxy(redis):
    """A way to Redis by TCP that can be cut."""
    proxy = Proxy(str(redis.path))
    proxy.server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    yield proxy
    proxy.server.close()
    proxy.cut()
    await asyncio.sleep(0)


@pytest.fixture
def many_files(request):
    """Let this process have as many open files as the test's parameter says."""
    import resource  # which a page lacks

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < request.param:
        pytest.skip(f"{request.param} open files are needed, {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, request.param), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
