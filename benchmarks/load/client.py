"""WebSocket clients on bare transports: what is measured is the server."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import cast

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455 section 1.3; never checked here
TEXT = 0x1


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return a client's frame with the mask 0, which leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        return bytes([0x80 | opcode, 0x80 | size]) + bytes(4) + payload
    return bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2) + bytes(4) + payload


def reply_size(payload: int) -> int:
    """Return the size of a server's frame for a payload of that many bytes."""
    return payload + (2 if payload < 126 else 4)


class Client(asyncio.Protocol):
    """Sends bytes as they are, hands over the bytes that come after the handshake."""

    def __init__(self, path: str, received: Callable[[bytes], None]) -> None:
        self._path = path
        self._received = received
        self._head: bytes | None = b""
        self.transport: asyncio.Transport
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the response's head off; hand over the rest."""
        if self._head is None:
            return self._received(data)
        head, found, rest = (self._head + data).partition(b"\r\n\r\n")
        if not found:
            self._head = head
            return None
        self._head = None
        if not head.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(ConnectionError(head.decode()))
            return None
        self.opened.set_result(None)
        return self._received(rest) if rest else None


async def opened(path: str, port: int, received: Callable[[bytes], None]) -> Client:
    """Connect to `path` on the local port; return when the server has accepted."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: Client(path, received), "127.0.0.1", port
    )
    async with asyncio.timeout(10):
        await client.opened
    return client


def allow_files(count: int) -> None:
    """Let this process, and those that it starts, have `count` files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
