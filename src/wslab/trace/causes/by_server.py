"""The server ended a WebSocket by itself: a limit, a rule, a time-out, its shutdown."""

from __future__ import annotations

from wslab.trace.causes.finding import Finding, closes, one_line, unknown
from wslab.trace.causes.story import Story, Test, close_frame, earliest, present, step
from wslab.trace.causes.violation import Violation, first_violation
from wslab.trace.model import ApplicationEvent, Frame, Opcode

_AS = {
    1001: ", as one does that shuts down",
    1002: ", as for a breach of the protocol",
    1007: ", as for a text that is not UTF-8",
    1012: ", as one does that shuts down",
}
"""What a server means by codes that an application may send as well."""

_BROKEN = (1002, 1003, 1005, 1007)
"""Codes with which servers close for what breaks the protocol; 1005 is Granian's."""


def broke_protocol(story: Story) -> Finding | None:
    """Return that the client broke the protocol, if the server closed for that.

    The server ended the connection next, and nobody had closed before.
    """
    violation = first_violation(story)
    if violation is None:
        return None
    at = violation.at
    done = earliest(story.application_close, story.application_end, story.tcp_end)
    if done is not None and done < at:
        return None
    before = [i for i in (story.client_close, story.server_close) if i is not None]
    if any(i < at for i in before):
        return None
    close = story.first(close_frame("server"), at)
    if close is not None:
        return _closed_for(story, violation, close)
    own = earliest(story.application_close, story.application_end)
    ended = story.tcp_end
    if ended is None or story.ended_by != "server" or (own is not None and own < ended):
        return None
    if violation.cause == "invalid-utf-8" and _told_code(story) == 1002:
        return None  # the server saw another fault
    text = f"{violation.text}: the server ended the connection without a close frame."
    evidence = (at, ended)
    return Finding(violation.cause, text, evidence, case=violation.case)


def _closed_for(story: Story, violation: Violation, close: int) -> Finding | None:
    frame = story.frame(close)
    if violation.cause == "invalid-utf-8" and frame.close_code == 1002:
        return None  # the server saw another fault
    own = earliest(story.application_close, story.application_end)
    if frame.close_code not in _BROKEN or (own is not None and own < close):
        return None
    client = story.client_close
    between = client is not None and violation.at < client < close
    if between and story.connection.close_code == frame.close_code:
        return None  # an echo: the server let the violation through
    text = f"{violation.text}: the server sent {closes(frame)}."
    evidence = (violation.at, close)
    return Finding(violation.cause, text, evidence, case=violation.case)


def server_closed(story: Story) -> Finding:
    """Return why the server sent a close frame that the application did not ask for.

    Of an application that was not recorded nobody knows whether it did.
    """
    index = story.server_close
    assert index is not None
    frame = story.frame(index)
    reason = frame.close_reason or ""
    if frame.close_code in _AS and not story.has_application:
        text = f"The server sent {closes(frame)}{_AS[frame.close_code]}, or because"
        return unknown(f"{text} its application closed so", index)
    if frame.close_code in (1001, 1012):
        return _shutdown(story, index)
    if frame.close_code == 1011 and "ping" in reason:
        return _keepalive(story, index)
    last = story.last(_is_message, index)
    evidence = present(last, index)
    said = closes(frame)
    if frame.close_code == 1009:
        text = f"A message of the client was too large: the server sent {said}."
        return Finding("message-too-big", text, evidence)
    if frame.close_code == 1007:
        text = f"The client sent a text that is not UTF-8: the server sent {said}."
        return Finding("invalid-utf-8", text, evidence)
    if frame.close_code == 1002:
        text = f"The client broke the protocol: the server sent {said}."
        return Finding("protocol-error", text, evidence)
    return unknown(f"The server sent {said}", index, failed=frame.close_code != 1000)


def _is_message(event: object) -> bool:
    return (
        isinstance(event, Frame) and event.sender == "client" and not event.is_control
    )


def _shutdown(story: Story, index: int) -> Finding:
    frame = story.frame(index)
    end = story.first(step("raised"), index)
    if end is not None and story.step(end).detail == "CancelledError":
        text = (
            f"The server shut down: it sent {closes(frame)}, and cancelled the handler,"
            " which had not ended in time."
        )
        return Finding("cancelled-by-shutdown", text, (index, end))
    text = f"The server shut down: it sent {closes(frame)}."
    return Finding("shutdown", text, (index,))


def _keepalive(story: Story, index: int) -> Finding:
    """Return which side is to blame for a ping without a pong.

    A server that holds up messages which the handler does not receive does not read
    the pong behind them.
    """
    said = closes(story.frame(index))
    ping = story.last(
        lambda e: (
            isinstance(e, Frame) and e.sender == "server" and e.opcode == Opcode.PING
        ),
        index,
    )
    waiting = _unread(story, index)
    pong = ping is not None and story.first(_pong(story.frame(ping)), ping) is not None
    evidence = present(ping, *waiting[:1], index)
    if waiting and (pong or story.connection.paused):
        count = len(waiting)
        messages = "1 message waits" if count == 1 else f"{count} messages wait"
        text = (
            f"The handler does not receive: {messages}, the server reads no pong and "
            f"sent {said}."
        )
        return Finding("handler-not-receiving", text, evidence)
    if ping is None or pong or story.connection.paused:
        return unknown(f"The server sent {said}", *evidence)
    text = f"The client did not answer the last ping: the server sent {said}."
    return Finding("client-silent", text, evidence)


def _pong(ping: Frame) -> Test:
    return lambda e: (
        isinstance(e, Frame)
        and e.sender == "client"
        and e.opcode == Opcode.PONG
        and e.payload == ping.payload
    )


def _unread(story: Story, before: int) -> list[int]:
    """Return where the messages are that the handler had not received by then.

    Messages are numbered from the connection's beginning. Where the trace has not that,
    and no message that was received, none is counted; nor without the application.
    """
    if not story.has_application:
        return []
    received = [
        event.pair[1] + 1
        for event in story.events[:before]
        if isinstance(event, ApplicationEvent)
        and event.type == "websocket.receive"
        and event.pair
    ]
    whole = not (story.connection.continued or story.connection.left_out)
    if not received and not whole:
        return []
    taken = max(received, default=0)
    return [
        i
        for i, f in story.frames("client")
        if i < before and f.message is not None and f.fin and f.message >= taken
    ]


def _told_code(story: Story) -> int | None:
    """Return the code with which the application was told of the end."""
    told = story.first(step("websocket.disconnect"))
    return None if told is None else story.step(told).code


def server_gone(story: Story) -> Finding:
    """Return why the server ended the TCP connection without a close frame."""
    index = story.tcp_end
    assert index is not None
    told = story.first(step("websocket.disconnect"))
    if told is not None and story.step(told).code in (1002, 1007):
        reason = one_line(story.step(told).reason or str(story.step(told).code))
        text = f"The client broke the protocol ({reason}): "
        text += "the server ended the connection without a close frame."
        return Finding("protocol-error", text, present(index, told))
    text = "The server ended the TCP connection without a close frame"
    return unknown(text, index)
