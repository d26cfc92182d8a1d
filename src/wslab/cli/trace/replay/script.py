"""What a client did and what it was sent, as steps that a client library can take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wslab.trace.model import Connection, Event, Frame, Head, Opcode, TcpEnd


class Open(NamedTuple):
    """The handshake is accepted, with a subprotocol or none."""

    subprotocol: str | None


class Refused(NamedTuple):
    """The handshake is answered with another status than 101."""

    status: int


class Message(NamedTuple):
    """A message: its beginning, and the bytes that all of it has.

    `begin` is the whole message where it has `size` bytes.
    """

    begin: bytes
    size: int
    is_text: bool


class Send(NamedTuple):
    """The client sends a message."""

    message: Message


class Receive(NamedTuple):
    """The server sends a message."""

    message: Message


class Ping(NamedTuple):
    """The client sends a ping."""

    payload: bytes


class Pong(NamedTuple):
    """The client sends a pong that answers no ping."""

    payload: bytes


class Close(NamedTuple):
    """The client begins the closing handshake."""

    code: int
    reason: str


class Vanish(NamedTuple):
    """The client ends the TCP connection without a close frame."""


class Ended(NamedTuple):
    """The server ends the connection, or answers the client's close frame.

    The code is 1005 or 1006 where there is none (RFC 6455 section 7.1.5).
    """

    code: int
    reason: str


class LeftOut(NamedTuple):
    """From here on nothing can be played again, and why."""

    why: str


Step = Open | Refused | Send | Receive | Ping | Pong | Close | Vanish | Ended | LeftOut


def unplayable(connection: Connection) -> str | None:
    """Return why nothing of a WebSocket's connection can be played again, or None."""
    request, response = connection.handshake.request, connection.handshake.response
    if request is None or connection.continued:
        return "its beginning was not recorded"
    if request.is_http2:
        return "it is a stream of HTTP/2"
    if not _is_ordinary(request):
        return "no client library sends such a handshake"
    if response is None or response.status is None:
        return "its handshake was not answered"
    if 300 <= response.status < 400:
        return "it was redirected, which `websockets` follows"
    return None


def _is_ordinary(request: Head) -> bool:
    """Return whether this is the handshake of a client (RFC 6455 section 4.1)."""
    names = [name.lower() for name, _ in request.headers]
    return (
        request.start.startswith("GET ")
        and request.start.endswith(" HTTP/1.1")
        and (request.get("upgrade") or "").lower() == "websocket"
        and request.get("sec-websocket-version") == "13"
        and names.count("sec-websocket-key") == names.count("host") == 1
    )


def script(connection: Connection) -> Iterator[tuple[float, Step]]:
    """Yield the steps of a connection that is playable, each with its time.

    Times are seconds since the epoch, or 0 where nobody took them.
    """
    began = connection.began or 0.0
    times = connection.times or (0.0,) * len(connection.events)
    reader = _Reader(connection)
    for index, (at, event) in enumerate(zip(times, connection.events, strict=True)):
        if connection.left_out and index == connection.gap:
            missing = f"{connection.left_out} events are not in the recording"
            yield began + at, LeftOut(missing)
            return
        for step in reader.read(event):
            yield began + at, step
            if reader.is_done:
                return


