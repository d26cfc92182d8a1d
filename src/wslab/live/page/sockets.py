"""Sockets that block, over the network in memory: those of urllib, httpx and others."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from wslab.live.loop import LiveLoop
from wslab.live.network.network import Network
from wslab.live.network.sock import MemorySocket

T = TypeVar("T")


class PageSocket(socket.socket):
    """A socket of the page's network, which blocks by turning the page's loop.

    Attributes:
        loop: the page's.
        memory: what it stands for.
    """

    loop: LiveLoop

    def __init__(
        self,
        family: int = socket.AF_INET,
        type: int = socket.SOCK_STREAM,
        proto: int = 0,
        fileno: int | None = None,
        memory: MemorySocket | None = None,
    ) -> None:
        family = socket.AF_INET if family == -1 else family
        super().__init__(family, socket.SOCK_STREAM)
        if type not in (-1, socket.SOCK_STREAM) or fileno is not None:
            raise OSError(errno.EPROTONOSUPPORT, "a page has TCP only")
        self.memory = memory or self.loop.network.new_socket(family)

    def _blocked(self, work: Coroutine[Any, Any, T]) -> T:
        async def at_most() -> T:
            async with asyncio.timeout(self.gettimeout()):
                return await work

        return self.loop.block(at_most())

    def _as_socket(self) -> socket.socket:
        return cast(socket.socket, self.memory)  # the loop takes these

    def fileno(self) -> int:
        """Return the descriptor in memory."""
        return self.memory.fileno()

    def bind(self, address: Any) -> None:
        """Take an address."""
        self.memory.bind(address)

    def listen(self, backlog: int = 0) -> None:
        """Accept connections."""
        self.memory.listen(backlog)

    def accept(self) -> tuple[PageSocket, Any]:
        """Block until there is a connection."""
        accepted, address = self._blocked(self.loop.sock_accept(self._as_socket()))
        return PageSocket(self.family, memory=cast(Any, accepted)), address

    def connect(self, address: Any) -> None:
        """Block until it is connected; begin to, if it must not block."""
        if self.gettimeout() == 0:
            self.memory.connect(address)
        self._blocked(self.loop.sock_connect(self._as_socket(), address))

    def connect_ex(self, address: Any) -> int:
        """Connect, and return the error's number instead of raising."""
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Block until all is sent."""
        self._blocked(self.loop.sock_sendall(self._as_socket(), data))

    def send(self, data: Any, flags: int = 0) -> int:
        """Block until all is sent, and return how much that is."""
        self.sendall(data)
        return len(data)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Block until there are bytes; nothing after a FIN."""
        return self._blocked(self.loop.sock_recv(self._as_socket(), bufsize))

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Block until there are bytes, and put them in a buffer."""
        view = memoryview(buffer).cast("B")
        data = self.recv(nbytes or len(view))
        view[: len(data)] = data
        return len(data)

    def getsockname(self) -> Any:
        """Return its own address."""
        return self.memory.getsockname()

    def getpeername(self) -> Any:
        """Return the other end's address."""
        return self.memory.getpeername()

    def setsockopt(self, level: int, optname: int, value: Any, *_: Any) -> None:
        """Set an option."""
        self.memory.setsockopt(level, optname, value)

    def getsockopt(self, level: int, optname: int, *size: int) -> Any:
        """Return an option."""
        return self.memory.getsockopt(level, optname, *size)

    def shutdown(self, how: int) -> None:
        """Send a FIN."""
        self.memory.shutdown(how)

    def _real_close(self, *_: Any) -> None:
        super()._real_close()  # type: ignore[misc]
        self.memory.close()


class PageNetwork(Network):
    """A network whose servers also listen on sockets that block."""

    def own(self, sock: socket.socket | MemorySocket) -> MemorySocket:
        """Return a socket itself, or what one that blocks stands for."""
        return sock.memory if isinstance(sock, PageSocket) else super().own(sock)
