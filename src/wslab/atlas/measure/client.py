"""A client that can do all that a client must not do, and what carries its bytes."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from wslab.atlas.acts import Connect, SendFrame
from wslab.trace.model import Frame, Head, Opcode, Sender, TcpEnd, WireEvent

LATENCY = 0.1
"""Seconds before the client answers a close frame, as over a long way: the reset that
an answer provokes from a server that has gone then can't overtake the FIN."""

LINE_LIMIT = 500
"""Characters that are kept of a line in a head."""

RUN = "x-run"
"""The header that names the run to the application."""


class Carrier(Protocol):
    """What carries the bytes of a WebSocket: a TCP connection, or a stream of HTTP/2.

    It tells its `Client` what both sides put on the wire. `finished` and `broken` are
    the words for an orderly end and for another one.
    """

    @property
    def finished(self) -> str: ...

    @property
    def broken(self) -> str: ...

    @property
    def body(self) -> bytes:
        """The body of the response, where it refuses the handshake."""

    def patience(self, seconds: float) -> float:
        """Return how long a wait of so many seconds lasts at the longest."""

    def send(self, data: bytes) -> None:
        """Put bytes on the wire."""

    def finish(self) -> None:
        """Send an orderly end, and go on reading."""

    def leave(self) -> None:
        """Send an orderly end, and read no more."""

    def reset(self) -> None:
        """End it with an error."""

    async def close(self) -> None:
        """Close the socket, and wait until it is."""


Address = int | str
"""A port of 127.0.0.1, or the path of a Unix socket."""

Carry = Callable[["Client", Address, str], Awaitable[Carrier]]
"""Ask for a WebSocket at an address, for a run that is named."""


async def connected(protocol: asyncio.Protocol, address: Address) -> None:
    """Connect a protocol to an address; OSError where nothing listens there."""
    loop = asyncio.get_running_loop()
    if isinstance(address, str):
        await loop.create_unix_connection(lambda: protocol, address)
    else:
        await loop.create_connection(lambda: protocol, "127.0.0.1", address)


class Client:
    """One connection of a client that performs acts; records what is on the wire.

    It answers a ping with a pong and a close frame with a close frame, as section 5.5
    demands, unless the act says otherwise. `messages` counts what came, `wanted` what
    has been read for. What passes after the connection has `ended` is not recorded.
    """

    def __init__(self, connect: Connect) -> None:
        self.connect = connect
        self.events: list[tuple[float, WireEvent]] = []
        self.messages = 0
        self.wanted = 0
        self.ended = False
        self._carrier: Carrier
        self._closed = False
        self._news = asyncio.Event()

    @classmethod
    async def open(
        cls, carry: Carry, address: Address, connect: Connect, run: str
    ) -> Client:
        """Connect to an address and send the request's head."""
        client = cls(connect)
        client._carrier = await carry(client, address, run)
        return client

    @property
    def head(self) -> Head | None:
        """The latest response's head."""
        return next(iter(self.responses()[-1:]), None)

    def responses(self) -> list[Head]:
        """Return the heads of all responses."""
        heads = [e for _, e in self.events if isinstance(e, Head)]
        return [head for head in heads if head.sender == "server"]

    @property
    def body(self) -> bytes:
        """The body of the first response, where it refuses the handshake."""
        return self._carrier.body

    def has_wanted(self) -> bool:
        """Whether as many data messages have come as were `wanted`."""
        return self.messages >= self.wanted

    def note(self, event: WireEvent) -> None:
        """Record what passed, and answer what has to be answered."""
        if self.ended:
            return
        told = _told(event) if isinstance(event, Head) else event
        self.events.append((time.monotonic(), told))
        if isinstance(event, Frame) and event.sender == "server":
            self.messages += event.fin and not event.is_control
            self._answer(event)
        self._news.set()

    def end(self, sender: Sender, how: str) -> None:
        """Record the end of the connection: only the first one counts."""
        self.note(TcpEnd(sender, how))
        self.ended = True

    def send(self, data: bytes) -> None:
        """Put bytes on the wire."""
        if not self.ended:
            self._carrier.send(data)

    def send_frame(self, frame: SendFrame) -> None:
        """Send a frame; a close frame is sent once."""
        self._closed = self._closed or frame.opcode == Opcode.CLOSE
        self.send(frame_bytes(frame))

    def finish(self) -> None:
        """Send an orderly end, and go on reading."""
        if not self.ended:
            self.note(TcpEnd("client", self._carrier.finished))
            self._carrier.finish()

    def leave(self) -> None:
        """Send an orderly end, without a word, and read no more."""
        if not self.ended:
            self.end("client", self._carrier.finished)
            self._carrier.leave()

    def reset(self) -> None:
        """End the connection with an error."""
        if not self.ended:
            self.end("client", self._carrier.broken)
            self._carrier.reset()

    async def until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is reached or the connection has ended.

        Returns:
            Whether one of the two came within the time.
        """
        try:
            async with asyncio.timeout(self._carrier.patience(seconds)):
                while not (reached() or self.ended):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Close the socket, and wait until it is."""
        await self._carrier.close()

    def _answer(self, frame: Frame) -> None:
        if not self.connect.answers:
            return
        if frame.opcode == Opcode.PING:
            self.send_frame(SendFrame(Opcode.PONG, frame.payload))
        elif frame.opcode == Opcode.CLOSE:
            answer = SendFrame(Opcode.CLOSE, frame.payload[:2])
            asyncio.get_running_loop().call_later(LATENCY, self._close, answer)

    def _close(self, answer: SendFrame) -> None:
        if not self._closed:
            self.send_frame(answer)


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


def _told(head: Head) -> Head:
    """Return a head as it is stored: without the run, with no date, bounded."""
    headers = [
        (name, "(now)" if name.lower() == "date" else _cut(value))
        for name, value in head.headers
        if name.lower() != RUN
    ]
    return head._replace(start=_cut(head.start), headers=tuple(headers))


def _cut(text: str) -> str:
    """Return the beginning of a text that is very long, and its length."""
    if len(text) <= LINE_LIMIT:
        return text
    return f"{text[:LINE_LIMIT]}\N{HORIZONTAL ELLIPSIS} ({len(text)} characters)"
