"""What a trace is made of besides frames and heads."""

from __future__ import annotations

from typing import Literal, NamedTuple

from .frames import Frame, Sender
from .record_heads import Head

Pair = tuple[str, int]
"""What an ASGI event and its frame or head have in common: a kind and a number."""


class TcpEnd(NamedTuple):
    """Who ended the TCP connection first, and how: with a FIN, or with a reset."""

    sender: Sender
    how: Literal["FIN", "reset"]


class ApplicationEvent(NamedTuple):
    """One step of the application: an ASGI event, or how its call ended.

    `sender` is the "server" for an event that the application received, the
    "application" for one that it sent and for the end of its call, whose `type` is
    "returned" or "raised". `data` is the beginning of a text or binary message,
    `length` all of it in characters or bytes. `code` is a close code or, of a response,
    the status. `detail` is what else there is to say: a subprotocol, a request line,
    the exception.
    """

    type: str
    sender: Literal["server", "application"]
    data: str | bytes | None = None
    length: int | None = None
    code: int | None = None
    reason: str | None = None
    detail: str | None = None
    pair: Pair | None = None

    @property
    def is_end(self) -> bool:
        """Whether the application's call ended with this, which sends nothing."""
        return self.type in ("returned", "raised")


WireEvent = Head | Frame | TcpEnd
Event = Head | Frame | TcpEnd | ApplicationEvent


def pair_of(event: Event) -> Pair | None:
    """The pair that an event may belong to, None if it stands alone.

    A message is paired by its last frame where the application receives it, and by
    its first where it sends it.
    """
    match event:
        case ApplicationEvent():
            return event.pair
        case Head():
            kind = "request" if event.sender == "client" else "response"
            return kind, event.exchange
        case Frame() if event.message is not None:
            if event.sender == "client":
                return ("receive", event.message) if event.fin else None
            return ("send", event.message) if event.opcode else None
        case Frame() if event.close_code and event.sender == "server":
            return "close", 0
    return None
