"""A stream socket in memory, with the methods that asyncio calls of a system's."""

from __future__ import annotations

import errno
import itertools
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from selectors import EVENT_READ, EVENT_WRITE
from typing import NoReturn, Self
from weakref import WeakValueDictionary

from wslab.live.network import addresses
from wslab.live.network.addresses import Address, Ports
from wslab.live.network.pipe import Pipe

_descriptors = itertools.count(1 << 24)
"""Numbers beyond those that a system gives to files."""

_sockets: WeakValueDictionary[int, MemorySocket] = WeakValueDictionary()
"""All sockets in memory by descriptor."""


def find_socket(descriptor: int) -> MemorySocket | None:
    """Return the socket with a descriptor."""
    return _sockets.get(descriptor)


class MemorySocket:
    """One end of a connection, or a listener, as Linux's TCP behaves on the loopback.

    It never blocks: what would have to wait raises `BlockingIOError`, as a system's
    socket does after `setblocking(False)`. Errors are the system's, with its numbers.

    Attributes:
        descriptor: a number that no file of the system has.
        changed: where a selector has it put when an event may have become ready.
        on_close: called when it is closed.
    """

    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(
        self,
        ports: Ports[MemorySocket],
        family: int = socket.AF_INET,
        name: Address | None = None,
    ) -> None:
        self.family = family
        self.changed: dict[MemorySocket, None] | None = None
        self.on_close: Callable[[], None] | None = None
        self.descriptor = next(_descriptors)
        _sockets[self.descriptor] = self
        self._ports = ports
        self._name = name
        self._peer: MemorySocket | None = None
        self._in = self._out = Pipe()
        self._queue: deque[MemorySocket] | None = None  # of a listener
        self._error = 0  # to be raised once
        self._broken = False  # a reset has ended the connection
        self._lingers = True
        self._closed = False

    # -- what is known of it

    def fileno(self) -> int:
        """Return the descriptor; -1 once it is closed."""
        return -1 if self._closed else self.descriptor

    def unread(self) -> int:
        """Return how many bytes have arrived that nobody has read."""
        return self._in.size if self._peer else 0

    def events(self) -> int:
        """Return which of `EVENT_READ` and `EVENT_WRITE` would not have to wait."""
        if self._error or self._broken:
            return EVENT_READ | EVENT_WRITE
        if self._queue is not None:
            return EVENT_READ if self._queue else 0
        if self._peer is None:
            return 0
        reading = EVENT_READ if self._in.size or self._in.finished else 0
        writing = self._out.room or self._out.finished or self._peer._closed
        return reading | (EVENT_WRITE if writing else 0)

    def getsockname(self) -> Address:
        """Return its own address."""
        wildcard = addresses.WILDCARD[socket.AddressFamily(self.family)]
        return self._name or addresses.address(self.family, wildcard, 0)

    def getpeername(self) -> Address:
        """Return the other end's address."""
        if self._peer is None or self._peer._name is None:
            _fail(errno.ENOTCONN)
        return self._peer._name

    def getsockopt(self, level: int, option: int, size: int = 0) -> int:
        """Return the error of a connection, which is forgotten then; else 0."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            error, self._error = self._error, 0
            return error
        return 0

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Heed `SO_LINGER`: with a time of 0 a close is a reset. Ignore the rest."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER):
            assert isinstance(value, bytes)
            self._lingers = struct.unpack("ii", value) != (1, 0)

    def setblocking(self, flag: bool) -> None:
        """Agree to not blocking."""
        if flag:
            raise ValueError("a socket in memory cannot block")

    def gettimeout(self) -> float:
        """Return 0: it does not block."""
        return 0.0

    # -- connecting

    def bind(self, address: Address) -> None:
        """Take an address of this machine's; port 0 is one that is free."""
        if self._name is not None:
            _fail(errno.EINVAL)
        self._name = self._ports.take(self, self.family, address)

    def listen(self, backlog: int = 0) -> None:
        """Accept connections from now on, however many."""
        if self._queue is None:
            self._queue = deque()

    def accept(self) -> tuple[MemorySocket, Address]:
        """Return the next connection, and the address of its other end."""
        if self._queue is None:
            _fail(errno.EINVAL)
        if not self._queue:
            _fail(errno.EAGAIN)
        accepted = self._queue.popleft()
        return accepted, accepted.getpeername()

    def connect(self, address: Address) -> NoReturn:
        """Begin to connect; being writable tells of the outcome, `SO_ERROR` which."""
        if self._peer is not None:
            _fail(errno.EISCONN)
        host, port = addresses.reached(self.family, address), address[1]
        if self._name is None:
            loopback = addresses.LOOPBACK[socket.AddressFamily(self.family)]
            self.bind(addresses.address(self.family, loopback, 0))
        listener = self._ports.holder(self.family, host, port)
        if listener is None or listener._queue is None:
            self._error = errno.ECONNREFUSED
        else:
            name = addresses.address(self.family, host, port)
            accepted = MemorySocket(self._ports, self.family, name)
            self._join(accepted)
            listener._queue.append(accepted)
            listener._changed()
        self._changed()
        _fail(errno.EINPROGRESS)

    def _join(self, other: MemorySocket) -> None:
        self._peer, other._peer = other, self
        self._in, self._out = Pipe(), Pipe()
        other._in, other._out = self._out, self._in

    # -- bytes

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Send what there is room for, and return how much that was."""
        if self._error:
            self._raise_error()
        if self._peer is None:
            _fail(errno.EPIPE if self._broken else errno.ENOTCONN)
        if self._broken or self._out.finished:
            _fail(errno.EPIPE)
        if self._peer._closed:  # whose answer is a reset
            self._reset()
            return len(data)
        if not (sent := self._out.write(data)) and data:
            _fail(errno.EAGAIN)
        self._peer._changed()
        return sent

    def sendmsg(self, buffers: Iterable[bytes | bytearray | memoryview]) -> int:
        """Send as one."""
        return self.send(b"".join(buffers))

    def recv(self, size: int) -> bytes:
        """Return what has arrived, at most `size` bytes; nothing after a FIN."""
        if self._in.size and self._peer:
            was_full = not self._in.room
            data = self._in.read(size)
            if was_full:
                self._peer._changed()
            return data
        return self._end()

    def recv_into(self, buffer: bytearray | memoryview, size: int = 0) -> int:
        """Put what has arrived into a buffer, and return how much that was."""
        data = self.recv(size or len(buffer))
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def _end(self) -> bytes:
        if self._closed:
            _fail(errno.EBADF)
        if self._peer and self._in.finished:
            return b""
        if self._error:
            self._raise_error()
        if not self._broken:
            _fail(errno.EAGAIN if self._peer else errno.ENOTCONN)
        return b""

    # -- the end

    def shutdown(self, how: int) -> None:
        """Send a FIN after what was sent; what the other end sends still arrives."""
        if self._peer is None or self._broken:
            _fail(errno.ENOTCONN)
        if how != socket.SHUT_RD:
            self._out.finished = True
            self._peer._changed()

    def close(self) -> None:
        """Send a FIN; where bytes lie unread, a reset (RFC 2525, section 2.17)."""
        if self._closed:
            return
        self._closed = True
        if self._name is not None:
            self._ports.release(self, self.family, self._name)
        for waiting in self._queue or ():
            waiting._lingers = False
            waiting.close()
        if self._peer is not None and not self._broken:
            if self._in.size or not self._lingers:
                self._peer._reset()
            else:
                self._out.finished = True
                self._peer._changed()
        if self.on_close is not None:
            self.on_close()

    def _reset(self) -> None:
        """Have the connection broken off by its other end."""
        if not self._closed:
            self._broken = True
            # Who has read, or may read, the FIN that came before sees that alone.
            self._error = errno.EPIPE if self._in.finished else errno.ECONNRESET
            self._changed()

    def _raise_error(self) -> NoReturn:
        error, self._error = self._error, 0
        _fail(error)

    def _changed(self) -> None:
        if self.changed is not None:
            self.changed[self] = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        other = self._peer._name if self._peer else None
        return f"<MemorySocket {self._name}{f' to {other}' if other else ''}>"


def _fail(number: int) -> NoReturn:
    raise OSError(number, os.strerror(number))
