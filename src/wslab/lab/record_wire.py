"""The wire of a server's connection, recorded between its transport and protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, cast

from .frames import FrameReader, Inflater, Sender
from .record_connection import RecordedConnection
from .record_events import TcpEnd
from .record_heads import Head, HeadReader
from .record_tcp import close_kind

current: ContextVar[RecordedConnection | None] = ContextVar("current", default=None)
"""The connection whose bytes are being handled, so whose application is called."""


class Wire:
    """Reads both directions of one connection and records heads and frames."""

    def __init__(self, connection: RecordedConnection) -> None:
        self._connection = connection
        self._heads = {s: HeadReader(s) for s in _SENDERS}
        self._frames: dict[Sender, FrameReader] = {}
        self._requests: list[Head] = []
        self._answered = 0

    def data(self, sender: Sender, data: bytes) -> None:
        """Takes bytes that `sender` put on the wire."""
        if self._frames:
            reader = self._frames.get(sender)
            for frame in reader.feed(data) if reader else ():
                self._connection.record(frame)
            return
        self._heads[sender].feed(data)
        self._read_heads(sender)

    def end(self, event: TcpEnd) -> None:
        """Takes the end of the connection: only the first one counts."""
        if self._connection.end is None:
            self._connection.record(event)

    def _read_heads(self, sender: Sender) -> None:
        read = self._read_request if sender == "client" else self._read_response
        while not self._frames and read():
            pass

    def _read_request(self) -> bool:
        if self._requests and self._upgrades(self._requests[-1]):
            self._heads["client"].wait()  # frames or nothing, the response decides
            return False
        number = self._answered + len(self._requests)
        head = self._heads["client"].next_head(number)
        if head is None:
            return False
        self._connection.record(head)
        self._requests.append(head)
        self._heads["client"].expect_body(head)
        return True

    def _read_response(self) -> bool:
        head = self._heads["server"].next_head(self._answered)
        if head is None:
            return False
        self._connection.record(head)
        if head.status == 101:
            self._switch(head)
        elif head.status is not None and head.status >= 200:
            self._answer(head)
        return True

    def _answer(self, head: Head) -> None:
        request = self._requests.pop(0) if self._requests else None
        self._answered += 1
        bodiless = request is not None and request.start.startswith("HEAD ")
        if not bodiless and head.status not in (204, 304):
            self._heads["server"].expect_body(head)

    def _switch(self, response: Head) -> None:
        """From HTTP to WebSocket, with what both sides have already sent."""
        offer = response.get("sec-websocket-extensions") or ""
        for sender in _SENDERS:
            if not self._heads[sender].ended:
                self._frames[sender] = FrameReader(sender, _inflater(offer, sender))
        for sender in _SENDERS:
            self.data(sender, self._heads[sender].take_rest())

    @staticmethod
    def _upgrades(request: Head) -> bool:
        return (request.get("upgrade") or "").lower() == "websocket"


_SENDERS: tuple[Sender, Sender] = ("client", "server")


def _inflater(extensions: str, sender: Sender) -> Inflater | None:
    """The permessage-deflate context that the server's response agrees to."""
    if "permessage-deflate" not in extensions:
        return None
    return Inflater(takeover=f"{sender}_no_context_takeover" not in extensions)


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
