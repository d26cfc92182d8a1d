"""One direction of a connection: bytes on their way, in order, and their end."""

from __future__ import annotations

from collections import deque

CAPACITY = 4 * 1024 * 1024
"""Bytes that a system holds for a reader; Linux so many, by default (tcp_wmem)."""


class Pipe:
    """Bytes that one end has sent and the other has not read.

    Attributes:
        size: how many there are.
        finished: whether the sender has sent a FIN after them.
    """

    def __init__(self) -> None:
        self.size = 0
        self.finished = False
        self._chunks: deque[bytes] = deque()

    @property
    def room(self) -> int:
        """How many more bytes it takes."""
        return CAPACITY - self.size

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take what there is room for, and return how much that is."""
        room = self.room
        chunk = bytes(data if len(data) <= room else memoryview(data)[:room])
        self._chunks.append(chunk)
        self.size += len(chunk)
        return len(chunk)

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`."""
        chunks = self._chunks
        if self.size > size:
            whole = b"".join(chunks)
            data = whole[:size]
            chunks.clear()
            chunks.append(whole[size:])
        else:
            data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
        self.size -= len(data)
        return data
