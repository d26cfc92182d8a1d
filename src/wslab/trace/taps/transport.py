"""A server's connection, recorded between uvicorn's transport and its protocol."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, cast

from wslab.trace.model import TcpEnd
from wslab.trace.recording import RecordedConnection
from wslab.trace.wire.wire import Wire

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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the recording."""
        transport = cast(asyncio.Transport, transport)
        self._connection = self._connect()
        self._wire = Wire(self._connection)
        self.protocol.connection_made(RecordingTransport(transport, self, self._wire))

    def data_received(self, data: bytes) -> None:
        """Records bytes of the client, then hands them on."""
        self._wire.data("client", data)
        token = current.set(self._connection)
        try:
            self.protocol.data_received(data)
        finally:
            current.reset(token)

    def eof_received(self) -> bool | None:
        """Records the client's FIN."""
        self._wire.end(TcpEnd("client", "FIN"))
        return self.protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Records a reset: a connection that was closed has recorded its end."""
        self._wire.end(TcpEnd("client", "reset" if exc else "FIN"))
        self._connection.lost = True
        self.protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hands on."""
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Hands on."""
        self.protocol.resume_writing()


class RecordingTransport(asyncio.Transport):
    """A transport that records what the server writes and how it ends."""

    def __init__(
        self, transport: asyncio.Transport, protocol: RecordingProtocol, wire: Wire
    ) -> None:
        self._transport = transport
        self._protocol = protocol
        self._wire = wire

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Records bytes of the server; a closing transport drops them."""
        if not self._transport.is_closing():
            self._wire.data("server", bytes(data))
        self._transport.write(data)

    def writelines(self, list_of_data: Any) -> None:
        """As one write."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Records the server's FIN."""
        self._wire.end(TcpEnd("server", "FIN"))
        self._transport.write_eof()

    def close(self) -> None:
        """Records the end, unless the connection was ending already."""
        self._record_end()
        self._transport.close()

    def abort(self) -> None:
        """As `close`: what was written and not yet sent is lost."""
        self._record_end()
        self._transport.abort()

    def _record_end(self) -> None:
        if not self._transport.is_closing():
            self._wire.end(TcpEnd("server", close_kind(self._transport)))

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Replaces the server's own protocol, as an upgrade does."""
        self._protocol.protocol = cast(asyncio.Protocol, protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The server's own protocol."""
        return self._protocol.protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Of the transport."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Of the transport."""
        return self._transport.is_closing()

    def is_reading(self) -> bool:
        """Of the transport."""
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        """Of the transport."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Of the transport."""
        self._transport.resume_reading()

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """Of the transport."""
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Of the transport."""
        return self._transport.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Of the transport."""
        return self._transport.get_write_buffer_limits()

    def can_write_eof(self) -> bool:
        """Of the transport."""
        return self._transport.can_write_eof()


def close_kind(transport: asyncio.BaseTransport) -> Literal["FIN", "reset"]:
    """What a close now will send.

    A socket that is closed with received bytes nobody has read resets the connection
    (RFC 2525 section 2.17), which the other side may notice before it has read what was
    sent to it. Where the platform can't tell, a FIN is assumed.
    """
    sock = transport.get_extra_info("socket")
    return "reset" if sock is not None and _unread(sock.fileno()) else "FIN"


if sys.platform in ("win32", "emscripten"):

    def _unread(descriptor: int) -> int:
        return 0

else:
    import fcntl
    import termios

    def _unread(descriptor: int) -> int:
        """Bytes that wait in the socket's receive buffer."""
        if descriptor < 0:
            return 0
        answer = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
        return int.from_bytes(answer, sys.byteorder)
