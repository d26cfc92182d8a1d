"""Rooms and messages as Redis has them: keys, ids and the fields of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from wslab.websocket.rooms.bus import Message

Id = tuple[int, int]
"""Of an entry: the milliseconds of Redis's clock, and a number within them."""

Raw = tuple[bytes, list[bytes]]
"""An entry as XREAD and XREVRANGE return it: the id, then names and values."""

START: Id = (0, 0)
LAST = 2**64 - 1  # the highest number within a millisecond
LEGIBLE = 200  # characters of a key that shows the name of its room


def key(prefix: str, room: str) -> bytes:
    """Return the key of a room's stream, whatever the room is called.

    A name is percent-encoded (RFC 3986, section 2.1), a long one by its digest: no two
    names have one key, and none has a key outside of `prefix`.
    """
    name = room.encode("utf-8", "surrogatepass")
    legible = quote(name, safe="")
    if len(legible) > LEGIBLE:
        legible = f"sha256:{sha256(name).hexdigest()}"
    return f"{prefix}room:{legible}".encode()


def read_id(text: bytes) -> Id:
    """Return the id that Redis writes as `1700000000000-0`."""
    milliseconds, _, number = text.partition(b"-")
    return int(milliseconds), int(number)


def written_id(id: Id) -> bytes:
    """Return an id as Redis reads it."""
    return b"%d-%d" % id


def before(id: Id) -> Id:
    """Return the id next below; Redis has no exclusive ranges before 6.2."""
    milliseconds, number = id
    return (milliseconds, number - 1) if number else (milliseconds - 1, LAST)


def fields(message: Message, publisher: bytes, number: int) -> list[bytes]:
    """Return what XADD gets of a message: names and values in turn."""
    found = [b"id", b"%s-%d" % (publisher, number)]
    if isinstance(message.content, str):
        found += [b"text", message.content.encode()]
    else:
        found += [b"bytes", message.content]
    if message.exclude:
        found += [b"exclude", message.exclude.encode()]
    if not message.keep:
        found += [b"passing", b"1"]
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in its place.

    Attributes:
        id: The place, given by Redis.
        publisher: Who has added it.
        number: Which of the publisher's messages it is. An entry that was added twice,
            since the answer to the first time was lost, has the same number twice; and
            no publisher adds a lower number after a higher one for the first time.
        message: The message.
    """

    id: Id
    publisher: bytes
    number: int
    message: Message


def read_entry(raw: Raw) -> Entry:
    """Return the entry.

    Raises:
        ValueError: Nobody who adds messages to rooms writes such a one.
    """
    id, flat = raw
    found = dict(zip(flat[::2], flat[1::2], strict=True))
    publisher, _, number = found.get(b"id", b"").rpartition(b"-")
    text = found.get(b"text")
    content = found.get(b"bytes") if text is None else text.decode()
    if content is None:
        raise ValueError("an entry has neither text nor bytes")
    message = Message(
        content, found.get(b"exclude", b"").decode(), b"passing" not in found
    )
    return Entry(read_id(id), publisher, int(number), message)
