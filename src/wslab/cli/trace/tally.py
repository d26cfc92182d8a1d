"""Counting what passed, of which a trace may not keep all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wslab.trace.model import ApplicationEvent, Connection, Event, Frame

_MESSAGES = {"websocket.receive": "client", "websocket.send": "server"}


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages of one sender, and the bytes of their frames' payloads on the wire."""

    messages: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What passed on a connection in both directions.

    `is_whole` is False where a recorder had to leave events out, so that there were
    more bytes. Where nobody saw the wire, the application's messages count, a text by
    its characters.
    """

    client: Flow = Flow()
    server: Flow = Flow()
    is_whole: bool = True

    def plus(self, new: Connection) -> Tally:
        """Return the tally with what a connection did since the last look."""
        flows = {"client": self.client, "server": self.server}
        for sender, messages, size in _counted(new.events, new.handshake.response):
            flow = flows[sender]
            most = flow.messages + 1 if messages is None else messages
            flows[sender] = Flow(max(flow.messages, most), flow.bytes + size)
        return Tally(
            flows["client"], flows["server"], self.is_whole and not new.left_out
        )


def _counted(
    events: Iterable[Event], on_wire: object
) -> Iterable[tuple[str, int | None, int]]:
    """Yield sender, messages so far (None: one more) and bytes of what counts."""
    for event in events:
        match event:
            case Frame() if event.message is not None:
                yield event.sender, event.message + 1, event.length
            case ApplicationEvent() if event.type in _MESSAGES and not on_wire:
                yield _MESSAGES[event.type], None, event.length or 0
