"""How far a subscriber has come in the stream of a room, and what is new to it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from wslab.websocket.rooms.bus import Deliver, Message
from wslab.websocket.rooms.redis.entry import START, Id, Raw, read_entry, read_id

logger = logging.getLogger(__name__)

PUBLISHERS = 1000  # whose last number is remembered; who is silent longest goes first


class Subscription:
    """One subscriber of one room.

    Attributes:
        deliver: Gets the messages.
        position: The id from which it goes on.
        last: The id of the last entry that it has seen.
        ended: Whether it gets no more.
    """

    __slots__ = ("_numbers", "deliver", "ended", "last", "position")

    def __init__(self, deliver: Deliver) -> None:
        self.deliver = deliver
        self.position: Id = START
        self.last: Id = START
        self.ended = False
        self._numbers: dict[bytes, int] = {}

    def read(self, entries: Iterable[Raw]) -> Iterator[Message]:
        """Yield the messages of those entries that are new, in their order.

        An entry that was added twice is new once; one that is no message is passed by.
        """
        for written, fields in entries:
            id = read_id(written)
            if id <= self.position:
                continue
            self.position = self.last = id
            try:
                entry = read_entry(fields)
            except ValueError:
                logger.warning("Entry %s of a room is no message", written.decode())
                continue
            if self._is_new(entry.publisher, entry.number):
                yield entry.message

    def _is_new(self, publisher: bytes, number: int) -> bool:
        """Note a publisher's number; return False if it or a higher one was there."""
        known = self._numbers.pop(publisher, 0)
        self._numbers[publisher] = max(known, number)
        if len(self._numbers) > PUBLISHERS:
            del self._numbers[next(iter(self._numbers))]
        return number > known
