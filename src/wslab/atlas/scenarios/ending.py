"""How an application ends a connection that it has accepted."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import scenario


@scenario(
    "The application accepts and returns. What ends the connection?",
    [Connect(), Watch()],
)
async def handler_returns(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})


@scenario(
    "The application accepts and raises. What ends the connection?",
    [Connect(), Watch()],
)
async def handler_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    raise RuntimeError("a fault in the handler")
