"""A finding: a cause, in words, and the events that show it."""

from __future__ import annotations

from typing import NamedTuple

from wslab.trace.model import ApplicationEvent, Frame, Head


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
    if code is None or code == 1005:
        code_text = "without a code" if code else "with a code that none can be"
        return code_text + (f' "{reason}"' if reason else "")
    return f"with {code}" + (f' "{reason}"' if reason else "")


def closes(frame: Frame) -> str:
    """Return what a close frame says, as 'close 4001 "bye"'."""
    if frame.close_code == 1005 and frame.length < 2:
        return "a close frame without a code"
    reason = f' "{frame.close_reason}"' if frame.close_reason else ""
    return f"close {frame.close_code}{reason}"


def raised(event: ApplicationEvent) -> str:
    """Return an exception and the line of the reader's code that raised it."""
    return f"{event.detail}{f' ({event.place})' if event.place else ''}"


def answered(response: Head) -> str:
    """Return the status of a response and its phrase, as "403 Forbidden"."""
    return response.start.partition(" ")[2].strip() or str(response.status)
