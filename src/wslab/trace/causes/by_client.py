"""The client ended a WebSocket: with a close frame, or with the TCP connection."""

from __future__ import annotations

from wslab.trace.causes.by_application import fails
from wslab.trace.causes.finding import (
    Finding,
    closes,
    code_and_reason,
    one_line,
    raised,
)
from wslab.trace.causes.story import Story, close_frame, present, step
from wslab.trace.model import Head, TcpEnd

SILENCE = 5
"""Seconds that an idle limit is a multiple of."""

EARLY, LATE = 0.02, 0.1
"""Seconds that an idle limit may seem to be off, as seen by the server."""


def client_closed(story: Story) -> Finding:
    """Return that the client sent the first close frame."""
    index = story.client_close
    assert index is not None
    frame = story.frame(index)
    answer = story.first(close_frame("server"), index)
    evidence = present(index, answer)
    said = code_and_reason(frame.close_code, frame.close_reason)
    if frame.close_code == 1001 and _is_browser(story.connection.handshake.request):
        text = "The page was left, reloaded or closed: its browser closed with 1001."
        return _after(story, index, Finding("page-left", text, evidence, False))
    if frame.close_code == 1011 and "keepalive" in (frame.close_reason or ""):
        text = f"The client closed {said}: no pong of the server reached it in time."
        return Finding("client-keepalive", text, evidence)
    text = f"The client closed {said}."
    if answer is not None and story.frame(answer).close_code != frame.close_code:
        text = f"The client closed {said}, and the server answered "
        text += f"{closes(story.frame(answer))}."
    case = f"client-closes-{frame.close_code}"
    if frame.length < 2:
        case = "client-closes-without-a-code"
    finding = Finding("client-closed", text, evidence, fails(frame), case)
    return _after(story, index, finding)


def client_gone(story: Story) -> Finding:
    """Return that the client ended the TCP connection without a close frame."""
    index = story.tcp_end
    assert index is not None
    end = story.events[index]
    assert isinstance(end, TcpEnd)
    request = story.connection.handshake.request
    by_proxy = request is not None and any(map(request.get, _PROXIES))
    silence = _silence(story, index)
    if by_proxy and end.how == "FIN" and silence is not None:
        text = (
            f"Probably the idle limit of a proxy: after {silence} s without a byte it "
            "ended the TCP connection without a close frame."
        )
        return Finding("proxy-idle", text, (index,))
    unwanted = _unwanted_subprotocol(story)
    if unwanted is not None:
        return _after(story, index, unwanted)
    who = "The client, or a proxy before it," if by_proxy else "The client"
    if end.how == "FIN":
        text = f"{who} ended the TCP connection (FIN) without a close frame."
        return _after(story, index, Finding("client-left", text, (index,)))
    if end.how == "reset":
        text = f"{who} reset the TCP connection, without a close frame."
        return _after(story, index, Finding("client-reset", text, (index,)))
    text = f"{who} ended the connection ({end.how}) without a close frame."
    return _after(story, index, Finding("client-left", text, (index,)))


_PROXIES = (
    *("via", "forwarded", "x-forwarded-for", "x-forwarded-proto"),
    *("x-forwarded-host", "x-real-ip"),
)


def _is_browser(request: Head | None) -> bool:
    """Return whether a browser asked: each says Mozilla; others may have an Origin."""
    if request is None:
        return False
    agent = request.get("user-agent")
    if agent is None:
        return request.get("origin") is not None
    return agent.startswith("Mozilla/")


def _is_firefox(request: Head) -> bool:
    return " Firefox/" in (request.get("user-agent") or "")


def _unwanted_subprotocol(story: Story) -> Finding | None:
    """Return that the client had to fail the connection for what was chosen.

    That is a subprotocol that it had not offered (RFC 6455 section 4.1). A browser also
    fails it if it offered some and none was chosen (WHATWG WebSockets, its handshake);
    Firefox 153 does not.
    """
    handshake = story.connection.handshake
    request, response = handshake.request, handshake.response
    if request is None or response is None or any(story.frames("client")):
        return None
    offer = request.get("sec-websocket-protocol")
    chosen = response.get("sec-websocket-protocol")
    if chosen is not None:
        if offer and chosen in map(str.strip, offer.split(",")):
            return None
        text = (
            f"The server chose the subprotocol {one_line(chosen)}, which the client "
            "had not offered: it failed the connection."
        )
        case = "subprotocol-outside-the-offer" if offer else "subprotocol-not-offered"
    elif offer and _is_browser(request) and not _is_firefox(request):
        text = (
            "The server chose none of the subprotocols that the client had offered: "
            "a browser then fails the connection."
        )
        case = "subprotocol-none-chosen"
    else:
        return None
    return Finding(
        "subprotocol", text, present(story.response, story.tcp_end), case=case
    )


def _silence(story: Story, end: int) -> int | None:
    """Return the seconds of silence before the end, if they look like a limit."""
    times = story.connection.times
    before = story.last(lambda e: not hasattr(e, "place"), end)
    if before is None or not times:
        return None
    silence = times[end] - times[before]
    limit = SILENCE * round(silence / SILENCE)
    is_whole = limit and -EARLY <= silence - limit <= LATE
    return limit if is_whole else None


def _after(story: Story, gone: int, finding: Finding) -> Finding:
    """Add what the handler did when the client had gone."""
    error = story.first(step("raised"), gone)
    if error is None or story.step(error).detail == "CancelledError":
        return finding
    event = story.step(error)
    evidence = present(*finding.evidence, error)
    swallowed = event.detail == "ClientDisconnected"  # uvicorn's, which it ignores
    failed = story.first(step("websocket.send failed", "websocket.close failed"), gone)
    text = f"{finding.text[:-1]}; then the handler raised {raised(event)}."
    if failed is not None and story.step(failed).type == "websocket.send failed":
        text = f"{finding.text[:-1]}; the handler sent all the same: {raised(event)}."
        evidence = present(*evidence, failed)
        return Finding(
            "send-after-gone", text, evidence, finding.failed or not swallowed
        )
    if swallowed:
        return finding
    return finding._replace(text=text, evidence=evidence, failed=True)
