"""Counting what passed, of which a trace may not keep all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wslab.trace.model import ApplicationEvent, Connection, Frame

_MESSAGES = {"websocket.receive": "client", "websocket.send": "server"}


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages, and the bytes of all frames' payloads on the wire, of one sender."""

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
        for sender, messages, size in _counted(new):
            flow = flows[sender]
            most = flow.messages + 1 if messages is None else messages
            flows[sender] = Flow(max(flow.messages, most), flow.bytes + size)
        is_whole = self.is_whole and not new.left_out
        return Tally(flows["client"], flows["server"], is_whole)


def _counted(connection: Connection) -> Iterable[tuple[str, int | None, int]]:
    """Yield sender, messages so far (None: one more) and bytes of what counts."""
    on_wire = connection.handshake.response is not None
    for event in connection.events:
        match event:
            case Frame():
                count = 0 if event.message is None else event.message + 1
                yield event.sender, count, event.length
            case ApplicationEvent() if event.type in _MESSAGES and not on_wire:
                yield _MESSAGES[event.type], None, event.length or 0
