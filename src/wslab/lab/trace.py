"""What a server's connections did: both views, for reading and for asserts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .frames import Frame, Sender
from .ladder import ladder_html
from .ladder_text import ladder_text
from .record_events import ApplicationEvent, Event, TcpEnd
from .record_heads import Head


@dataclass(frozen=True, slots=True)
class Handshake:
    """The heads of a connection's latest request and response, None until seen."""

    request: Head | None
    response: Head | None


@dataclass(frozen=True, slots=True)
class Connection:
    """What one TCP connection did since the last look.

    `events` holds the wire's and the application's in the order in which the server
    handled them; after the first `gap` of them `left_out` more are missing, since a
    recording is bounded. `handshake`, `close_frame` (the first one) and `tcp_end` hold
    what is known by now, whenever it happened. `continued` says that an earlier look
    has shown the beginning.
    """

    events: tuple[Event, ...]
    gap: int
    left_out: int
    continued: bool
    is_open: bool
    handshake: Handshake
    close_frame: Frame | None
    tcp_end: TcpEnd | None

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
        response = self.handshake.response
        was_websocket = response is not None and response.status == 101
        return 1006 if was_websocket and self.tcp_end else None

    @property
    def close_reason(self) -> str | None:
        """The reason in the first close frame, None without one."""
        return self.close_frame.close_reason if self.close_frame else None

    @property
    def closed_by(self) -> Sender | None:
        """Who sent the first close frame or, without one, ended the TCP connection."""
        first = self.close_frame or self.tcp_end
        return first.sender if first else None


@dataclass(frozen=True, slots=True)
class Trace:
    """What a server's connections did between two looks; immutable.

    A notebook displays it as a ladder diagram. `str()` is the ladder as text, the same
    in every run that does the same: ports, keys, dates, versions, masks and the
    payloads of keepalive pings are left out or normalised, and connections are told
    one after the other. `left_out` connections are missing, since a recording is
    bounded.
    """

    connections: tuple[Connection, ...]
    left_out: int = 0

    @property
    def connection(self) -> Connection:
        """The latest connection. Raises LookupError where there is none."""
        if not self.connections:
            raise LookupError("nothing has connected since the last look")
        return self.connections[-1]

    @property
    def events(self) -> list[Event]:
        """The events of all connections, one connection after the other."""
        return [event for c in self.connections for event in c.events]

    @property
    def frames(self) -> list[Frame]:
        """The frames of all connections, one connection after the other."""
        return [frame for c in self.connections for frame in c.frames]

    @property
    def text(self) -> str:
        """The ladder as text, at most 88 columns wide."""
        return ladder_text(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        events = sum(len(c.events) for c in self.connections)
        return f"<Trace: {len(self.connections)} connections, {events} events>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[Literal["text/html", "text/plain"], str]:
        return {"text/html": ladder_html(self), "text/plain": self.text}
