"""What a connection did, as plain data: heads, frames, events, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NamedTuple

Sender = Literal["client", "server"]

EXCERPT = 128
"""Bytes of a payload that is kept, unless asked otherwise: a control frame fits."""


class Opcode(IntEnum):
    """The opcodes of RFC 6455 section 11.8."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class Frame(NamedTuple):
    """One frame, as it was on the wire, with the beginning of its payload.

    `length` counts the payload's bytes on the wire. `payload` is unmasked and, in a
    compressed message, inflated; it holds the first `EXCERPT` bytes or as many as were
    asked for, and `size` counts all of them (None where they could not be inflated).
    `message` numbers the data messages of one sender from 0; it is None on a control
    frame. `reserved` are the bits RSV1 to RSV3, from 4 to 1, that are set and belong to
    no extension that was agreed (section 5.2), None where none is.
    """

    sender: Sender
    opcode: int
    fin: bool
    masked: bool
    compressed: bool
    length: int
    payload: bytes
    size: int | None
    message: int | None
    reserved: int | None = None

    @property
    def is_control(self) -> bool:
        """Whether this is a close, ping, pong or a reserved control frame."""
        return self.opcode >= Opcode.CLOSE

    @property
    def close_code(self) -> int | None:
        """The code of a close frame: 1005 where it has none, None on other frames."""
        if self.opcode != Opcode.CLOSE:
            return None
        return int.from_bytes(self.payload[:2], "big") if self.length >= 2 else 1005

    @property
    def close_reason(self) -> str | None:
        """The reason of a close frame, None on other frames."""
        if self.opcode != Opcode.CLOSE:
            return None
        return self.payload[2:].decode("utf-8", "replace")


_NORMAL = {
    "sec-websocket-key": "(16 random bytes in base64)",
    "sec-websocket-accept": "(SHA-1 of the key in base64)",
    "date": "(now)",
}
_VERSION = re.compile(r"(?<=[A-Za-z])/\d[\w.+-]*")
_PORT = re.compile(r"(?<=[\w\]]):\d{1,5}(?=/|$)")


class Head(NamedTuple):
    """A request's or a response's head, secrets masked.

    `exchange` numbers the requests of one connection from 0; a response has the
    number of its request. `str()` is the head with key, date, port and software
    versions normalised; `headers` has them as they were.
    """

    sender: Sender
    start: str
    headers: tuple[tuple[str, str], ...]
    exchange: int

    @property
    def status(self) -> int | None:
        """The status code of a response, None on a request."""
        parts = self.start.split(" ", 2)
        return int(parts[1]) if self.sender == "server" else None

    @property
    def is_http2(self) -> bool:
        """Whether this is the head of a stream of HTTP/2."""
        if self.sender == "client":
            return self.start.endswith(" HTTP/2")
        return self.start.startswith("HTTP/2 ")

    @property
    def target(self) -> str:
        """The request target: path and query."""
        return self.start.split(" ", 2)[1]

    def get(self, name: str) -> str | None:
        """Return the value of a header, None without it; commas join several."""
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(values) if values else None

    def __str__(self) -> str:
        lines = [f"{name}: {_normal(name, value)}" for name, value in self.headers]
        return "\n".join([self.start, *lines])


def _normal(name: str, value: str) -> str:
    if name.lower() in ("host", "origin", "referer"):
        return _PORT.sub(":PORT", value)
    if name.lower() in ("user-agent", "server"):
        return _VERSION.sub("", value)
    return _NORMAL.get(name.lower(), value)


Pair = tuple[str, int]
"""What an ASGI event and its frame or head have in common: a kind and a number."""


class TcpEnd(NamedTuple):
    """Who ended the TCP connection first, and `how`: with a "FIN", or with a "reset".

    Over HTTP/2 the connection is a stream (RFC 8441 section 5), which ends with an
    "END_STREAM", with a "RST_STREAM" and the name of its error, as "RST_STREAM CANCEL",
    or with the TCP connection that it is in: a "TCP FIN" or a "TCP reset".
    """

    sender: Sender
    how: str


class GoAway(NamedTuple):
    """A GOAWAY frame of HTTP/2, and the name of its error (RFC 9113 section 6.8)."""

    sender: Sender
    error: str


class ApplicationEvent(NamedTuple):
    """One step of the application: an ASGI event, or how its call ended.

    `sender` is the "server" for an event that the application received, the
    "application" for one that it sent and for the end of its call, whose `type` is
    "returned" or "raised". `data` is the beginning of a text or binary message,
    `length` all of it in characters or bytes. `code` is a close code or, of a response,
    the status. `detail` is what else there is to say: a subprotocol, a request line,
    the exception. `place` is the line of the reader's own code that raised it, as
    "app.py, line 12". `routed` is False where Starlette's router, which notes in the
    scope what it does, had no route when the event was sent.
    """

    type: str
    sender: Literal["server", "application"]
    data: str | bytes | None = None
    length: int | None = None
    code: int | None = None
    reason: str | None = None
    detail: str | None = None
    pair: Pair | None = None
    place: str | None = None
    routed: bool | None = None

    @property
    def is_end(self) -> bool:
        """Whether the application's call ended with this, which sends nothing."""
        return self.type in ("returned", "raised")


