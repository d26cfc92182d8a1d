"""What a limit on connections counts; each of these runs in a process of its own."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import Options, scenario

TWO = Options(limit=2)

PAGE = Connect(upgrade=None, connection=None, key=None, version=None)
"""A plain GET."""

WEBSOCKET = Connect(waits=False)


async def stays(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await receive()
        return
    headers = [(b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"pa", "more_body": True})
    await scope["signal"]("never")


scenario(
    "Two connections are allowed, and three WebSockets come: is one refused?",
    [Connect(), Connect(), WEBSOCKET, Watch(2)],
    options=TWO,
    name="limit-websockets",
)(stays)
scenario(
    "Two connections are allowed, two are WebSockets: is a plain GET refused?",
    [Connect(), Connect(), PAGE, Watch(2)],
    options=TWO,
    name="limit-page-after-websockets",
)(stays)
scenario(
    "Two connections are allowed, two are open responses: is a WebSocket refused?",
    [PAGE, PAGE, WEBSOCKET, Watch(2)],
    options=TWO,
    name="limit-websocket-after-pages",
)(stays)
