"""A Redis of a notebook's own."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

from wslab.lab.programs.program import Program, Start, StartingProgram

SOCKET = "redis.sock"


class Redis(Program):
    """A running Redis, on a socket in its folder.

    Attributes:
        url: its address, as `RedisBus` takes it.
    """

    def __init__(self, kind: _Redis) -> None:
        super().__init__(kind)
        kind.path = self.folder / SOCKET
        self.url = f"unix://{kind.path}"


def redis_server() -> StartingProgram[Redis]:
    """Start a Redis that no other user can reach, until the cell is run again.

    `redis = await redis_server()`, or `async with`, as with `serve`. It keeps each
    change on the disk before it confirms it, so that `down` and `up` lose nothing.

    Raises:
        ProgramNotFound: redis-server is not installed; raised by the `await`.
    """
    return StartingProgram(lambda: Redis(_Redis()))


class _Redis:
    name = "redis-server"
    path: Path

    def prepare(self, folder: Path) -> Start:
        place = ["--port", "0", "--unixsocket", str(folder / SOCKET)]
        disk = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        return Start([*place, *disk])

    def answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self.path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False
