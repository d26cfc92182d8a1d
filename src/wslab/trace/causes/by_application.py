"""The application ended a WebSocket: with a close, or with the end of its call."""

from __future__ import annotations

from wslab.trace.causes.finding import Finding, closes, code_and_reason, raised
from wslab.trace.causes.story import Story, close_frame, present, sent, step
from wslab.trace.causes.violation import may_be_sent
from wslab.trace.model import Frame, TcpEnd

FAILS_NOT = (1000, 1001, 1005)
"""Codes of a close that is no failure: those that `websockets` calls OK."""

LONGEST_REASON = 123
"""Bytes of a reason that a close frame has room for (RFC 6455 section 5.5)."""

PATIENCE = 1.0
"""Seconds from which a server that waits for the answer to its close waits long."""


def application_ended(story: Story) -> Finding:
    """Return that the call ended without a close, and how."""
    index = story.application_end
    assert index is not None
    event = story.step(index)
    evidence = present(index, story.server_close, story.tcp_end)
    if event.type == "returned":
        text = f"The handler returned without closing: {_ending(story)}."
        return Finding("handler-returned", text, evidence)
    if event.detail == "CancelledError":
        text = f"The handler was cancelled: {_ending(story)}."
        return Finding("handler-cancelled", text, evidence)
    text = f"The handler raised {raised(event)}: {_ending(story)}."
    return Finding("handler-raised", text, evidence)


def _ending(story: Story) -> str:
    """Return what the server sent in the end."""
    if story.server_close is not None:
        return f"the server sent {closes(story.frame(story.server_close))}"
    if story.connection.tcp_end is None:
        return "this trace does not show what the server sent"
    return "no close frame was sent, the client sees 1006"


def application_closed(story: Story) -> Finding:
    """Return that the application closed, or tried to, and what came of it."""
    index = story.application_close
    assert index is not None
    event = story.step(index)
    asked = 1000 if event.code is None else event.code
    failed = story.first(step("websocket.close failed"), index)
    frame = story.first(close_frame("server"), index)
    evidence = present(index, failed, frame)
    if event.code is not None and not may_be_sent(event.code):
        return _illegal_code(story, event.code, frame, evidence)
    size = len((event.reason or "").encode("utf-8", "replace"))
    if size > LONGEST_REASON:
        return _long_reason(story, size, frame, evidence)
    if failed is not None and not story.has_steps_between(index, failed):
        text = f"The application's close failed: {raised(story.step(failed))}; "
        return Finding("close-failed", f"{text}{_ending(story)}.", evidence)
    said = f"The application closed {code_and_reason(asked, event.reason)}"
    after = _afterwards(story, index)
    if after is not None:
        return after._replace(text=f"{said}, {after.text}")
    if _timed_out(story, frame):
        text = f"{said}, and the client did not answer the close frame."
        return Finding("close-timeout", text, present(index, frame, story.tcp_end))
    text = f"{said}."
    if frame is not None and isinstance(story.connection.tcp_end, TcpEnd):
        text = f"{said}.{_reset(story)}"
    fails = asked not in FAILS_NOT
    return Finding("application-closed", text, evidence, fails, f"close-with-{asked}")


def _illegal_code(
    story: Story, code: int, frame: int | None, evidence: tuple[int, ...]
) -> Finding:
    text = f"The application closed with {code}, a code that no close frame may have: "
    if frame is None:
        text += _ending(story)
    elif story.frame(frame).close_code == code:
        text += "the server sent it all the same"
    else:
        text += f"the server sent {closes(story.frame(frame))} instead"
    case = f"close-with-{code}"
    return Finding("illegal-close-code", f"{text}.", evidence, case=case)


def _long_reason(
    story: Story, size: int, frame: int | None, evidence: tuple[int, ...]
) -> Finding:
    text = f"The application closed with a reason of {size} bytes, over 123: "
    if frame is None:
        text += _ending(story)
    else:
        text += f"the server sent {story.frame(frame).length - 2} of them"
    return Finding("long-close-reason", f"{text}.", evidence)


def _afterwards(story: Story, close: int) -> Finding | None:
    """Return what the handler did wrong after its close."""
    late = ("websocket.send", "websocket.close", "websocket.accept")
    second = story.first(sent(*late), close)
    error = story.first(step("raised"), close)
    if error is None or story.step(error).detail == "CancelledError":
        return None
    event = story.step(error)
    evidence = present(close, second, error)
    about_close = any(word in (event.detail or "") for word in _AFTER_CLOSE)
    if second is not None or about_close:
        what = "sent" if second is None else _did(story.step(second).type)
        text = f"then {what} again: {raised(event)}."
        if second is not None and story.step(second).type == "websocket.send":
            text = f"then sent a message: {raised(event)}."
        return Finding("send-after-close", text, evidence)
    return Finding("raised-after-close", f"then raised {raised(event)}.", evidence)


_AFTER_CLOSE = ("close message has been sent", "after sending 'websocket.close'")


def _did(kind: str) -> str:
    return {"websocket.accept": "accepted", "websocket.close": "closed"}.get(
        kind, "sent"
    )


def _timed_out(story: Story, frame: int | None) -> bool:
    """Return whether the server waited for an answer to its close in vain."""
    times = story.connection.times
    if frame is None or story.tcp_end is None or not times:
        return False
    answered = story.first(close_frame("client"), frame) is not None
    waited = times[story.tcp_end] - times[frame]
    return not answered and story.ended_by == "server" and waited >= PATIENCE


def _reset(story: Story) -> str:
    """Return what a reset does to a close frame that was sent before it."""
    end = story.connection.tcp_end
    if end is None or end.sender != "server" or end.how != "reset":
        return ""
    return " The TCP connection was reset, which may reach the client first."


def fails(frame: Frame) -> bool:
    """Return whether a close frame tells of a failure."""
    return frame.close_code not in FAILS_NOT
