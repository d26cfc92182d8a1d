"""Why a WebSocket ended: which event came first, and what it says."""

from __future__ import annotations

from wslab.trace.causes.by_application import (
    FAILS_NOT,
    application_closed,
    application_ended,
    fails,
)
from wslab.trace.causes.by_client import client_closed, client_gone
from wslab.trace.causes.by_server import broke_protocol, server_closed, server_gone
from wslab.trace.causes.finding import Finding, closes, code_and_reason, unknown
from wslab.trace.causes.story import Story, earliest


def ended(story: Story) -> Finding:
    """Return why a connection that was accepted ended.

    What came first is the cause: the application's close or the end of its call, a
    close frame, the end of the TCP connection.
    """
    broken = broke_protocol(story)
    if broken is not None:
        return broken
    if _is_told_earlier(story):
        return _earlier(story)
    first = _first(story)
    if first is None:
        return unknown("The connection ended")
    if first == story.application_close:
        return application_closed(story)
    if first == story.application_end:
        return application_ended(story)
    if first == story.client_close:
        return client_closed(story)
    if first == story.server_close:
        return server_closed(story)
    if first == story.told:
        return _told(story)
    if story.ended_by == "client":
        return client_gone(story)
    return server_gone(story)


def _first(story: Story) -> int | None:
    """Return the index of what came first.

    A call that ended and left the connection open ended nothing: the client did.
    """
    others = (
        story.application_close,
        story.client_close,
        story.server_close,
        earliest(story.tcp_end, story.told),
    )
    end, next_one = story.application_end, earliest(*others)
    if end is None or (next_one is not None and next_one < end):
        return next_one
    by_client = next_one is not None and (
        next_one == story.client_close
        or (next_one == story.tcp_end and story.ended_by == "client")
    )
    return next_one if by_client else end


def _is_told_earlier(story: Story) -> bool:
    """Return whether the first close frame is not among the events that were kept."""
    seen = earliest(story.client_close, story.server_close)
    return seen is None and story.connection.close_frame is not None


def _earlier(story: Story) -> Finding:
    """Return who sent the first close frame, which an earlier look has shown."""
    frame = story.connection.close_frame
    assert frame is not None
    said = code_and_reason(frame.close_code, frame.close_reason)
    if frame.sender == "client":
        text = f"The client closed {said}."
        return Finding("client-closed", text, (), fails(frame))
    return unknown(f"The server sent {closes(frame)}", failed=fails(frame))


def _told(story: Story) -> Finding:
    """Return what the application was told, where no wire was recorded."""
    index = story.told
    assert index is not None
    event = story.step(index)
    said = code_and_reason(event.code, event.reason)
    text = (
        f"The connection ended {said}, as the handler was told; by whom, a trace "
        "without the wire does not show."
    )
    return Finding("disconnected", text, (index,), event.code not in FAILS_NOT)
