"""The label of each event: made once, placed by the SVG and by the text."""

from __future__ import annotations

from codecs import getincrementaldecoder

from wslab.trace.ladder.label import DOT, Label, Payload, cut, printable
from wslab.trace.model import (
    ApplicationEvent,
    Frame,
    GoAway,
    Head,
    Opcode,
    TcpEnd,
    WireEvent,
)

_BODIES = ("http.", "websocket.http.")
_LONGEST_NAME, _LONGEST_BRIEF = 40, 12
_QUIET = ("FIN", "END_STREAM", "TCP FIN")
_BRIEF = {Opcode.CONTINUATION: "cont", Opcode.BINARY: "bin"}


def wire_label(event: WireEvent) -> Label:
    """Return what was on the wire: a request or status line, a frame, an end."""
    match event:
        case Head():
            return _head(event)
        case TcpEnd():
            tcp = event.how in ("FIN", "reset")
            name = f"TCP {event.how}" if tcp else event.how
            return Label(name, failed=event.how not in _QUIET)
        case GoAway():
            return Label("GOAWAY", code=event.error, failed=event.error != "NO_ERROR")
        case Frame():
            return _frame(event)


def application_label(event: ApplicationEvent) -> Label:
    """Return an ASGI event without its prefix, and what it says."""
    kind = event.type.removeprefix("websocket.").removeprefix("http.")
    code = "" if event.code is None else str(event.code)
    said = []
    if event.data is not None and event.type.startswith(_BODIES):
        code = f"{event.length} B"
    elif event.data == b"":
        code = "0 B"  # an empty text is ""
    elif event.data is not None:
        said.append(_payload(event.data, len(event.data) == event.length))
    if event.reason:
        said.append(_payload(event.reason, True))
    if event.detail:
        said.append(Payload(printable(event.detail)))
    brief = cut(kind.rsplit(".", 1)[-1], _LONGEST_BRIEF)
    failed = kind == "raised" or kind.endswith(" failed") or _is_error(event)
    return Label(cut(kind, _LONGEST_NAME), brief, code, _joined(said), failed=failed)


def _is_error(event: ApplicationEvent) -> bool:
    if event.type.endswith("response.start"):
        return (event.code or 0) >= 400
    return _is_failure(event.code)


def _is_failure(code: int | None) -> bool:
    """Return whether a close code names one: 3000 and above are an application's."""
    return code is not None and 1001 < code < 3000 and code != 1005


def _joined(said: list[Payload]) -> Payload | None:
    if len(said) > 1:
        return Payload(" ".join(part.fit(1_000) for part in said))
    return said[0] if said else None


def _head(head: Head) -> Label:
    if head.sender == "client":
        method, _, rest = head.start.partition(" ")
        target = rest.rpartition(" ")[0]
        return Label(cut(method, _LONGEST_NAME), payload=Payload(printable(target)))
    _, status, *reason = head.start.split(" ", 2)
    said = " ".join(reason).strip()
    payload = Payload(printable(said)) if said else None
    return Label("", code=status, payload=payload, failed=(head.status or 0) >= 400)


def _frame(frame: Frame) -> Label:
    name, brief = _names(frame)
    if frame.opcode == Opcode.CLOSE:
        reason = _payload(frame.close_reason, True) if frame.close_reason else None
        code = "without a code" if frame.length < 2 else str(frame.close_code)
        failed = _is_failure(frame.close_code)
        return Label(name, brief, code, reason, failed=failed)
    notes = DOT + " ".join([f"{_size(frame)} B", *_marks(frame)])
    if not frame.payload or _is_keepalive(frame):
        return Label(name, brief, notes=notes)
    whole = len(frame.payload) == _size(frame)
    data: str | bytes = frame.payload
    if frame.opcode != Opcode.BINARY:
        data = _text(frame.payload, whole and frame.fin)
    return Label(name, brief, payload=_payload(data, whole), notes=notes)


def _names(frame: Frame) -> tuple[str, str]:
    try:
        opcode = Opcode(frame.opcode)
    except ValueError:
        return f"opcode {frame.opcode}", f"op {frame.opcode}"
    name = opcode.name.lower()
    return name, _BRIEF.get(opcode, name)


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
    """Tell whether it is the four random bytes that implementations ping with."""
    return frame.opcode in (Opcode.PING, Opcode.PONG) and frame.length == 4


def _text(payload: bytes, whole: bool) -> str | bytes:
    """Return text, less a character that is cut; bytes if it is no UTF-8."""
    try:
        return getincrementaldecoder("utf-8")().decode(payload, whole)
    except UnicodeDecodeError:
        return payload


def _payload(data: str | bytes, whole: bool) -> Payload:
    if isinstance(data, str):
        return Payload(printable(data).replace('"', '\\"'), "quoted", whole)
    return Payload(data.hex(" "), "hex", whole)
