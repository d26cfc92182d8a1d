"""HTTP/1.1 heads as they are on the wire (RFC 9112), their bodies passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wslab.trace.masking import mask_headers, mask_target, subprotocols
from wslab.trace.model import Head, Sender

HEAD_LIMIT = 64 * 1024
"""Bytes that are kept while a head is incomplete; what is longer is no head.

So many are kept of a line between a body's chunks, too, before its rest is dropped.
"""

WAITING_LIMIT = 16 * 1024 * 1024
"""Bytes that are kept of what a client sends before the response to its upgrade."""

_REQUEST = re.compile(r"[^ ]+ [^ ]+ HTTP/[0-9.]+")
_STATUS = re.compile(r"HTTP/[0-9.]+ [0-9]{3}(?: .*)?", re.DOTALL)
_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(r"\r?\n")
_LENGTH = re.compile("[0-9]{1,18}")
_CHUNK = re.compile(rb"0*[0-9a-fA-F]{1,15}")


def parse_head(
    sender: Sender,
    block: bytes,
    exchange: int,
    offered: Mapping[str, str] | None = None,
) -> Head | None:
    """Return the head in `block`, secrets masked, or None if it is no HTTP/1 head.

    Args:
        sender: The client for a request, the server for a response.
        block: A head without the empty line that ends it; its lines may end in a bare
            LF (RFC 9112 section 2.2).
        exchange: The number of the request on its connection.
        offered: Of a response, the subprotocols of its request (see `mask_headers`).
    """
    start, *lines = _LINE.split(block.decode("latin-1"))
    if not (_STATUS if sender == "server" else _REQUEST).fullmatch(start):
        return None
    headers = tuple(mask_headers(list(_fields(lines)), offered))
    return Head(sender, mask_target(start), headers, exchange)


def offer_of(block: bytes) -> dict[str, str]:
    """Return the subprotocols that a head lists, each with its masked form."""
    return subprotocols(list(_fields(_LINE.split(block.decode("latin-1"))[1:])))


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield names and values, folded lines unfolded (RFC 9112 section 5.2)."""
    unfolded: list[list[str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1].append(line.strip())
        elif line:
            unfolded.append([line])
    for parts in unfolded:
        name, _, value = " ".join(parts).partition(":")
        yield name, value.strip()


class HeadReader:
    """Turns one sender's bytes, in any chunks, into the heads of its messages.

    What is no HTTP/1.1 ends the reading: `next_head` then returns None for good.
    `offered` are the subprotocols of the latest head.
    """

    def __init__(self, sender: Sender) -> None:
        self.ended = False
        self.offered: dict[str, str] = {}
        self._sender = sender
        self._buffer = bytearray()
        self._searched = 0
        self._body = 0
        self._chunked = False
        self._in_trailer = False

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if not self.ended:
            self._buffer += data

    def next_head(
        self, exchange: int, offered: Mapping[str, str] | None = None
    ) -> Head | None:
        """Return the next head that is complete, None if there is none yet."""
        if not self._skip_body():
            return None
        self._skip_empty_lines()
        end = _END.search(self._buffer, max(0, self._searched - 3))
        if end is None:
            self._searched = len(self._buffer)
            if len(self._buffer) > HEAD_LIMIT:
                self.end()
            return None
        block = bytes(self._buffer[: end.start()])
        self._drop(end.end())
        head = parse_head(self._sender, block, exchange, offered)
        if head is None:
            self.end()
        else:
            self.offered = offer_of(block)
        return head

    def expect_body(self, head: Head) -> None:
        """Pass over the body that `head` announces (RFC 9112 section 6.3).

        A length that is none ends the reading: nobody can say where a body ends.
        """
        coding = head.get("transfer-encoding")
        lengths = {v.strip() for v in (head.get("content-length") or "").split(",")}
        length = lengths.pop()
        if coding is not None:
            self._chunked = coding.lower().strip().endswith("chunked")
            if not self._chunked:
                self.end()
        elif not lengths and _LENGTH.fullmatch(length):
            self._body = int(length)
        elif length or lengths or head.sender == "server":
            self.end()  # malformed, or the body lasts until the connection ends

    def wait(self) -> None:
        """Keep what follows a head, for `take_rest`, unless it is too much."""
        if len(self._buffer) > WAITING_LIMIT:
            self.end()

    def take_rest(self) -> bytes:
        """Return the bytes after the last head, which are no longer HTTP."""
        rest = bytes(self._buffer)
        self.end()
        return rest

    def end(self) -> None:
        """Read no more."""
        self.ended = True
        self._buffer.clear()

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._searched = 0

    def _skip_empty_lines(self) -> None:
        """Drop what may come before a request line (RFC 9112 section 2.2)."""
        if self._sender == "client" and self._buffer.startswith((b"\r", b"\n")):
            self._drop(len(self._buffer) - len(self._buffer.lstrip(b"\r\n")))

    def _skip_body(self) -> bool:
        """Drop bytes of a body; return whether all of it has been dropped."""
        while not self.ended:
            skipped = min(self._body, len(self._buffer))
            if skipped:
                self._drop(skipped)
                self._body -= skipped
            if self._body or not (self._chunked or self._in_trailer):
                return not self._body
            line = self._next_line()
            if line is None:
                return False
            self._skip_line(line)
        return False

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            if len(self._buffer) > HEAD_LIMIT:
                self._shorten_line()
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        self._drop(end + 1)
        return line.removesuffix(b"\r")

    def _shorten_line(self) -> None:
        """Forget what a body's end doesn't depend on: extensions, a trailer's value.

        A server may take a line of any length, as uvicorn does with httptools.
        """
        kept = 2 if self._in_trailer else self._buffer.find(b";", 0, HEAD_LIMIT) + 1
        del self._buffer[kept:]
        if not kept:
            self.end()

    def _skip_line(self, line: bytes) -> None:
        """Read a chunk's size, or a line of the trailer (RFC 9112 section 7.1)."""
        if self._in_trailer:
            self._in_trailer = bool(line)
            return
        size = line.partition(b";")[0].strip()
        if not _CHUNK.fullmatch(size):
            self.end()
            return
        self._body = int(size, 16)
        if self._body:
            self._body += 2  # the CRLF after the chunk's data
        else:
            self._chunked, self._in_trailer = False, True
