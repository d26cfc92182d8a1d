"""A proxy on TCP that records what passes, for a server that nobody can look into."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from wslab.trace.causes.refused import PROXY
from wslab.trace.model import Sender
from wslab.trace.recording import RecordedConnection
from wslab.trace.taps.application import address
from wslab.trace.taps.transport import address_of

_PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}
_SECURE = ("wss", "https")


@dataclass(frozen=True, slots=True)
class Upstream:
    """The server behind a proxy, and whether it is spoken to over TLS."""

    host: str
    port: int
    secure: bool = False

    @classmethod
    def parse(cls, url: str) -> Upstream:
        """Return the server of an address such as "ws://127.0.0.1:8000".

        Raises:
            ValueError: It is no such address, or has more than a host and a port: paths
                are the clients', and are passed on as they come.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(f"{url!r} is no address such as ws://127.0.0.1:8000")
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError(
                f"{url!r} has more than a host and a port: a proxy passes on the paths "
                "that clients ask for"
            )
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.hostname, port, parts.scheme in _SECURE)

    def __str__(self) -> str:
        return address(self.host, self.port)

    def context(self) -> ssl.SSLContext | None:
        """Return how TLS is spoken, its certificate checked; None without TLS."""
        if not self.secure:
            return None
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


class Proxy:
    """Stands in front of a server on TCP, and records the wire of each connection.

    Bytes pass unchanged, the header `Host` among them, in either direction no faster
    than they are taken. So do a FIN and a reset, once what came before them is taken. A
    FIN towards a server over TLS, which has no half-closed connections, closes that
    connection.
    """

    def __init__(
        self,
        upstream: Upstream,
        connect: Callable[[], RecordedConnection],
        tell: Callable[[str], None],
    ) -> None:
        """Prepare a proxy.

        Args:
            upstream: The server.
            connect: Returns a new connection to record into, as `Recorder.connect`.
            tell: Is told in a sentence of each connection that the server did not take.
        """
        self._upstream = upstream
        self._connect = connect
        self._tell = tell
        self._relays: set[_Relay] = set()

    async def start(self, host: str, port: int) -> int:
        """Accept connections; return the port, which is a free one for 0.

        Raises:
            OSError: The port is taken, or is not for this user.
        """
        self._context = self._upstream.context()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Accept no more, and end each connection."""
        self._server.close()
        relays = list(self._relays)
        for relay in relays:
            relay.stop()
        await asyncio.gather(*(relay.over for relay in relays))
        await self._server.wait_closed()

    def _accept(self) -> asyncio.Protocol:
        connection = self._connect()
        relay = _Relay(connection)
        self._relays.add(relay)
        relay.over.add_done_callback(lambda _: self._relays.discard(relay))
        relay.opening = asyncio.ensure_future(self._open(relay))
        return relay.client

    async def _open(self, relay: _Relay) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._upstream.host, self._upstream.port
        try:
            await loop.create_connection(
                lambda: relay.server, host, port, ssl=self._context
            )
        except OSError as error:
            said = f"no connection to {self._upstream}: {_reason(error)}"
            self._tell(said)
            relay.refuse(said)


def _reason(error: OSError) -> str:
    """Return what went wrong in the system's words, without the address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused, {error.verify_message}"
    if isinstance(error, ssl.SSLError | socket.gaierror) or error.errno is None:
        return str(error)
    return os.strerror(error.errno)


class _Relay:
    """One connection of a client, and the one to the server that belongs to it."""

    opening: asyncio.Future[None]

    def __init__(self, connection: RecordedConnection) -> None:
        self.client = _End("client", self)
        self.server = _End("server", self)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._connection = connection
        self._refusal: bytes | None = None
        self._is_stopped = False

    def made(self, end: _End) -> None:
        """Let bytes flow once both ends are there."""
        if self._is_stopped or self.client.is_lost:
            end.transport.abort()
        elif end is self.client:
            self._connection.client = address_of(end.transport)
            end.transport.pause_reading()
        else:
            self.client.transport.resume_reading()

    def refuse(self, why: str) -> None:
        """Answer the client's request with a 502: there is no server."""
        body = f"wslab trace: {why}\n".encode()
        head = (
            f"HTTP/1.1 502 Bad Gateway\r\nServer: {PROXY}\r\nConnection: close\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}"
        )
        self._refusal = head.encode() + b"\r\n\r\n" + body
        self.client.transport.resume_reading()

    def passed(self, end: _End, data: bytes) -> None:
        """Record bytes, and hand them to the other end."""
        self._connection.note(end.sender, bytes(data))  # bytes are not copied
        if self._refusal is None:
            self._other(end).transport.write(data)
            return
        self._connection.note("server", self._refusal)
        self._connection.end("server", "FIN")
        end.transport.write(self._refusal)
        end.transport.close()

    def finished(self, end: _End) -> bool:
        """Hand on a FIN; return whether the other direction stays open."""
        self._connection.end(end.sender, "FIN")
        if self._refusal is not None:
            return False
        other = self._other(end).transport
        if self._other(end).is_finished or not other.can_write_eof():
            other.close()
        else:
            other.write_eof()
        return not self._other(end).is_finished and end.transport.can_write_eof()

    def lost(self, end: _End, error: Exception | None) -> None:
        """Hand on a reset; when both ends are gone, nothing more can happen."""
        if not self._is_stopped:
            self._connection.end(end.sender, "reset" if error else "FIN")
        other = self._other(end)
        if other.is_made and not other.is_lost:
            _reset(other.transport) if error else other.transport.close()
        elif not self.over.done():
            self.opening.cancel()
            self._connection.lost = True
            self.over.set_result(None)

    def flow(self, end: _End, is_taking: bool) -> None:
        """Take bytes from the other end only while this one takes them."""
        other = self._other(end).transport
        if is_taking:
            other.resume_reading()
        else:
            other.pause_reading()
        if end is self.server:
            self._connection.paused = not is_taking

    def stop(self) -> None:
        """End both connections: neither the client nor the server does."""
        self._is_stopped = True
        self.opening.cancel()
        for end in (self.client, self.server):
            if end.is_made:
                end.transport.abort()

    def _other(self, end: _End) -> _End:
        return self.server if end is self.client else self.client


def _reset(transport: asyncio.Transport) -> None:
    """Reset a connection: what was written and not yet sent is lost."""
    connection = transport.get_extra_info("socket")
    no_lingering = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_lingering)
    transport.abort()


class _End(asyncio.Protocol):
    """One end of a relay: the connection to the client, or the one to the server."""

    transport: asyncio.Transport

    def __init__(self, sender: Sender, relay: _Relay) -> None:
        self.sender = sender
        self.is_made = False
        self.is_finished = False
        self.is_lost = False
        self._relay = relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell the relay."""
        self.transport = cast(asyncio.Transport, transport)
        self.is_made = True
        self._relay.made(self)

    def data_received(self, data: bytes) -> None:
        """Tell the relay."""
        self._relay.passed(self, data)

    def eof_received(self) -> bool:
        """Tell the relay."""
        self.is_finished = True
        return self._relay.finished(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the relay."""
        self.is_lost = True
        self._relay.lost(self, exc)

    def pause_writing(self) -> None:
        """Tell the relay."""
        self._relay.flow(self, is_taking=False)

    def resume_writing(self) -> None:
        """Tell the relay."""
        self._relay.flow(self, is_taking=True)
