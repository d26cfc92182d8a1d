"""What a client does in a scenario, as data: any client that can, performs it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.trace.model import Opcode

KEY = "d3NsYWIncyBhdGxhcyBrZQ=="
"""A valid Sec-WebSocket-Key: 16 bytes in base64 (RFC 6455 section 4.1)."""

BOUND = 5.0
"""Seconds after which a client that waits calls it a hang."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a TCP connection, ask for a WebSocket, and wait for the response's head.

    `headers` come after the handshake's own; a header of the handshake that is None is
    left out. Without `answers` the client leaves pings and close frames unanswered,
    without `reads` it takes nothing from its socket after the head, without `waits` it
    does not wait for the head. `request` replaces the whole head, to its empty line.
    """

    target: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    extensions: str | None = None
    method: str = "GET"
    version: str | None = "13"
    key: str | None = KEY
    upgrade: str | None = "websocket"
    connection: str | None = "Upgrade"
    host: str | None = "127.0.0.1"
    request: bytes | None = None
    answers: bool = True
    reads: bool = True
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Send:
    """Put bytes on the wire, whatever they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Send one frame (RFC 6455 section 5.2). `rsv` has the bits 4, 2 and 1."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    masked: bool = True
    rsv: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Read until so many data messages have come that no `Read` has waited for yet, or
    the end, or the bound."""

    messages: int = 1


@dataclass(frozen=True, slots=True)
class Watch:
    """Read to the end of the TCP connection, `seconds` at the longest."""

    seconds: float = BOUND


@dataclass(frozen=True, slots=True)
class Finish:
    """Send a FIN, and go on reading: a half-closed connection."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Close the TCP connection with a FIN, without a close frame, and read no more."""


@dataclass(frozen=True, slots=True)
class Reset:
    """End the TCP connection with a RST."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Let the application go on that waits in `await scope["signal"](name)`."""

    name: str = "go"


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until a line of the application's view matches, as `fnmatch` does.

    The lines are those of `wslab.atlas.views`: "sends accept", "receives 'a'",
    "returns", "raises *". In a pattern `*` stands for anything.
    """

    line: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """Send SIGTERM to the server's process."""


@dataclass(frozen=True, slots=True)
class Outlast:
    """Wait for the end of the server's process, `seconds` at the longest.

    The views then say whether it came, and when in order the application received
    `lifespan.shutdown`.
    """

    seconds: float = BOUND


@dataclass(frozen=True, slots=True)
class As:
    """Have an earlier client do an act; otherwise it is the latest one that does.

    `client` is counted from 1, in the order of the `Connect` acts.
    """

    client: int
    act: OfClient


OfClient = Send | SendFrame | Read | Watch | Finish | Leave | Reset
"""What is done on one connection."""

Act = Connect | As | OfClient | Signal | Await | Terminate | Outlast


def text(content: str, **flags: bool) -> SendFrame:
    """Return the act of sending a text message."""
    return SendFrame(Opcode.TEXT, content.encode(), **flags)


def binary(content: bytes, **flags: bool) -> SendFrame:
    """Return the act of sending a binary message."""
    return SendFrame(Opcode.BINARY, content, **flags)


def close(code: int | None = 1000, reason: str = "") -> SendFrame:
    """Return the act of sending a close frame; with None it has no code."""
    payload = b"" if code is None else code.to_bytes(2, "big") + reason.encode()
    return SendFrame(Opcode.CLOSE, payload)


def ping(content: bytes = b"") -> SendFrame:
    """Return the act of sending a ping."""
    return SendFrame(Opcode.PING, content)
