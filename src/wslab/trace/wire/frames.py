"""Reading WebSocket frames off the wire, in any chunking (RFC 6455 section 5)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from wslab.trace.model import EXCERPT, Frame, Opcode, Sender

INFLATE_LIMIT = 32 * 1024 * 1024
"""Bytes of one message that are inflated before the reader gives up on it."""


_STEP = 1 << 20


class Inflater:
    """The permessage-deflate context of one sender (RFC 7692 section 7.2.2)."""

    def __init__(self, takeover: bool = True) -> None:
        self._takeover = takeover
        self._context = zlib.decompressobj(-zlib.MAX_WBITS)
        self._message_size = 0
        self.lost = False

    @classmethod
    def agreed(cls, extensions: str, sender: Sender) -> Inflater | None:
        """Return the context of a sender that the response's extensions agree to."""
        if "permessage-deflate" not in extensions:
            return None
        return cls(takeover=f"{sender}_no_context_takeover" not in extensions)

    def inflate(self, data: bytes) -> bytes:
        """Return all that `data` inflates to; nothing once the context is lost."""
        content = b""
        while data and not self.lost:
            try:
                content += self._context.decompress(data, _STEP)
            except zlib.error:
                self.lost = True
                break
            data = self._context.unconsumed_tail
            self.lost = self._message_size + len(content) > INFLATE_LIMIT
        self._message_size += len(content)
        return content

    def end_message(self) -> bytes:
        """Return what is left of a message: its last block has no end on the wire."""
        rest = self.inflate(b"\x00\x00\xff\xff")
        self._message_size = 0
        if not self._takeover:
            self._context = zlib.decompressobj(-zlib.MAX_WBITS)
        return rest


class _Open:
    """A frame whose header has been read and whose payload is arriving."""

    __slots__ = (
        *("compressed", "excerpt", "first", "length", "limit", "mask", "reserved"),
        *("size", "taken"),
    )

    def __init__(self, first: int, length: int, mask: bytes, limit: int) -> None:
        self.first = first
        self.length = length
        self.mask = mask
        self.limit = limit
        self.compressed = False
        self.reserved = first >> 4 & 7
        self.excerpt = b""
        self.size = 0
        self.taken = 0

    def keep(self, content: bytes) -> None:
        """Count what the payload stands for, and keep the beginning of it."""
        self.size += len(content)
        if len(self.excerpt) < self.limit:
            self.excerpt += content[: self.limit - len(self.excerpt)]


def _is_one_message(data: bytes) -> bool:
    """Return whether this is one short frame, a whole message, without extensions."""
    if len(data) < 2 or data[0] not in (0x81, 0x82):
        return False
    second = data[1]
    return (second & 0x7F) + (6 if second >= 0x80 else 2) == len(data) < 126


def _unmask(data: bytes, mask: bytes, offset: int) -> bytes:
    """Unmask `data`, found `offset` bytes into the payload (section 5.3)."""
    if not mask or not data:
        return data
    start = offset % 4
    size = len(data)
    key = (mask * (size // 4 + 2))[start : start + size]
    both = int.from_bytes(data, "little") ^ int.from_bytes(key, "little")
    return both.to_bytes(size, "little")


class FrameReader:
    """Turns one sender's bytes, in any chunks, into frames.

    Every byte string is frames of some sort, so reading never raises: a reserved
    opcode or a frame that is wrongly masked is recorded as it is. Memory is bounded
    whatever the length of a frame, since only an excerpt is kept, of `excerpt` bytes.
    """

    def __init__(
        self,
        sender: Sender,
        inflater: Inflater | None = None,
        excerpt: int = EXCERPT,
    ) -> None:
        self._sender = sender
        self._inflater = inflater
        self._excerpt = excerpt
        self._rest = b""
        self._open: _Open | None = None
        self._message = -1
        self._message_compressed = False

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes."""
        return [self._finish(frame) for frame in self._complete(data, self._excerpt)]

    def pass_over(self, data: bytes) -> tuple[int, list[Frame]]:
        """Follow the bytes as `feed` does; return how many frames they complete.

        And those of them that close, the only ones that are made, which takes a third
        of the time.
        """
        if self._open is None and not self._rest and _is_one_message(data):
            self._message += 1
            self._message_compressed = False
            return 1, []
        passed, closing = 0, []
        for frame in self._complete(data, 0):
            passed += 1
            if frame.first & 0x0F == Opcode.CLOSE:
                closing.append(self._finish(frame))
            elif frame.compressed and frame.first >= 0x80 and self._inflater:
                self._inflater.end_message()
        return passed, closing

    def _complete(self, data: bytes, limit: int) -> Iterator[_Open]:
        """Yield the frames that `data` completes, of data no more than `limit` kept."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        position = 0
        while True:
            if self._open is None:
                position = self._read_header(data, position, limit)
            frame = self._open
            if frame is None:
                return
            position = self._read_payload(frame, data, position)
            if frame.taken < frame.length:
                return
            self._open = None
            yield frame

    def _read_header(self, data: bytes, position: int, limit: int) -> int:
        """Open the frame that begins at `position`, if its header is complete."""
        end = position + 2
        if end <= len(data):
            masked, length = data[position + 1] >= 0x80, data[position + 1] & 0x7F
            if length >= 126:
                end += 2 if length == 126 else 8
                length = int.from_bytes(data[position + 2 : end], "big")
            if masked:
                end += 4
            if end <= len(data):
                mask = data[end - 4 : end] if masked else b""
                first = data[position]
                limit = max(limit, EXCERPT) if first & 0x08 else limit
                self._start(_Open(first, length, mask, limit))
                return end
        self._rest = data[position:]
        return len(data)

    def _start(self, frame: _Open) -> None:
        self._open = frame
        opcode = frame.first & 0x0F
        if opcode >= 0x8:
            return
        if opcode:
            self._message += 1
            rsv1 = bool(frame.first & 0x40)
            self._message_compressed = rsv1 and self._inflater is not None
            if self._message_compressed:
                frame.reserved &= 3
        frame.compressed = self._message_compressed

    def _read_payload(self, frame: _Open, data: bytes, position: int) -> int:
        end = min(position + frame.length - frame.taken, len(data))
        inflater = self._inflater if frame.compressed else None
        if inflater is not None and not inflater.lost:
            chunk = _unmask(data[position:end], frame.mask, frame.taken)
            frame.keep(inflater.inflate(chunk))
        elif frame.taken < frame.limit:
            chunk = data[position : min(end, position + frame.limit - frame.taken)]
            frame.keep(_unmask(chunk, frame.mask, frame.taken))
        frame.taken += end - position
        return end

    def _finish(self, frame: _Open) -> Frame:
        inflater = self._inflater if frame.compressed else None
        size: int | None = frame.length
        if inflater is not None:
            if frame.first >= 0x80:
                frame.keep(inflater.end_message())
            size = None if inflater.lost else frame.size
        opcode = frame.first & 0x0F
        return Frame(
            self._sender,
            opcode,
            frame.first >= 0x80,
            bool(frame.mask),
            frame.compressed,
            frame.length,
            frame.excerpt,
            size,
            None if opcode >= 0x8 else self._message,
            frame.reserved or None,
        )
