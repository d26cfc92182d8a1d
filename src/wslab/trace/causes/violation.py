"""The first frame of a client that breaks RFC 6455."""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from typing import NamedTuple

from wslab.trace.causes.story import Story
from wslab.trace.model import Frame, Opcode

LONGEST_CONTROL = 125
"""Bytes that the payload of a control frame may have (section 5.5)."""


class Violation(NamedTuple):
    """A frame at an index that breaks the protocol: `text` says how."""

    at: int
    cause: str
    text: str
    case: str | None = None


def may_be_sent(code: int) -> bool:
    """Return whether a close frame may have a code (section 7.4).

    1010 is for clients, and what IANA has registered since is among them.
    """
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def first_violation(story: Story) -> Violation | None:
    """Return the first frame of the client that breaks the protocol.

    Only what the trace shows: of a long text no more than its beginning is known.
    """
    gap = story.connection.gap if story.connection.left_out else len(story.events)
    reading = _Reading(whole=not story.connection.continued)
    for index, frame in story.frames("client"):
        if index >= gap:
            reading, gap = _Reading(whole=False), len(story.events)
        found = _in_header(frame) or reading.fault(frame)
        if found is not None:
            return Violation(index, *found)
    return None


_Found = tuple[str, str, str | None]


def _in_header(frame: Frame) -> _Found | None:
    """Return what is wrong in the first two bytes (sections 5.1, 5.2 and 5.5)."""
    if not frame.masked:
        return "unmasked-frame", "The client sent a frame that is not masked", None
    if frame.reserved:
        text = "The client set a reserved bit that no extension explains"
        return "reserved-bit", text, None
    if frame.opcode not in list(Opcode):
        case = f"opcode-{frame.opcode:x}"
        text = f"The client sent a frame with the reserved opcode {frame.opcode}"
        return "reserved-opcode", text, case
    if not frame.is_control:
        return None
    if not frame.fin:
        text = "The client sent a control frame in fragments"
        return "control-frame", text, "fragmented-ping"
    if frame.length > LONGEST_CONTROL:
        text = f"The client sent a control frame of {frame.length} bytes, over 125"
        return "control-frame", text, "long-ping"
    return _in_close(frame) if frame.opcode == Opcode.CLOSE else None


def _in_close(frame: Frame) -> _Found | None:
    """Return what is wrong in a close frame (sections 5.5.1 and 7.4)."""
    if frame.length == 1:
        text = "The client sent a close frame with half a code"
        return "client-close-code", text, "client-closes-with-half-a-code"
    code = frame.close_code
    if frame.length and code is not None and not may_be_sent(code):
        text = f"The client closed with {code}, a code that no close frame may have"
        return "client-close-code", text, None
    if not _is_text(getincrementaldecoder("utf-8")(), frame.payload[2:], True):
        text = "The client closed with a reason that is not UTF-8"
        return "client-close-reason", text, None
    return None


class _Reading:
    """Follows the data frames of a client: which message is open, and is it text.

    Where what came before was not kept, whether one is open is not known: None.
    """

    def __init__(self, whole: bool) -> None:
        self._open: bool | None = False if whole else None
        self._decoder: IncrementalDecoder | None = None

    def fault(self, frame: Frame) -> _Found | None:
        """Return what is wrong with a frame after those before it (section 5.4)."""
        if frame.is_control:
            return None
        begins = frame.opcode != Opcode.CONTINUATION
        if begins and self._open:
            text = "The client began a message within another one"
            return "fragments", text, "text-between-fragments"
        if not begins and self._open is False:
            text = "The client sent a continuation of no message"
            return "fragments", text, "continuation-of-nothing"
        if begins:
            is_text = frame.opcode == Opcode.TEXT
            self._decoder = getincrementaldecoder("utf-8")() if is_text else None
        self._open = not frame.fin
        if frame.compressed and frame.size is None:
            return "compression", "The client sent what can't be inflated", None
        return self._in_text(frame)

    def _in_text(self, frame: Frame) -> _Found | None:
        whole = len(frame.payload) == frame.size
        if self._decoder is None:
            return None
        if _is_text(self._decoder, frame.payload, whole and frame.fin):
            self._decoder = self._decoder if whole else None
            return None
        return "invalid-utf-8", "The client sent a text that is not UTF-8", None


def _is_text(decoder: IncrementalDecoder, data: bytes, final: bool) -> bool:
    try:
        decoder.decode(data, final)
    except UnicodeDecodeError:
        return False
    return True
