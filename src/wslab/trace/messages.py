"""The messages of one call of the application: counted, so that each has its frame."""

from __future__ import annotations

from typing import Literal

from wslab.trace.model import ApplicationEvent

_SENDERS: dict[str, Literal["server", "application"]] = {
    "receive": "server",
    "send": "application",
}

Message = str | bytes | ApplicationEvent
"""A whole message, or the event of one of which there is more to say."""


class Messages:
    """Makes events of what an application received and sent."""

    def __init__(self) -> None:
        self._counts = {"receive": 0, "send": 0}

    def event(self, kind: str, message: Message) -> ApplicationEvent:
        """Return the event of a message, paired with its frame.

        Args:
            kind: "receive" or "send".
            message: What was received or sent.
        """
        pair = kind, self.count(kind)
        if isinstance(message, ApplicationEvent):
            return message._replace(pair=pair)
        size = len(message)
        name = f"websocket.{kind}"
        return ApplicationEvent(name, _SENDERS[kind], message, size, pair=pair)

    def count(self, kind: str) -> int:
        """Count a message, and return how many of its kind were before."""
        self._counts[kind] += 1
        return self._counts[kind] - 1
