"""A client on a plain socket, which can do all that a client must not do."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Literal

from wslab.atlas.acts import Connect, SendFrame
from wslab.atlas.views import body_of
from wslab.trace.model import Frame, Head, Opcode, Sender, TcpEnd, WireEvent
from wslab.trace.wire.wire import Wire

BODY_LIMIT = 64 * 1024
"""Bytes that are kept of what came, for the body of a response."""

LATENCY = 0.1
"""Seconds before the client answers a close frame, as over a long way: the reset that
an answer provokes from a server that has gone then can't overtake the FIN."""

LINE_LIMIT = 500
"""Characters that are kept of a line in a head."""

_RUN = "x-run"


def frame_bytes(frame: SendFrame, mask: bytes | None = None) -> bytes:
    """Return a frame as it is on the wire (RFC 6455 section 5.2)."""
    first = (0x80 if frame.fin else 0) | frame.rsv << 4 | frame.opcode
    length = len(frame.payload)
    bit = 0x80 if frame.masked else 0
    if length < 126:
        head = struct.pack("!BB", first, bit | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first, bit | 126, length)
    else:
        head = struct.pack("!BBQ", first, bit | 127, length)
    if not frame.masked:
        return head + frame.payload
    mask = mask or os.urandom(4)
    key = mask * (length // 4 + 1)
    masked = int.from_bytes(frame.payload) ^ int.from_bytes(key[:length])
    return head + mask + masked.to_bytes(length)


def request_bytes(connect: Connect, run: str) -> bytes:
    """Return the head of an opening handshake (RFC 6455 section 4.1)."""
    if connect.request is not None:
        line, _, rest = connect.request.partition(b"\r\n")
        return line + f"\r\n{_RUN}: {run}\r\n".encode() + rest
    fields = [
        ("host", connect.host),
        (_RUN, run),
        ("upgrade", connect.upgrade),
        ("connection", connect.connection),
        ("sec-websocket-key", connect.key),
        ("sec-websocket-version", connect.version),
        ("sec-websocket-protocol", ", ".join(connect.subprotocols) or None),
        ("sec-websocket-extensions", connect.extensions),
        *connect.headers,
    ]
    lines = [f"{name}: {value}" for name, value in fields if value is not None]
    start = f"{connect.method} {connect.target} HTTP/1.1"
    return "\r\n".join([start, *lines, "", ""]).encode("latin-1")


def _told(head: Head) -> Head:
    """Return a head as it is stored: without the run, with no date, bounded."""
    headers = [
        (name, "(now)" if name.lower() == "date" else _cut(value))
        for name, value in head.headers
        if name.lower() != _RUN
    ]
    return head._replace(start=_cut(head.start), headers=tuple(headers))


def _cut(text: str) -> str:
    """Return the beginning of a text that is very long, and its length."""
    if len(text) <= LINE_LIMIT:
        return text
    return f"{text[:LINE_LIMIT]}\N{HORIZONTAL ELLIPSIS} ({len(text)} characters)"


class WireClient(asyncio.Protocol):
    """One connection of a client that performs acts; records what is on the wire.

    It answers a ping with a pong and a close frame with a close frame, as section 5.5
    demands, unless the act says otherwise, and ends the connection once the server
    has sent its FIN. `messages` counts what came, `wanted` what has been read for.
    """

    def __init__(self, connect: Connect) -> None:
        self.events: list[tuple[float, WireEvent]] = []
        self.received = bytearray()
        self.messages = 0
        self.wanted = 0
        self.ended = False
        self._connect = connect
        self._wire = Wire()
        self._closed = False
        self._news = asyncio.Event()
        self._lost = asyncio.Event()

    @classmethod
    async def open(cls, address: int | str, connect: Connect, run: str) -> WireClient:
        """Connect to a port of 127.0.0.1 or a Unix socket, and send the head.

        Raises:
            OSError: Nothing listens there.
        """
        loop = asyncio.get_running_loop()
        client = cls(connect)
        if isinstance(address, str):
            await loop.create_unix_connection(lambda: client, address)
        else:
            await loop.create_connection(lambda: client, "127.0.0.1", address)
        client.send(request_bytes(connect, run))
        return client

    @property
    def head(self) -> Head | None:
        """The latest response's head."""
        return next(iter(self._responses()[-1:]), None)

    def has_wanted(self) -> bool:
        """Whether as many data messages have come as were `wanted`."""
        return self.messages >= self.wanted

    @property
    def body(self) -> bytes:
        """The body of the first response, where it refuses the handshake."""
        refused = any(head.status != 101 for head in self._responses()[:1])
        return body_of(bytes(self.received)) if refused else b""

    def _responses(self) -> list[Head]:
        heads = [e for _, e in self.events if isinstance(e, Head)]
        return [head for head in heads if head.sender == "server"]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Record what the server sent, and answer what has to be answered."""
        if len(self.received) < BODY_LIMIT:
            self.received += data
        for event in self._record("server", data):
            if isinstance(event, Head) and not self._connect.reads:
                self._transport.pause_reading()
            if isinstance(event, Frame):
                self.messages += event.fin and not event.is_control
                self._answer(event)
        self._news.set()

    def eof_received(self) -> bool:
        """Record the server's FIN; the client's own follows."""
        self._end("FIN")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Record a reset."""
        if exc is not None:
            self._end("reset")
        self._lost.set()
        self._news.set()

    def send(self, data: bytes) -> None:
        """Put bytes on the wire."""
        if not self._transport.is_closing():
            self._record("client", data)
            self._transport.write(data)

    def send_frame(self, frame: SendFrame) -> None:
        """Send a frame; a close frame is sent once."""
        self._closed = self._closed or frame.opcode == Opcode.CLOSE
        self.send(frame_bytes(frame))

    def finish(self) -> None:
        """Send a FIN and go on reading."""
        self._note(TcpEnd("client", "FIN"))
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()

    def leave(self) -> None:
        """Close the connection with a FIN, without a word."""
        if not self.ended and not self._transport.is_closing():
            self._note(TcpEnd("client", "FIN"))
            self.ended = True
        self._transport.close()

    def reset(self) -> None:
        """End the connection with a RST."""
        self._note(TcpEnd("client", "reset"))
        self.ended = True
        connection = self._transport.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    async def until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is reached or the connection has ended.

        Returns:
            Whether one of the two came within the time.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (reached() or self.ended):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def gone(self) -> None:
        """Wait until the socket is closed."""
        await self._lost.wait()

    def _answer(self, frame: Frame) -> None:
        if not self._connect.answers:
            return
        if frame.opcode == Opcode.PING:
            self.send_frame(SendFrame(Opcode.PONG, frame.payload))
        elif frame.opcode == Opcode.CLOSE:
            answer = SendFrame(Opcode.CLOSE, frame.payload[:2])
            asyncio.get_running_loop().call_later(LATENCY, self._close, answer)

    def _close(self, answer: SendFrame) -> None:
        if not (self._closed or self.ended):
            self.send_frame(answer)

    def _record(self, sender: Sender, data: bytes) -> list[Head | Frame]:
        events = list(self._wire.feed(sender, data))
        for event in events:
            self._note(_told(event) if isinstance(event, Head) else event)
        return events

    def _note(self, event: WireEvent) -> None:
        self.events.append((time.monotonic(), event))

    def _end(self, how: Literal["FIN", "reset"]) -> None:
        if not self.ended:
            self.ended = True
            self._note(TcpEnd("server", how))
