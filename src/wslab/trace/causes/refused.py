"""Why a connection never became a WebSocket."""

from __future__ import annotations

import binascii

from wslab.trace.causes.finding import (
    Finding,
    answered,
    code_and_reason,
    one_line,
    raised,
    unknown,
)
from wslab.trace.causes.story import Story, earliest, present, sent, step
from wslab.trace.model import Head

PROXY = "wslab-trace"
"""What our own proxy calls itself in the header Server."""

_START = ("websocket.http.response.start",)


def refused(story: Story) -> Finding:
    """Return why a connection that ended was never accepted."""
    if any(event.type == "http" for event in story.connection.application):
        return _plain(story)
    if story.connection.application:
        return _by_application(story)
    return _by_server(story)


def _by_application(story: Story) -> Finding:
    close = story.first(sent("websocket.close"))
    denial = story.first(step(*_START))
    accept = story.first(step("websocket.accept"))
    end = story.application_end
    response = story.response
    if _is_first(story.tcp_end, accept, close, denial, end, response):
        return _left(story)
    if _is_first(response, accept, close, denial, end):
        return _while_waiting(story)
    if _is_first(close, accept, denial, end):
        return _closed(story, close)
    if _is_first(denial, accept, end):
        return _denied(story, denial)
    if accept is not None:
        return _not_accepted(story, accept)
    if end is not None and _is_first(end, response, story.tcp_end):
        return _ended(story, end)
    return unknown("The connection ended before it was accepted", *present(response))


def _is_first(index: int | None, *others: int | None) -> bool:
    return index is not None and index == earliest(index, *others)


def _head(story: Story, index: int) -> Head:
    event = story.events[index]
    assert isinstance(event, Head)
    return event


def _status(story: Story) -> str:
    """Return the response's status, and who got it."""
    if story.response is None:
        return "no response was sent"
    return f"the client sees {answered(_head(story, story.response))}"


def _left(story: Story) -> Finding:
    evidence = present(story.tcp_end)
    if story.ended_by == "server":
        text = "The server ended the connection before the handler accepted"
        return unknown(text, *evidence)
    text = "The client left before the handler accepted."
    return Finding("client-left-before-accept", text, evidence)


def _while_waiting(story: Story) -> Finding:
    """Return what it is if the server does not wait for the handler's answer.

    uvicorn's shutdown answers 500; so does no server that was measured otherwise.
    """
    assert story.response is not None
    head = _head(story, story.response)
    text = f"The server answered {answered(head)} while the handler had not accepted"
    if head.status != 500:
        return unknown(text, story.response)
    text += ", as uvicorn does when it shuts down."
    return Finding("shutdown-before-accept", text, (story.response,))


def _closed(story: Story, index: int | None) -> Finding:
    assert index is not None
    event = story.step(index)
    evidence = present(index, story.response)
    if event.routed is False:
        return _no_route(story, evidence)
    said = ""
    if event.code is not None or event.reason:
        said = f" {code_and_reason(event.code or 1000, event.reason)}"
    text = f"The application closed{said} before it accepted: {_status(story)}."
    return Finding("closed-before-accept", text, evidence)


def _no_route(story: Story, evidence: tuple[int, ...]) -> Finding:
    path = one_line(story.connection.path.partition("?")[0])
    text = f"No route of the application matches {path}: {_status(story)}."
    return Finding("no-route", text, evidence)


def _denied(story: Story, index: int | None) -> Finding:
    assert index is not None
    event = story.step(index)
    evidence = present(index, story.response)
    if event.routed is False:
        return _no_route(story, evidence)
    text = f"The application refused with a response of its own, {event.code}"
    if story.response is None:
        return Finding("denied", f"{text}, and did not finish it.", evidence)
    return Finding("denied", f"{text}: {_status(story)}.", evidence)


def _not_accepted(story: Story, accept: int) -> Finding:
    """Return why the application's accept made no WebSocket."""
    failed = story.first(step("websocket.accept failed"), accept)
    error = story.first(step("raised"), accept)
    evidence = present(accept, failed, story.response)
    if failed is not None:
        text = f"The application's accept failed: {raised(story.step(failed))}: "
        return Finding("accept-failed", f"{text}{_status(story)}.", evidence)
    if story.response is not None:
        text = f"The application accepted, and the server did not: {_status(story)}."
        return Finding("accept-failed", text, evidence)
    if error is not None:
        text = f"The handler raised {raised(story.step(error))}: {_status(story)}."
        return Finding("raised-before-accept", text, present(accept, error))
    return unknown("The connection ended before it was accepted", *evidence)


def _ended(story: Story, index: int) -> Finding:
    event = story.step(index)
    evidence = present(index, story.response)
    if event.type == "returned":
        text = f"The handler returned without accepting: {_status(story)}."
        return Finding("returned-before-accept", text, evidence)
    if event.detail == "CancelledError":
        text = f"The handler was cancelled before it accepted: {_status(story)}."
        return Finding("cancelled-before-accept", text, evidence)
    text = f"The handler raised {raised(event)} before it accepted: {_status(story)}."
    return Finding("raised-before-accept", text, evidence)


