"""What each side saw, in lines of a few words that two runs have in common."""

from __future__ import annotations

import http.client
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from wslab.trace.model import (
    ApplicationEvent,
    Event,
    Frame,
    GoAway,
    Head,
    Opcode,
    TcpEnd,
    WireEvent,
)

EXCERPT = 40
"""Characters of a message that a line shows."""

MANY = 4
"""Times from which a repeated line is told as one."""

LATE = 1.5
"""Seconds of silence from which a line tells of them."""

SHORT = 3
"""Seconds of silence up to which it may be a busy machine's, however often it comes."""

_TIME_OUTS = (2, 3, 5, 10, 20, 30, 60)
"""Seconds that time-outs are made of. A silence is told as the nearest of them in
proportion, since a server's timers may be coarse: Daphne's 5 s are 4.0 to 5.0."""

_ADDRESS = re.compile(r"\b(?:0x)?[0-9a-f]{8,}\b")
_STRUCT = re.compile(r"\berror: (?:argument out of range|.* format requires .*)")
_PORT = re.compile(r"(?<=[\w\].]:)\d{4,5}\b|(?<=', )\d{4,5}\b|(?<=', ')\d{4,5}(?=')")


def folded(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines of which one that is repeated often says how often.

    Pings are one line, however many they are: their number is a matter of timing.
    """
    found: list[str] = []
    for line, group in itertools.groupby(lines):
        count = len(list(group))
        if line == "ping":
            found.append(line)
        elif count < MANY:
            found += [line] * count
        else:
            found.append(f"{line}, {count} times")
    return tuple(found)


def matches(line: str, pattern: str) -> bool:
    """Return whether a line matches a pattern, whose "|" separates alternatives."""
    return any(fnmatchcase(line, one) for one in pattern.split("|"))


def client_view(
    events: Sequence[tuple[float, WireEvent | str]],
    headers: Iterable[str] = (),
    body: bytes = b"",
    waited: float | None = None,
) -> tuple[str, ...]:
    """Return what the client saw of the server.

    Args:
        events: What was on the wire, each with its time in seconds; a str stands for
            itself.
        headers: Names of the response headers to show.
        body: What the response to a refused handshake brought.
        waited: Seconds for which the client watched in the end and still saw the
            connection open; None where it had no need to.
    """
    lines: list[str] = []
    last = None
    for at, event in events:
        if isinstance(event, str):
            lines += [*_pause(last, at), event]
            last = at
            continue
        alive = keeps_alive(event)
        if event.sender == "server" or isinstance(event, GoAway):
            lines += [] if alive else _pause(last, at)
            lines += _wire_lines(event, headers)
            if isinstance(event, Head) and body and event.status != 101:
                lines.append(f"body {_quoted(body.decode('utf-8', 'replace'))}")
                body = b""
        last = last if alive else at
    if waited is not None:
        what = "open after" if lines else "nothing for"
        lines.append(f"{what} {waited:.0f} s")
    return folded(lines)


def keeps_alive(event: Event) -> bool:
    """Return whether this is a server's ping or a client's pong: still a silence."""
    expected = Opcode.PING if event.sender == "server" else Opcode.PONG
    return isinstance(event, Frame) and event.opcode == expected


def _pause(last: float | None, at: float) -> list[str]:
    """Tell of a silence: a time-out of the server's is part of what it does."""
    if last is None or (silence := at - last) < LATE:
        return []
    seconds = min(_TIME_OUTS, key=lambda t: max(t / silence, silence / t))
    return [_later(seconds)]


def _later(seconds: int) -> str:
    return f"about {seconds} s later"


def has_doubtful_silence(lines: Sequence[str]) -> bool:
    """Return whether a client's view tells of a silence that may be a busy machine's.

    A short one may, wherever it is, and any before the first thing that was seen.
    """
    short = {_later(seconds) for seconds in _TIME_OUTS if seconds <= SHORT}
    silent_first = set(lines[:1]) & {_later(seconds) for seconds in _TIME_OUTS}
    return bool(short.intersection(lines) or silent_first)


def _wire_lines(event: WireEvent, headers: Iterable[str]) -> list[str]:
    match event:
        case Head():
            wanted = [(name, event.get(name)) for name in headers]
            shown = [f"{name}: {_plain(v)}" for name, v in wanted if v is not None]
            return [f"HTTP {event.status}", *shown]
        case Frame():
            return [_frame_line(event)]
        case TcpEnd():
            return [event.how]
        case GoAway():
            breach = event.sender == "client"
            return [f"{'breaks HTTP/2:' if breach else 'GOAWAY'} {event.error}"]


def _plain(value: str) -> str:
    """Return a text with its control characters as Python writes them."""
    return value if value.isprintable() else repr(value)[1:-1]


def _frame_line(frame: Frame) -> str:
    if frame.opcode == Opcode.CLOSE:
        if frame.length < 2:
            return "close without a code"
        return f"close {frame.close_code}{_reason(frame)}"
    try:
        kind = Opcode(frame.opcode).name.lower()
    except ValueError:
        kind = f"opcode {frame.opcode:#x}"
    whole = frame.size == len(frame.payload)
    if frame.opcode == Opcode.TEXT:
        shown = _quoted(frame.payload.decode("utf-8", "replace"), whole)
    else:
        shown = _quoted(frame.payload, whole)
    flags = "" if frame.fin else " FIN=0"
    flags += " compressed" if frame.compressed else ""
    size = "" if whole else f" ({frame.size or frame.length} bytes)"
    if frame.opcode == Opcode.PING or (frame.is_control and not frame.length):
        shown = ""  # of a ping it is random
    return f"{kind} {shown}{size}{flags}".replace("  ", " ").strip()


def _reason(frame: Frame) -> str:
    """Return the reason of a close frame, of a long one its length in bytes too."""
    if frame.length <= 2:
        return ""
    reason = frame.close_reason or ""
    size = "" if len(reason) <= EXCERPT else f" ({frame.length - 2} bytes)"
    return f" {_quoted(reason)}{size}"


def _quoted(content: str | bytes, whole: bool = True) -> str:
    """Return a message as Python writes it, its beginning if it is long."""
    if whole and len(content) <= EXCERPT:
        return repr(content)
    return (
        repr(content[:EXCERPT])[:-1] + "\N{HORIZONTAL ELLIPSIS}" + repr(content[:1])[-1]
    )


def body_of(received: bytes) -> bytes:
    """Return the body of the one HTTP/1.1 response in what was received.

    What is no whole response, or none at all, has none.
    """
    response = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    try:
        response.begin()
        return response.read() if response.status != 101 else b""
    except http.client.IncompleteRead as error:
        return error.partial
    except (http.client.HTTPException, ValueError, OSError):
        return b""


class _Received:
    """Bytes where `http.client` expects a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def application_line(event: ApplicationEvent) -> str:
    """Return one event of an application in a few words."""
    kind = event.type.removeprefix("websocket.")
    detail = f" {_detail(event.detail)}" if event.detail else ""
    if kind == "returned":
        return "returns"
    if kind == "raised":
        return f"raises{detail}"
    if kind.endswith(" failed"):
        return f"{kind.removesuffix(' failed')} fails:{detail}"
    parts = ["receives" if event.sender == "server" else "sends"]
    if kind not in ("receive", "send"):
        parts.append(kind)
    if event.code is not None:
        parts.append(str(event.code))
    if event.reason:
        parts.append(_quoted(event.reason))
    if event.data is not None:
        parts.append(_quoted(event.data, event.length == len(event.data)))
        if event.length != len(event.data):
            unit = "characters" if isinstance(event.data, str) else "bytes"
            parts.append(f"({event.length} {unit})")
    if kind in ("receive", "send") and event.data is None:
        parts.append("a message of neither kind")
    return " ".join(parts) + detail


def normal(text: str) -> str:
    """Return what an application wrote with the numbers of ports left out."""
    return _PORT.sub("PORT", text)


def _detail(text: str) -> str:
    """Return a detail without what differs from run to run; of an error its type.

    What `struct` says of a number that is too large is another thing in each Python.
    """
    line = _STRUCT.sub("struct.error", _plain(text.splitlines()[0]))
    return _ADDRESS.sub("...", normal(line))[:120]
