"""Rooms and messages as Redis has them: keys, ids and the fields of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

from wslab.websocket.rooms.bus import Message

Id = tuple[int, int]
"""Of an entry: the milliseconds of Redis's clock, and a number within them."""

Raw = tuple[bytes, list[bytes]]
"""An entry as XREAD and XREVRANGE return it: the id, then names and values in turn."""

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


def field(message: Message, publisher: bytes, number: int) -> tuple[bytes, bytes]:
    """Return the one field of a message's entry: a head for a name, and the content.

    A head is like `text 0f1e2d3c4b5a6978-1`, with ` except 8796a5b4c3d2e1f0` after it
    where a member is excluded, and ` passing` where the history leaves it out. One
    field is half of what the client has to read for two.
    """
    if isinstance(message.content, str):
        head, content = b"text", message.content.encode()
    else:
        head, content = b"bytes", message.content
    head = b"%s %s-%d" % (head, publisher, number)
    if message.exclude:
        head += b" except " + quote(message.exclude, safe="").encode()
    if not message.keep:
        head += b" passing"
    return head, content


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in its place.

    Attributes:
        publisher: Who has added it.
        number: Which of the publisher's messages it is. An entry that was added twice,
            since the answer to the first time was lost, has the same number twice; and
            no publisher adds a lower number after a higher one for the first time.
        message: The message.
    """

    publisher: bytes
    number: int
    message: Message


def read_entry(fields: list[bytes]) -> Entry:
    """Return what an entry's field says.

    Raises:
        ValueError: Nobody who adds messages to rooms writes such a one.
    """
    head, content = fields
    kind, id, *rest = head.split(b" ")
    if kind not in (b"text", b"bytes"):
        raise ValueError(f"an entry of the kind {kind!r}")
    publisher, _, number = id.partition(b"-")
    exclude = ""
    if rest[:1] == [b"except"]:
        _, name, *rest = rest
        exclude = unquote(name.decode())
    message = Message(
        content.decode() if kind == b"text" else content,
        exclude,
        keep=rest != [b"passing"],
    )
    return Entry(publisher, int(number), message)
