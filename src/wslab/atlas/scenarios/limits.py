"""What a limit on connections counts; each of these runs in a process of its own."""

from __future__ import annotations

from dataclasses import replace

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import As, Await, Connect, Leave, Reset, Watch, close
from wslab.atlas.scenario import Options, scenario

TWO = Options(limit=2)

PAGE = Connect(upgrade=None, connection=None, key=None, version=None)
"""A plain GET, of a page that does not end before its client leaves."""

SHORT_PAGE = replace(PAGE, target="/short", connection="close", waits=False)
"""A plain GET, of a page that ends at once."""

WEBSOCKET = Connect(waits=False)


async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a plain GET."""
    is_short = scope["path"] == "/short"
    headers = [(b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if is_short:
        await send({"type": "http.response.body", "body": b"page"})
        return
    await send({"type": "http.response.body", "body": b"pa", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


@scenario(
    "Two connections are allowed, and three WebSockets come: is one refused?",
    [Connect(), Connect(), WEBSOCKET, Watch(2)],
    options=TWO,
    name="limit-websockets",
)
@scenario(
    "Two connections are allowed, two are WebSockets: is a plain GET refused?",
    [Connect(), Connect(), PAGE, Watch(2)],
    options=TWO,
    name="limit-page-after-websockets",
)
@scenario(
    "Two connections are allowed, two are open responses: is a WebSocket refused?",
    [PAGE, PAGE, WEBSOCKET, Watch(2)],
    options=TWO,
    name="limit-websocket-after-pages",
)
@scenario(
    "Two connections are allowed, a WebSocket and an open response are there: is a"
    " plain GET refused?",
    [Connect(), PAGE, SHORT_PAGE, Watch(2)],
    options=TWO,
    name="limit-page-beside-both",
)
@scenario(
    "Two connections are allowed, a WebSocket and an open response are there: is a"
    " WebSocket refused?",
    [Connect(), PAGE, WEBSOCKET, Watch(2)],
    options=TWO,
    name="limit-websocket-beside-both",
)
@scenario(
    "Two connections are allowed, and two WebSockets have closed: is there a place for"
    " a plain GET again?",
    [
        *(Connect("/1"), Connect("/2"), SHORT_PAGE, Watch(1), Leave()),
        *(As(1, close()), Await("notes /1 ends"), As(1, Watch(2))),
        *(As(2, close()), Await("notes /2 ends"), As(2, Watch(2))),
        *(SHORT_PAGE, Watch(1)),
    ],
    options=TWO,
    name="limit-after-close",
)
@scenario(
    "Two connections are allowed, and two WebSockets were reset: is there a place for a"
    " plain GET again?",
    [
        *(Connect("/1"), Connect("/2"), SHORT_PAGE, Watch(1), Leave()),
        *(As(1, Reset()), Await("notes /1 ends"), As(2, Reset())),
        *(Await("notes /2 ends"), SHORT_PAGE, Watch(1)),
    ],
    options=TWO,
    name="limit-after-reset",
)
@scenario(
    "Two connections are allowed, two are open responses and a WebSocket waits: does it"
    " get the place of one whose client leaves?",
    [PAGE, PAGE, WEBSOCKET, Watch(1), As(1, Leave()), Watch(2)],
    options=TWO,
    name="limit-after-pages",
)
async def stays(scope: Scope, receive: Receive, send: Send) -> str | None:
    if scope["type"] == "http":
        await _serve(scope, receive, send)
        return None
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    return f"{scope['path']} ends"


@scenario(
    "Two connections are allowed, two WebSockets have closed, their handlers run on: is"
    " there a place for a plain GET?",
    [
        *(Connect(), Connect(), As(1, close(1000)), As(1, Watch(2))),
        *(As(2, close(1001)), As(2, Watch(2))),
        *(Await("receives disconnect 1000"), Await("receives disconnect 1001")),
        *(SHORT_PAGE, Watch(1)),
    ],
    options=TWO,
    name="limit-handlers-run-on",
)
async def runs_on(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await _serve(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await scope["signal"]("never")


@scenario(
    "Two connections are allowed, and two handshakes were refused: is there a place for"
    " a plain GET?",
    [Connect(), Watch(2), Connect(), Watch(2), SHORT_PAGE, Watch(1)],
    options=TWO,
    name="limit-after-refusals",
)
async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await _serve(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close"})
