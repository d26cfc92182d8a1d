"""A finding: a cause, in words, and the events that show it."""

from __future__ import annotations

from typing import NamedTuple

from wslab.trace.ladder.label import cut
from wslab.trace.model import ApplicationEvent, Frame, Head

LONGEST = 150
"""Characters of a reason or an exception that a text has."""


class Finding(NamedTuple):
    """Why a connection ended, before anybody has looked where the book shows it.

    `evidence` has indices of the connection's events. `case` is the scenario of the
    atlas, where it depends on more than the cause.
    """

    cause: str
    text: str
    evidence: tuple[int, ...] = ()
    failed: bool = True
    case: str | None = None


def unknown(text: str, *evidence: int, failed: bool = True) -> Finding:
    """Return that the trace does not show why; `text` says what it does show."""
    return Finding(
        "unknown", f"{text}; why, the trace does not show.", evidence, failed
    )


def code_and_reason(code: int | None, reason: str | None) -> str:
    """Return a close code and its reason, as '4001 "bye"'."""
    said = f' "{cut(reason, LONGEST)}"' if reason else ""
    return f"without a code{said}" if code in (None, 1005) else f"with {code}{said}"


def closes(frame: Frame) -> str:
    """Return what a close frame says, as 'close 4001 "bye"'."""
    if frame.close_code == 1005 and frame.length < 2:
        return "a close frame without a code"
    reason = f' "{cut(frame.close_reason, LONGEST)}"' if frame.close_reason else ""
    return f"close {frame.close_code}{reason}"


def raised(event: ApplicationEvent) -> str:
    """Return an exception and the line of the reader's code that raised it."""
    place = f" ({event.place})" if event.place else ""
    return f"{one_line(event.detail or '')}{place}"


def one_line(text: str) -> str:
    """Return a text in one line that can go on: without its end, and not too long."""
    return cut(" ".join(text.split()).rstrip("."), LONGEST)


def answered(response: Head) -> str:
    """Return the status of a response and its phrase, as "403 Forbidden"."""
    return one_line(response.start.partition(" ")[2]) or str(response.status)
