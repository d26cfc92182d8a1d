"""A WebSocket on a TCP connection, asked for by an upgrade of HTTP/1.1."""

from __future__ import annotations

import asyncio
import socket
import struct

from wslab.atlas.acts import Connect
from wslab.atlas.measure.client import RUN, Address, Client, connected
from wslab.atlas.views import body_of
from wslab.trace.model import Head, Sender
from wslab.trace.wire.wire import Wire

BODY_LIMIT = 64 * 1024
"""Bytes that are kept of what came, for the body of a response."""


def request_bytes(connect: Connect, run: str | None = None) -> bytes:
    """Return the head of an opening handshake (RFC 6455 section 4.1).

    Args:
        connect: What is asked.
        run: What the header `RUN` has; None for no such header.
    """
    if connect.request is not None and run is None:
        return connect.request
    if connect.request is not None:
        line, _, rest = connect.request.partition(b"\r\n")
        return line + f"\r\n{RUN}: {run}\r\n".encode() + rest
    fields = [
        ("host", connect.host),
        (RUN, run),
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


async def over_http1(client: Client, address: Address, run: str) -> TcpCarrier:
    """Open a connection and send the request's head.

    Where nothing listens any more, the system answers with a reset, as to whatever
    comes to a server that has gone.
    """
    carrier = TcpCarrier(client)
    try:
        await connected(carrier, address)
    except (ConnectionError, FileNotFoundError) as error:
        carrier.connection_lost(error)
    else:
        carrier.send(request_bytes(client.connect, run))
    return carrier


class TcpCarrier(asyncio.Protocol):
    """A TCP connection, which the client ends once the server has sent its FIN."""

    finished, broken = "FIN", "reset"

    def __init__(self, client: Client) -> None:
        self._client = client
        self._received = bytearray()
        self._wire = Wire()
        self._lost = asyncio.Event()

    @property
    def body(self) -> bytes:
        """The body of the first response, where it refuses the handshake."""
        first = self._client.responses()[:1]
        refused = any(head.status != 101 for head in first)
        return body_of(bytes(self._received)) if refused else b""

    def patience(self, seconds: float) -> float:
        """Return how long a wait lasts: as long as it is said to."""
        return seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Tell the client what the server sent."""
        if len(self._received) < BODY_LIMIT:
            self._received += data
        self._tell("server", data)

    def eof_received(self) -> bool:
        """Tell the client of the server's FIN; the client's own follows."""
        self._client.end("server", "FIN")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the client of a reset."""
        if exc is not None:
            self._client.end("server", "reset")
        self._lost.set()

    def send(self, data: bytes) -> None:
        """Put bytes on the wire."""
        if not self._transport.is_closing():
            self._tell("client", data)
            self._transport.write(data)

    def finish(self) -> None:
        """Send a FIN, and go on reading."""
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()

    def leave(self) -> None:
        """Send a FIN, and read no more."""
        self._transport.close()

    def reset(self) -> None:
        """Send a RST."""
        connection = self._transport.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    async def close(self) -> None:
        """Close the socket, and wait until it is."""
        if not self._lost.is_set():
            self._transport.close()
            await self._lost.wait()

    def _tell(self, sender: Sender, data: bytes) -> None:
        for event in self._wire.feed(sender, data):
            is_response = isinstance(event, Head) and sender == "server"
            if is_response and not self._client.connect.reads:
                self._transport.pause_reading()
            self._client.note(event)