def _plain(story: Story) -> Finding:
    """Return what became of a request that the server took for plain HTTP."""
    request = story.connection.handshake.request
    call = story.first(step("http"))
    evidence = present(call, story.response)
    if request is None or request.get("sec-websocket-key") is None:
        return _page(story, evidence)
    lost = [n for n, is_there in _upgrade(request).items() if not is_there]
    if lost and request.get("upgrade") in (None, "websocket"):
        text = (
            f"The request has no {' and no '.join(lost)}, which a proxy drops unless "
            f"it is told to pass it on: it is plain HTTP, {_status(story)}."
        )
        return Finding("upgrade-missing", text, evidence)
    fault = _fault(request)
    if fault is not None:
        text = f"{fault[0]}: the server took it for plain HTTP, {_status(story)}."
        return Finding("bad-handshake", text, evidence, case=fault[1])
    text = (
        "The request asks for a WebSocket, and the server called the application for "
        f"plain HTTP, as uvicorn does without a WebSocket library: {_status(story)}."
    )
    return Finding("no-websocket-library", text, evidence)


def _page(story: Story, evidence: tuple[int, ...]) -> Finding:
    if story.response is None:
        return unknown("A plain HTTP request got no answer", *evidence)
    head = _head(story, story.response)
    failed = head.status is None or head.status >= 500
    text = f"A plain HTTP request, answered {answered(head)}."
    return Finding("plain-http", text, evidence, failed)


def _by_server(story: Story) -> Finding:
    """Return why there is a response, or none, without a call of the application."""
    request = story.connection.handshake.request
    if story.response is None:
        return _unanswered(story)
    head = _head(story, story.response)
    evidence = present(story.response)
    status = head.status or 0
    if head.get("server") == PROXY:
        text = f"The proxy of wslab trace reached no server, so it answered {status}."
        return Finding("no-server", text, evidence)
    if request is None:
        if status != 400:
            return unknown(f"The server answered {answered(head)}", *evidence)
        text = (
            f"What the client sent is no HTTP that the server can read, so it answered "
            f"{answered(head)}: TLS, where wss:// is asked of a port without it?"
        )
        return Finding("no-http", text, evidence)
    fault = _fault(request) if story.connection.is_websocket else None
    if fault is not None and 400 <= status < 500:
        text = f"{fault[0]}: the server refused with {answered(head)}."
        evidence = present(story.first(lambda e: e is request), story.response)
        return Finding("bad-handshake", text, evidence, case=fault[1])
    if not story.connection.is_websocket and status < 500:
        return _page(story, evidence)
    return _before_the_call(story, head)


def _before_the_call(story: Story, head: Head) -> Finding:
    evidence = present(story.response)
    if not story.connection.is_application_recorded:
        return unknown(f"Refused with {answered(head)} before accept", *evidence)
    text = f"The server answered {answered(head)} without a call of the application"
    if head.status == 503:
        text += ", as uvicorn does at its limit of connections (--limit-concurrency)."
        return Finding("limit-concurrency", text, evidence)
    if head.status == 400:
        return Finding("bad-handshake", f"{text}: it can't read the request.", evidence)
    return unknown(text, *evidence)


def _unanswered(story: Story) -> Finding:
    evidence = present(story.tcp_end)
    if story.ended_by == "server":
        return unknown("The server ended the connection without an answer", *evidence)
    if story.connection.handshake.request is None:
        text = "The client left without a whole request."
        return Finding("no-request", text, evidence, failed=False)
    text = "The client left before an answer"
    if story.connection.is_application_recorded:
        text += ", and the server had not called the application"
    return Finding("client-left-before-accept", f"{text}.", evidence)


def _upgrade(request: Head) -> dict[str, bool]:
    """Return which of the two headers of an upgrade a request has (section 4.1)."""
    tokens = (request.get("connection") or "").lower().split(",")
    upgrade = (request.get("upgrade") or "").lower().strip()
    return {
        "Upgrade: websocket": upgrade == "websocket",
        "Connection: Upgrade": "upgrade" in map(str.strip, tokens),
    }


def _fault(request: Head) -> tuple[str, str | None] | None:
    """Return what is wrong in a handshake's request, and the atlas's scenario of it.

    RFC 6455 section 4.2.1. What a server lets through all the same is no fault of a
    connection that was accepted, so this is for those that were refused.
    """
    version = request.get("sec-websocket-version")
    if request.is_http2:
        return None if version == "13" else _of_version(version)
    method = request.start.partition(" ")[0]
    if method != "GET":
        case = "method-post" if method == "POST" else None
        return f"A handshake is a GET, and this is a {method}", case
    for name, is_there in _upgrade(request).items():
        if not is_there:
            case = f"{name.partition(':')[0].lower()}-missing"
            return f"The request has no {name}", case
    if version != "13":
        return _of_version(version)
    key = request.get("sec-websocket-key")
    if key is None:
        return "The request has no Sec-WebSocket-Key", "key-missing"
    if not _is_key(key):
        return "The request's Sec-WebSocket-Key is not 16 bytes in base64", "key-short"
    if request.get("host") is None:
        return "The request has no Host", "host-missing"
    return None


def _of_version(version: str | None) -> tuple[str, str | None]:
    if version is None:
        return "The request has no Sec-WebSocket-Version", "version-missing"
    text = f"The request's Sec-WebSocket-Version is {one_line(version)}, not 13"
    return text, f"version-{version}"


def _is_key(key: str) -> bool:
    try:
        return len(binascii.a2b_base64(key, strict_mode=True)) == 16
    except (binascii.Error, ValueError):
        return False
