"""How an application refuses a connection before it accepts one."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import Rule, scenario


@scenario(
    "The application closes before it accepts. What does the client get?",
    [Connect(), Watch()],
    source="ASGI, Close",
    word="MUST",
    rule=Rule(client=("HTTP 403",), application=("returns",)),
)
async def close_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


@scenario(
    "The application returns without accepting or closing. What does the client get?",
    [Connect(), Watch(8)],
)
async def return_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()


@scenario(
    "The application raises before it accepts. What does the client get?",
    [Connect(), Watch(8)],
)
async def raise_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    raise RuntimeError("no")
