"""A page's WebSocket: through real client frames, with what a page is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

USER_AGENT = "Mozilla/5.0 (wslab: a WebSocket in the page)"
"""As every browser's it begins with Mozilla, since it does as browsers do."""

OPENING_SECONDS, CLOSING_SECONDS, TCP_SECONDS = 240.0, 60.0, 2.0
"""How long Chromium waits for the answer to its handshake, for the close frame that
answers its own, and after a close frame for the end of the TCP connection."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The server has accepted; `extensions` as its header has them."""

    protocol: str
    extensions: str


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message, text or binary."""

    data: str | bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """So many bytes of messages have left for the network (for `bufferedAmount`)."""

    size: int


@dataclass(frozen=True, slots=True)
class Errored:
    """The connection was failed; `Closed` comes next."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The end, with what a `CloseEvent` has; nothing comes after it."""

    code: int
    reason: str
    clean: bool


SocketEvent = Opened | Message | Sent | Errored | Closed


class BrowserSocket(asyncio.Protocol):
    """A WebSocket as a browser has it, over a connection of the running loop.

    It does what the WebSockets standard of the WHATWG demands, and where that leaves a
    choice, what Chromium does. The states and the exceptions that belong to the page's
    object are left to that object.
    """

    def __init__(
        self,
        url: str,
        protocols: Sequence[str],
        origin: str,
        tell: Callable[[SocketEvent], None],
    ) -> None:
        """Begin to connect.

        Args:
            url: with the scheme "ws", valid, without a fragment.
            protocols: the subprotocols that are offered, valid and different.
            origin: the page's, for the header `Origin`.
            tell: is called with each event, never from within the constructor.
        """
        self._tell = tell
        self._offered = protocols
        self._protocol = ClientProtocol(
            parse_uri(url),
            origin=Origin(origin),
            extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)],
            subprotocols=[Subprotocol(it) for it in protocols] or None,
            max_size=None,
        )
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []
        self._is_text = False
        self._is_full = False
        self._unsent = 0
        self._is_over = False
        self._timer = self._loop.call_later(OPENING_SECONDS, self._fail)
        self._connecting = self._loop.create_task(self._connect())

    def send(self, data: str | bytes) -> None:
        """Send a message; it is lost where the connection is closing."""
        if self._protocol.state is not State.OPEN:
            return
        if isinstance(data, str):
            payload = data.encode()
            self._protocol.send_text(payload)
        else:
            payload = data
            self._protocol.send_binary(payload)
        self._unsent += len(payload)
        self._flush()

    def close(self, code: int | None = None, reason: str = "") -> None:
        """Start the closing handshake, unless it has begun."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._wait(CLOSING_SECONDS)
            self._flush()

    def abandon(self) -> None:
        """End without a word: the page is gone, or has closed what was not open yet."""
        self._is_over = True
        self._release()

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._is_over:
            transport.abort()
            return
        self._protocol.send_request(_as_browser(self._protocol.connect()))
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the server."""
        if self._is_over:
            return
        self._protocol.receive_data(data)
        self._handle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell how the connection ended."""
        if self._is_over:
            return
        received = self._protocol.close_rcvd
        if self._protocol.state is State.CONNECTING:
            self._fail()
        elif received is None:
            self._end(Closed(CloseCode.ABNORMAL_CLOSURE, "", False))
        else:
            self._end(Closed(received.code, received.reason, exc is None))

    def pause_writing(self) -> None:
        """Keep count of what is not on its way yet."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Say that all of it is."""
        self._is_full = False
        self._tell_sent()

    # --

    async def _connect(self) -> None:
        uri = self._protocol.uri
        try:
            if uri.secure:
                raise ConnectionRefusedError("there is no TLS in a page")
            await self._loop.create_connection(lambda: self, uri.host, uri.port)
        except OSError:
            self._fail()

    def _handle(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._begin(event)
            elif isinstance(event, Frame):
                self._receive(event)
            if self._is_over:
                return
        self._flush()
        if self._protocol.handshake_exc or self._protocol.parser_exc:
            self._fail()

    def _begin(self, response: Response) -> None:
        chosen = self._protocol.subprotocol
        if self._protocol.handshake_exc or (self._offered and chosen is None):
            self._fail()
            return
        self._timer.cancel()
        extensions = response.headers.get_all("Sec-WebSocket-Extensions")
        self._tell(Opened(chosen or "", ", ".join(extensions)))

    def _receive(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_text = frame.opcode is Opcode.TEXT
        elif frame.opcode is Opcode.CLOSE:
            self._wait(TCP_SECONDS)
            return
        elif frame.opcode is not Opcode.CONT:
            return
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        whole = b"".join(self._parts)
        self._parts.clear()
        try:
            self._tell(Message(whole.decode() if self._is_text else whole))
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA, "invalid UTF-8")
            self._flush()
            self._fail()

    def _flush(self) -> None:
        assert self._transport is not None
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
        self._tell_sent()

    def _tell_sent(self) -> None:
        if self._unsent and not self._is_full:
            size, self._unsent = self._unsent, 0
            self._tell(Sent(size))

    def _wait(self, seconds: float) -> None:
        """Give the server so long to do its part of the closing handshake."""
        self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self.connection_lost, None)

    def _fail(self) -> None:
        """Fail the connection (RFC 6455, section 7.1.7)."""
        if not self._is_over:
            self._tell(Errored())
            self._end(Closed(CloseCode.ABNORMAL_CLOSURE, "", False))

    def _end(self, closed: Closed) -> None:
        self._is_over = True
        self._tell(closed)
        self._release()

    def _release(self) -> None:
        self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
        elif not self._connecting.done():
            self._connecting.cancel()


def _as_browser(request: Request) -> Request:
    """Return a handshake with the headers of a browser, in Chromium's order."""
    own = request.headers
    headers = Headers()
    headers["Host"] = own["Host"]
    headers["Connection"] = "Upgrade"
    headers["Pragma"] = "no-cache"
    headers["Cache-Control"] = "no-cache"
    headers["User-Agent"] = USER_AGENT
    headers["Upgrade"] = "websocket"
    headers["Origin"] = own["Origin"]
    for name, value in own.raw_items():
        if name.startswith("Sec-"):
            headers[name] = value
    return Request(request.path, headers)
