"""A server's connection, recorded between uvicorn's transport and its protocol."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Literal, cast

from wslab.trace.recording import RecordedConnection
from wslab.trace.taps.application import address

current: ContextVar[RecordedConnection | None] = ContextVar("current", default=None)
"""The connection whose bytes are being handled, so whose application is called."""


class RecordingProtocol(asyncio.Protocol):
    """The transport's protocol for the whole life of a connection.

    It hands everything on to the server's own protocol, which an upgrade replaces.
    """

    def __init__(
        self,
        protocol: asyncio.Protocol,
        connect: Callable[[], RecordedConnection],
    ) -> None:
        self.protocol = protocol
        self._connect = connect
        self._is_upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the recording."""
        transport = cast(asyncio.Transport, transport)
        self.connection = self._connect()
        self.connection.client = address_of(transport)
        self._note = self.connection.note
        self.protocol.connection_made(RecordingTransport(transport, self))

    def data_received(self, data: bytes) -> None:
        """Record bytes of the client, then hand them on.

        Who comes after an upgrade has begun its call of the application already.
        """
        self._note("client", data)
        if self._is_upgraded:
            self.protocol.data_received(data)
            return
        token = current.set(self.connection)
        try:
            self.protocol.data_received(data)
        finally:
            current.reset(token)

    def upgrade(self, protocol: asyncio.Protocol) -> None:
        """Hand on to another protocol from now on."""
        self.protocol = protocol
        self._is_upgraded = True

    def eof_received(self) -> bool | None:
        """Record the client's FIN."""
        self.connection.end("client", "FIN")
        return self.protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Record a reset: a connection that was closed has recorded its end."""
        self.connection.end("client", "reset" if exc else "FIN")
        self.connection.lost = True
        self.protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand on."""
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        self.protocol.resume_writing()


class RecordingTransport(asyncio.Transport):
    """A transport that records what the server writes and how it ends."""

    def __init__(
        self, transport: asyncio.Transport, protocol: RecordingProtocol
    ) -> None:
        self._transport = transport
        self._protocol = protocol
        self._note = protocol.connection.note
        self._write = transport.write
        self._is_closing = transport.is_closing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Record bytes of the server; a closing transport drops them."""
        if not self._is_closing():
            self._note("server", bytes(data))
        self._write(data)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Write as one."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Record the server's FIN."""
        self._protocol.connection.end("server", "FIN")
        self._transport.write_eof()

    def close(self) -> None:
        """Record the end, unless the connection was ending already."""
        self._record_end()
        self._transport.close()

    def abort(self) -> None:
        """Record the end; what was written and not yet sent is lost."""
        self._record_end()
        self._transport.abort()

    def _record_end(self) -> None:
        connection = self._protocol.connection
        with connection.guard:
            if not self._transport.is_closing():
                how = close_kind(self._transport)
                connection.paused |= how == "reset"
                connection.end("server", how)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Replace the server's own protocol, as an upgrade does."""
        self._protocol.upgrade(cast(asyncio.Protocol, protocol))

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the server's own protocol."""
        return self._protocol.protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Ask the transport."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Ask the transport."""
        return self._transport.is_closing()

    def is_reading(self) -> bool:
        """Ask the transport."""
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        """Tell the transport, and record that what the client sends is not seen."""
        self._protocol.connection.paused = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Tell the transport."""
        self._protocol.connection.paused = False
        self._transport.resume_reading()

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """Tell the transport."""
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Ask the transport."""
        return self._transport.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Ask the transport."""
        return self._transport.get_write_buffer_limits()

    def can_write_eof(self) -> bool:
        """Ask the transport."""
        return self._transport.can_write_eof()


def address_of(transport: asyncio.BaseTransport) -> str | None:
    """Return the address of the other end, None where it has none (a Unix socket)."""
    match transport.get_extra_info("peername"):
        case (str(host), int(port), *_):
            return address(host, port)
    return None


def close_kind(transport: asyncio.BaseTransport) -> Literal["FIN", "reset"]:
    """Return what a close now will send.

    A socket that is closed with received bytes nobody has read resets the connection
    (RFC 2525 section 2.17), which the other side may notice before it has read what was
    sent to it. A transport that is no system's tells by "unread". Where neither it nor
    the platform can tell, a FIN is assumed.
    """
    if (unread := transport.get_extra_info("unread")) is not None:
        return "reset" if unread() else "FIN"
    sock = transport.get_extra_info("socket")
    return "reset" if sock is not None and _unread(sock.fileno()) else "FIN"


if sys.platform in ("win32", "emscripten"):

    def _unread(descriptor: int) -> int:
        return 0

else:
    import fcntl
    import termios

    def _unread(descriptor: int) -> int:
        """Return how many bytes wait in the socket's receive buffer."""
        if descriptor < 0:
            return 0
        answer = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
        return int.from_bytes(answer, sys.byteorder)