WireEvent = Head | Frame | TcpEnd | GoAway
Event = WireEvent | ApplicationEvent


@dataclass(frozen=True, slots=True)
class Handshake:
    """The heads of a connection's latest request and response, None until seen."""

    request: Head | None
    response: Head | None

    @property
    def is_accepted(self) -> bool:
        """Whether it made a WebSocket.

        A 101 does (RFC 6455 section 4.1), and over HTTP/2 a 2xx (RFC 8441 section 5).
        """
        response = self.response
        if response is None or response.status is None:
            return False
        if response.is_http2:
            return 200 <= response.status < 300
        return response.status == 101


@dataclass(frozen=True, slots=True)
class Connection:
    """What one TCP connection, or one stream of HTTP/2, did since the last look.

    `events` holds the wire's and the application's in the order in which the server
    handled them; after the first `gap` of them `left_out` more are missing, since a
    recording is bounded. `handshake`, `close_frame` (the first one) and `tcp_end` hold
    what is known by now, whenever it happened. `continued` says that an earlier look
    has shown the beginning. `fault` names an exception of the recorder itself, which
    the server never sees; None where nothing is missing.

    `number` counts a recorder's connections from 1. `began` is when it began, in
    seconds since the epoch, and `times` has the seconds from then to each of `events`;
    both are empty where nobody took the time. `client` is the address, as
    "127.0.0.1:50000": the application's `scope["client"]` where there is a call.
    `paused` says that at the end of what was seen the server did not read from the
    client: bytes of the client may be missing. `calls` counts the calls of the
    application that still ran then. `is_application_recorded` says that a call would
    be among the events, if there was one.
    """

    events: tuple[Event, ...]
    gap: int
    left_out: int
    continued: bool
    is_open: bool
    handshake: Handshake
    close_frame: Frame | None
    tcp_end: TcpEnd | None
    fault: str | None = None
    number: int = 0
    began: float | None = None
    times: tuple[float, ...] = ()
    client: str | None = None
    paused: bool = False
    calls: int = 0
    is_application_recorded: bool = False

    @classmethod
    def of(cls, events: Sequence[Event], *, is_open: bool = False) -> Connection:
        """Return a connection that did just this, recorded as a whole."""
        heads = {e.sender: e for e in events if isinstance(e, Head)}
        frames = (e for e in events if isinstance(e, Frame))
        return cls(
            events=tuple(events),
            gap=len(events),
            left_out=0,
            continued=False,
            is_open=is_open,
            handshake=Handshake(heads.get("client"), heads.get("server")),
            close_frame=next((f for f in frames if f.opcode == Opcode.CLOSE), None),
            tcp_end=next((e for e in events if isinstance(e, TcpEnd)), None),
        )

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen: it ended, and so did the application."""
        return not self.is_open and not self.calls

    @property
    def is_websocket(self) -> bool:
        """Whether it was one, or was asked to become one, also by a request in pieces.

        A proxy that passes no `Upgrade` on leaves the headers `Sec-WebSocket-*`.
        """
        request = self.handshake.request
        names = [name.lower() for name, _ in request.headers] if request else []
        return (
            self.handshake.is_accepted
            or any(name.startswith("sec-websocket-") for name in names)
            or (request is not None and (request.get("upgrade") or "") != "")
            or any(event.type.startswith("websocket.") for event in self.application)
        )

    @property
    def has_wire(self) -> bool:
        """Whether a tap saw the wire; a request may be known from the application."""
        known = self.handshake.response is not None or self.tcp_end is not None
        return known or len(self.application) < len(self.events)

    @property
    def frames(self) -> list[Frame]:
        """The frames of both sides."""
        return [event for event in self.events if isinstance(event, Frame)]

    @property
    def application(self) -> list[ApplicationEvent]:
        """What the application received and sent, and how its call ended."""
        return [event for event in self.events if isinstance(event, ApplicationEvent)]

    @property
    def path(self) -> str:
        """The request target, "" until a request was seen."""
        request = self.handshake.request
        return request.target if request else ""

    @property
    def close_code(self) -> int | None:
        """The code of the first close frame.

        1005 where that frame has no code, 1006 where a WebSocket ended without a close
        frame (RFC 6455 section 7.4.1), None where it is open or never was one.
        """
        if self.close_frame is not None:
            return self.close_frame.close_code
        return 1006 if self.handshake.is_accepted and self.tcp_end else None

    @property
    def close_reason(self) -> str | None:
        """The reason in the first close frame, None without one."""
        return self.close_frame.close_reason if self.close_frame else None

    @property
    def closed_by(self) -> Sender | None:
        """Who sent the first close frame or, without one, ended the TCP connection."""
        first = self.close_frame or self.tcp_end
        return first.sender if first else None
