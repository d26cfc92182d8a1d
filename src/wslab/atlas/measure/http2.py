"""A WebSocket on one stream of HTTP/2 (RFC 8441), with prior knowledge on plain TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    InformationalResponseReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from hpack import Encoder

from wslab.atlas.acts import BOUND
from wslab.atlas.measure.client import Address, Client, connected
from wslab.atlas.measure.fields import (
    Fields,
    request_fields,
    request_head,
    response_head,
)
from wslab.atlas.servers.process import ServerFailed
from wslab.trace.model import GoAway, Handshake, Head, Sender
from wslab.trace.wire.frames import FrameReader, Inflater

BODY_LIMIT = 64 * 1024
"""Bytes that are kept of the body of a response."""

STREAM = 1
"""The first stream of a client (RFC 9113 section 5.1.1), and here the only one."""

GOAWAY = 0x7
"""The type of a frame (RFC 9113 section 6.8)."""

MARGIN = 2.0
"""Seconds that a client waits longer than an act's `BOUND` or more. A connection of
HTTP/2 outlives its stream by an idle time-out, which is often as long as that."""


async def over_http2(client: Client, address: Address, run: str) -> StreamCarrier:
    """Open a connection, and a stream once the server's SETTINGS allow it.

    Raises:
        OSError: Nothing listens there.
        ServerFailed: The server does not enable the extended CONNECT.
    """
    carrier = StreamCarrier(client)
    await connected(carrier, address)
    try:
        if await carrier.is_enabled():
            carrier.ask(request_fields(client.connect, run))
    except BaseException:
        await carrier.close()
        raise
    return carrier


class StreamCarrier(asyncio.Protocol):
    """A stream of HTTP/2, in a connection of its own that outlives it.

    The client ends its side of the stream once the server has ended its own. What a
    client reads is given back to the server's window; what one that reads nothing, or
    no more, would have to read is not (RFC 9113 section 5.2). Fields go out and come
    in as they are, also where HTTP/2 has no such fields.
    """

    finished, broken = "END_STREAM", f"RST_STREAM {ErrorCodes.CANCEL.name}"

    def __init__(self, client: Client) -> None:
        self._client = client
        self._h2 = H2Connection(
            H2Configuration(
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
            )
        )
        self._h2.encoder = _Plain()
        self._received = bytearray()
        self._request: Head | None = None
        self._frames: dict[Sender, FrameReader] = {}
        self._early = bytearray()
        self._body = bytearray()
        self._unsent = bytearray()
        self._settled = False
        self._open = False
        self._finishing = False
        self._heard = asyncio.Event()
        self._lost = asyncio.Event()

    async def is_enabled(self) -> bool:
        """Wait for the server's SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3).

        Returns:
            Whether it came; False where the server says nothing, or ends TCP.

        Raises:
            ServerFailed: The server's SETTINGS came in time, and that did not.
        """
        settings = self._h2.remote_settings
        with suppress(TimeoutError):
            async with asyncio.timeout(BOUND):
                while not (settings.enable_connect_protocol or self._client.ended):
                    self._heard.clear()
                    await self._heard.wait()
        if self._settled and not settings.enable_connect_protocol:
            raise ServerFailed(
                "the server's SETTINGS do not enable WebSockets over HTTP/2: "
                "no SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3)"
            )
        return self._settled and not self._client.ended

    def ask(self, fields: Fields) -> None:
        """Open the stream with the fields of a request."""
        self._request = request_head(fields)
        self._client.note(self._request)
        encoded = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in fields]
        self._h2.send_headers(STREAM, encoded)
        self._open = True
        self._push()

    @property
    def body(self) -> bytes:
        """The body of the response, where it refuses the handshake."""
        return bytes(self._body)

    def patience(self, seconds: float) -> float:
        """Return how long a wait lasts: past an idle time-out that ends with it."""
        return seconds + MARGIN if seconds >= BOUND else seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the connection's preface (RFC 9113 section 3.4)."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._h2.initiate_connection()
        self._push()

    def data_received(self, data: bytes) -> None:
        """Tell the client what the server sent, and do what HTTP/2 demands."""
        for frame in self._whole_frames(data):
            if frame[3] == GOAWAY:  # after which h2 would read no more of the stream
                error = int.from_bytes(frame[13:17])
                self._client.note(GoAway("server", _error(error)))
                continue
            try:
                events = self._h2.receive_data(frame)
            except ProtocolError as breach:
                self._break_off(breach)
                break
            for event in events:
                self._take(event)
        self._push()
        self._heard.set()

    def eof_received(self) -> bool:
        """Tell the client of the server's FIN; the client's own follows."""
        self._client.end("server", "TCP FIN")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the client of a reset."""
        if exc is not None:
            self._client.end("server", "TCP reset")
        self._open = False
        self._heard.set()
        self._lost.set()

    def send(self, data: bytes) -> None:
        """Put bytes into the stream, as far as the server's window lets them in."""
        if self._frames:
            self._tell("client", data)
        else:
            self._early += data
        self._unsent += data
        self._push()

    def finish(self) -> None:
        """Send an END_STREAM after all that is to be sent, and go on reading."""
        self._finishing = True
        self._push()

    def leave(self) -> None:
        """Send an END_STREAM; what comes now is no longer given back to the window."""
        self.finish()

    def reset(self) -> None:
        """Send a RST_STREAM with CANCEL (RFC 8441 section 5)."""
        self._open = False
        if self._request is not None:
            self._h2.reset_stream(STREAM, ErrorCodes.CANCEL)
        self._push()

    async def close(self) -> None:
        """Close the socket, and wait until it is."""
        self._transport.close()
        await self._lost.wait()

    def _whole_frames(self, data: bytes) -> Iterator[bytes]:
        """Yield the frames of HTTP/2 that are complete (RFC 9113 section 4.1)."""
        self._received += data
        while len(self._received) >= 9:
            end = 9 + int.from_bytes(self._received[:3])
            if len(self._received) < end:
                return
            yield bytes(self._received[:end])
            del self._received[:end]

    def _take(self, event: Event) -> None:
        match event:
            case RemoteSettingsChanged():
                self._settled = True
            case ResponseReceived() | InformationalResponseReceived():
                self._respond([(_text(n), _text(v)) for n, v in event.headers])
            case DataReceived():
                self._read(event.data, event.flow_controlled_length)
            case StreamEnded():
                self._client.end("server", "END_STREAM")
                self._unsent.clear()
                self.finish()
            case StreamReset():
                self._open = False
                how = f"RST_STREAM {_error(event.error_code)}"
                self._client.end("server", how)

    def _respond(self, fields: Fields) -> None:
        request = self._request
        response = response_head(fields, request)
        self._client.note(response)
        if Handshake(request, response).is_accepted:
            agreed = response.get("sec-websocket-extensions") or ""
            for side in _SIDES:
                self._frames[side] = FrameReader(side, Inflater.agreed(agreed, side))
            self._tell("client", bytes(self._early))

    def _read(self, data: bytes, length: int) -> None:
        """Read what came in a DATA frame, and give its `length` back to the window."""
        if self._client.ended or not self._client.connect.reads:
            return
        if self._frames:
            self._tell("server", data)
        elif len(self._body) < BODY_LIMIT:
            self._body += data
        self._h2.acknowledge_received_data(length, STREAM)

    def _tell(self, sender: Sender, data: bytes) -> None:
        for frame in self._frames[sender].feed(data):
            self._client.note(frame)

    def _push(self) -> None:
        """Write what there is to be sent and what the windows let through."""
        while self._open and self._unsent and (room := self._room()):
            self._h2.send_data(STREAM, bytes(self._unsent[:room]))
            del self._unsent[:room]
        if self._open and self._finishing and not self._unsent:
            self._open = False
            self._h2.end_stream(STREAM)
        if not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())

    def _room(self) -> int:
        window = self._h2.local_flow_control_window(STREAM)
        return max(0, min(window, self._h2.max_outbound_frame_size))

    def _break_off(self, breach: ProtocolError) -> None:
        """End the connection of a server that breaks HTTP/2 (section 5.4.1)."""
        self._open = False
        self._client.note(GoAway("client", _error(breach.error_code)))
        self._client.end("client", "TCP FIN")
        self._push()
        self._transport.close()


class _Plain(Encoder):
    """Encodes without Huffman's code, which takes seconds for 100 KB in Python."""

    def encode(self, headers: Any, huffman: bool = False) -> bytes:
        """Return a field block."""
        return super().encode(headers, huffman)


_SIDES: tuple[Sender, Sender] = ("client", "server")


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _error(code: int | None) -> str:
    """Return the name of an error code (RFC 9113 section 7), or the code itself."""
    names = {int(it): it.name for it in ErrorCodes}
    return names.get(code or 0, str(code))
