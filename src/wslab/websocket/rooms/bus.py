"""Where the messages of a room come from: one order for all who listen to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Content = str | bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What a broadcast brings to every member of a room, in whichever process.

    Attributes:
        content: The content of the frame, text or binary.
        exclude: The id of the member that does not get it, "" for none.
        keep: Whether it belongs to the history.
    """

    content: Content
    exclude: str = ""
    keep: bool = True


Deliver = Callable[[Message], None]


class Bus(Protocol):
    """What carries the messages of rooms, each of them known by its name.

    All who subscribe to a room get its messages in one order, and whoever publishes
    gets its own back in the same way.
    """

    async def subscribe(self, room: str, deliver: Deliver, history: int) -> None:
        """Call `deliver` with each message of the room from now on.

        Where the bus has kept messages from before, up to `history` of those with
        `keep` come first, with no gap and no repetition between them and the new ones.
        All or nothing: if this raises or is cancelled, `deliver` has not been called
        and will not be.
        """

    def unsubscribe(self, room: str, deliver: Deliver) -> None:
        """Call `deliver` no more. Without effect if it was not subscribed."""

    async def publish(self, room: str, message: Message) -> None:
        """Bring a message to all subscribers; return once it has its place among all.

        What it raises reaches the handler that has made the broadcast.
        """


class LocalBus:
    """The bus within one process and one loop: a call of each subscriber.

    It keeps nothing. `Rooms` makes one for itself; several `Rooms` that share one have
    the members of rooms of one name in common:

        bus = LocalBus()
        chat, monitor = Rooms(bus=bus), Rooms(bus=bus, when_full="close")
    """

    def __init__(self) -> None:
        self._subscribers: dict[str, list[Deliver]] = {}

    async def subscribe(self, room: str, deliver: Deliver, history: int) -> None:
        """Call `deliver` with each message from now on; there are none from before."""
        self._subscribers.setdefault(room, []).append(deliver)

    def unsubscribe(self, room: str, deliver: Deliver) -> None:
        """Call `deliver` no more. Without effect if it was not subscribed."""
        subscribers = self._subscribers.get(room, [])
        if deliver in subscribers:
            subscribers.remove(deliver)
        if not subscribers:
            self._subscribers.pop(room, None)

    async def publish(self, room: str, message: Message) -> None:
        """Call each subscriber before anything else can run."""
        for deliver in self._subscribers.get(room, ()):
            deliver(message)
