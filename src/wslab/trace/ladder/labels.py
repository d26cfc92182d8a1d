"""What a row of a ladder says, cut to a width in characters."""

from __future__ import annotations

from codecs import getincrementaldecoder

from wslab.trace.ladder.order import Row
from wslab.trace.model import (
    EXCERPT,
    ApplicationEvent,
    Frame,
    Head,
    Opcode,
    TcpEnd,
    WireEvent,
)

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_DOT = " \N{MIDDLE DOT} "
_WHOLE = 10 * EXCERPT
_BODIES = ("http.", "websocket.http.")
_SHORTEST = 8
"""Characters of a payload that stay readable, however narrow the lane."""


def cut(text: str, width: int) -> str:
    """`text` without control characters, or its beginning and an ellipsis."""
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + ELLIPSIS


def printable(text: str) -> str:
    """`text` with escapes for what would steer a terminal or turn the reading order."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )


def wire_label(event: WireEvent, width: int) -> str:
    """What was on the wire: a request or status line, a frame, the end of TCP."""
    match event:
        case Head():
            return cut(_head(event), width)
        case TcpEnd():
            return f"TCP {event.how}"
        case Frame():
            return cut(_frame(event, width), width)


def application_label(event: ApplicationEvent, width: int) -> str:
    """An ASGI event without its prefix, and what it says."""
    kind = event.type.removeprefix("websocket.").removeprefix("http.")
    said = [str(event.code)] if event.code is not None else []
    if event.data is not None and event.type.startswith(_BODIES):
        said.append(f"{event.length} B")
    elif event.data is not None:
        whole = len(event.data) == event.length
        room = max(_SHORTEST, width - len(kind) - 1)
        said.append(_payload(event.data, whole, room))
    said += [_quote(event.reason)] if event.reason else []
    said += [event.detail] if event.detail else []
    return cut(" ".join([kind, *said]), width)


def row_key(row: Row) -> tuple[object, ...]:
    """What two rows have in common that say the same, in any run."""
    wire, application = row
    return (
        wire and (wire.sender, wire_label(wire, _WHOLE)),
        application and (application.sender, application_label(application, _WHOLE)),
    )


def _head(head: Head) -> str:
    if head.sender == "client":
        return head.start.rsplit(" ", 1)[0]
    return head.start.split(" ", 1)[1].strip()


def _frame(frame: Frame, width: int) -> str:
    name = _name(frame)
    if frame.opcode == Opcode.CLOSE:
        reason = f" {_quote(frame.close_reason)}" if frame.close_reason else ""
        code = "without a code" if frame.length < 2 else str(frame.close_code)
        return f"{name} {code}{reason}"
    notes = _DOT + " ".join([f"{_size(frame)} B", *_marks(frame)])
    if not frame.payload or _is_keepalive(frame):
        return name + notes
    whole = len(frame.payload) == _size(frame)
    data: str | bytes = frame.payload
    if frame.opcode != Opcode.BINARY:
        data = _text(frame.payload, whole and frame.fin)
    room = max(_SHORTEST, width - len(name) - 1 - len(notes))
    return f"{name} {_payload(data, whole, room)}{notes}"


def _name(frame: Frame) -> str:
    try:
        return Opcode(frame.opcode).name.lower()
    except ValueError:
        return f"opcode {frame.opcode}"


def _size(frame: Frame) -> int:
    return frame.length if frame.size is None else frame.size


def _marks(frame: Frame) -> list[str]:
    marks = []
    if not frame.fin:
        marks.append("FIN=0")
    if frame.compressed:
        marks.append("deflated" if frame.size is not None else "not inflated")
    if frame.masked != (frame.sender == "client"):
        marks.append("masked" if frame.masked else "unmasked")
    return marks


def _is_keepalive(frame: Frame) -> bool:
    """Whether the payload is the four random bytes that implementations ping with."""
    return frame.opcode in (Opcode.PING, Opcode.PONG) and frame.length == 4


def _text(payload: bytes, whole: bool) -> str | bytes:
    """The payload as text, less a character that is cut; bytes if it is no UTF-8."""
    try:
        return getincrementaldecoder("utf-8")().decode(payload, whole)
    except UnicodeDecodeError:
        return payload


def _payload(data: str | bytes, whole: bool, room: int) -> str:
    if isinstance(data, str):
        return _quote(data, whole, room)
    shown = data if whole and 3 * len(data) - 1 <= room else data[: max(1, room // 3)]
    more = "" if whole and len(shown) == len(data) else ELLIPSIS
    return f"{shown.hex(' ')}{more}" if data else '""'


def _quote(text: str | None, whole: bool = True, room: int = 1000) -> str:
    """`text` in quotes, control characters escaped, cut to `room` characters."""
    shown = printable(text or "").replace('"', '\\"')
    if whole and len(shown) + 2 <= room:
        return f'"{shown}"'
    return f'"{shown[: max(1, room - 3)]}{ELLIPSIS}"'
