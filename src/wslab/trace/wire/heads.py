"""HTTP/1.1 heads as they are on the wire (RFC 9112), their bodies passed over."""

from __future__ import annotations

import re

from wslab.trace.masking import mask_header, mask_target
from wslab.trace.model import Head, Sender

HEAD_LIMIT = 64 * 1024
"""Bytes that are kept while a head is incomplete; what is longer is no head."""

WAITING_LIMIT = 16 * 1024 * 1024
"""Bytes that are kept of what a client sends before the response to its upgrade."""


def parse_head(sender: Sender, block: bytes, exchange: int) -> Head | None:
    """The head in `block`, None if it is no HTTP/1 head."""
    start, *lines = block.decode("latin-1").split("\r\n")
    parts = start.split(" ", 2)
    if sender == "server":
        valid = len(parts) >= 2 and parts[0].startswith("HTTP/") and parts[1].isdigit()
    else:
        valid = len(parts) == 3 and parts[2].startswith("HTTP/")
        start = mask_target(start)
    fields = [line.partition(":") for line in lines if line]
    headers = [(name, mask_header(name, value.strip())) for name, _, value in fields]
    return Head(sender, start, tuple(headers), exchange) if valid else None


class HeadReader:
    """Turns one sender's bytes, in any chunks, into the heads of its messages.

    What is no HTTP/1.1 ends the reading: `next_head` then returns None for good.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._buffer = bytearray()
        self._body = 0
        self._chunked = False
        self.ended = False

    def feed(self, data: bytes) -> None:
        """Takes bytes from the wire."""
        if not self.ended:
            self._buffer += data

    def next_head(self, exchange: int) -> Head | None:
        """The next head that is complete, None if there is none yet."""
        if not self._skip_body():
            return None
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > HEAD_LIMIT:
                self.end()
            return None
        head = parse_head(self._sender, bytes(self._buffer[:end]), exchange)
        del self._buffer[: end + 4]
        if head is None:
            self.end()
        return head

    def expect_body(self, head: Head) -> None:
        """Passes over the body that `head` announces (RFC 9112 section 6.3)."""
        coding = (head.get("transfer-encoding") or "").lower()
        length = head.get("content-length") or ""
        if coding.endswith("chunked"):
            self._chunked = True
        elif length.isdigit():
            self._body = int(length)
        elif head.sender == "server":
            self.end()  # the body lasts until the connection ends

    def wait(self) -> None:
        """Keeps what follows a head, for `take_rest`, unless it is too much."""
        if len(self._buffer) > WAITING_LIMIT:
            self.end()

    def take_rest(self) -> bytes:
        """The bytes after the last head, which are no longer HTTP."""
        rest = bytes(self._buffer)
        self.end()
        return rest

    def end(self) -> None:
        """Reads no more."""
        self.ended = True
        self._buffer.clear()

    def _skip_body(self) -> bool:
        while not self.ended:
            skipped = min(self._body, len(self._buffer))
            del self._buffer[:skipped]
            self._body -= skipped
            if self._body or not self._chunked:
                return not self._body
            if not self._next_chunk():
                return False
        return False

    def _next_chunk(self) -> bool:
        """Reads a chunk's size line (RFC 9112 section 7.1), False without one."""
        line, found, _ = self._buffer.partition(b"\r\n")
        if not found:
            return False
        size = line.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", size):
            self.end()
            return False
        self._chunked = int(size, 16) > 0
        # The last chunk has no data: its line is followed by an empty one.
        self._body = int(size, 16) + 2
        del self._buffer[: len(line) + 2]
        return True