class _Reader:
    """Makes steps of the events of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._messages: dict[str, list[Frame]] = {"client": [], "server": []}
        self._pings: set[bytes] = set()
        self._is_open = False
        self._closing = False
        self.is_done = False

    def read(self, event: Event) -> Iterator[Step]:
        """Yield the steps that an event completes."""
        match event:
            case Head() if event == self._connection.handshake.response:
                yield self._answered(event)
            case Frame(sender="client") if self._is_open:
                yield from self._from_client(event)
            case Frame(sender="server") if self._is_open:
                yield from self._from_server(event)
            case TcpEnd() if self._is_open:
                self.is_done = True
                if event.sender == "server" or self._closing:
                    yield Ended(1006, "")
                else:
                    yield Vanish()

    def _answered(self, response: Head) -> Step:
        if response.status == 101:
            self._is_open = True
            return Open(response.get("sec-websocket-protocol"))
        self.is_done = True
        return Refused(response.status or 0)

    def _from_client(self, frame: Frame) -> Iterator[Step]:
        if self._closing:
            return
        if (why := _oddity(frame)) is not None:
            yield self._leave_out(f"the client sent {why}, which no library does")
        elif not frame.is_control:
            yield from self._joined(frame)
        elif frame.opcode == Opcode.PING:
            yield Ping(frame.payload)
        elif frame.opcode == Opcode.PONG:
            if frame.payload not in self._pings:
                yield Pong(frame.payload)
            self._pings.discard(frame.payload)
        else:
            self._closing = True
            yield Close(frame.close_code or 0, frame.close_reason or "")

    def _from_server(self, frame: Frame) -> Iterator[Step]:
        if not frame.is_control:
            yield from self._joined(frame)
        elif frame.opcode == Opcode.PING:
            self._pings.add(frame.payload)
        elif frame.opcode == Opcode.CLOSE:
            if not self._closing and (why := self._unprovoked(frame)):
                yield self._leave_out(why)
            self.is_done = True
            yield Ended(frame.close_code or 0, frame.close_reason or "")

    def _unprovoked(self, frame: Frame) -> str | None:
        """Return what made the server close that no step of a client does, or None."""
        told = (e.code for e in self._connection.application if _is_close(e.type))
        if frame.close_code in told:
            return None
        if frame.close_code == 1012:
            return "the server was shut down"
        if frame.close_code == 1011 and self._pings:
            return "the client answered no ping, which every library does"
        if frame.close_code == 1009 and self._messages["client"]:
            return "the message that was too large is not in the recording"
        return None

    def _joined(self, frame: Frame) -> Iterator[Step]:
        """Yield the message that a frame completes."""
        frames = self._messages[frame.sender]
        frames.append(frame)
        if not frame.fin:
            return
        self._messages[frame.sender] = []
        if any(each.size is None for each in frames):
            yield self._leave_out("a message could not be inflated")
            return
        message = _message(frames)
        yield Send(message) if frame.sender == "client" else Receive(message)

    def _leave_out(self, why: str) -> LeftOut:
        self.is_done = True
        return LeftOut(why)


def _is_close(kind: str) -> bool:
    return kind == "websocket.close"


def _message(frames: list[Frame]) -> Message:
    """Return what frames are together: of those after a cut one nothing is known."""
    begin = b""
    for frame in frames:
        begin += frame.payload
        if len(frame.payload) != frame.size:
            break
    size = sum(frame.size or 0 for frame in frames)
    return Message(begin, size, frames[0].opcode == Opcode.TEXT)


def _oddity(frame: Frame) -> str | None:
    """Return what a client's frame has that no library sends, None where nothing."""
    if not frame.masked:
        return "a frame without a mask"
    if frame.reserved:
        return "a reserved bit"
    if frame.opcode not in tuple(Opcode):
        return f"a frame with the reserved opcode {frame.opcode}"
    if frame.is_control and (not frame.fin or frame.length > 125):
        return "a control frame that is too long or in pieces"
    if frame.opcode == Opcode.CLOSE and not _may_be_sent(frame):
        return f"a close frame with {frame.payload[:2].hex() or 'half a code'}"
    return None


def _may_be_sent(frame: Frame) -> bool:
    """Return whether a close frame is legal (RFC 6455 sections 5.5.1 and 7.4)."""
    code = frame.close_code or 0
    legal = code in range(3000, 5000) or code in (
        *range(1000, 1004),
        *range(1007, 1015),
    )
    try:
        frame.payload[2:].decode()
    except UnicodeDecodeError:
        return False
    return frame.length != 1 and (legal or frame.length == 0)
