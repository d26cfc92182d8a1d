"""One machine's network in memory."""

from __future__ import annotations

from socket import AF_INET, socket

from wslab.live.network.addresses import Ports
from wslab.live.network.sock import MemorySocket


class Network:
    """The sockets that can reach each other, all of one thread.

    Attributes:
        starters: by port the latest server's cell, as its label.
    """

    def __init__(self) -> None:
        self.starters: dict[int, str] = {}
        self._ports: Ports[MemorySocket] = Ports()

    def new_socket(self, family: int = AF_INET) -> MemorySocket:
        """Return a new socket."""
        return MemorySocket(self._ports, family)

    def own(self, sock: socket | MemorySocket) -> MemorySocket:
        """Return a socket itself, or for one of the system's one that stands for it.

        It has the other's address, and closes it with itself.
        """
        if isinstance(sock, MemorySocket):
            return sock
        own = self.new_socket(sock.family)
        own.bind(sock.getsockname())
        own.on_close = sock.close
        return own
