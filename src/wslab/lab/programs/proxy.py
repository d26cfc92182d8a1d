"""A reverse proxy in front of a server of the lab."""

from __future__ import annotations

import socket
from contextlib import suppress

from wslab.lab.programs.program import Kind, Program

NONSENSE = b"?\r\n\r\n"
"""Each proxy answers this itself, or closes; no server behind it is asked."""


class Door:
    """A TCP port of 127.0.0.1 that stays a proxy's while that goes and comes.

    Attributes:
        port: its number.
    """

    def __init__(self) -> None:
        with self._bound(0) as first:
            self.port: int = first.getsockname()[1]

    def listen(self) -> socket.socket:
        """Return a socket that listens there, for a program to inherit."""
        listening = self._bound(self.port)
        listening.listen(128)
        return listening

    def answers(self) -> bool:
        """Tell whether a program reads what comes in there."""
        address = ("127.0.0.1", self.port)
        with suppress(OSError), socket.create_connection(address, 1) as client:
            client.sendall(NONSENSE)
            client.recv(1)
            return True
        return False

    def _bound(self, port: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        return made


class Proxy(Program):
    """A running proxy.

    Attributes:
        port: where it listens, on 127.0.0.1.
    """

    def __init__(self, kind: Kind, door: Door) -> None:
        super().__init__(kind)
        self.port = door.port

    def url(self, path: str = "/", scheme: str = "ws") -> str:
        """Return the WebSocket URL of a path at the proxy."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def http_url(self, path: str = "/", scheme: str = "http") -> str:
        """Return the http URL of a path at the proxy."""
        return self.url(path, scheme)
