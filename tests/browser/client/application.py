"""The server of conversation.js: each path is a way to behave."""

from __future__ import annotations

from typing import Any


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Behave as the path says."""
    path = scope["path"]
    if scope["type"] != "websocket":
        return
    await receive()
    if path == "/raise":
        raise LookupError("an application's mistake")
    if path in ("/refuse", "/missing"):
        status = 401 if path == "/refuse" else 404
        await send({"type": "websocket.http.response.start", "status": status})
        await send({"type": "websocket.http.response.body", "body": b"no"})
        return
    chosen = "chat" if "chat" in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    await BEHAVIOURS[path.split("/")[1]](path, receive, send)


async def echo(path: str, receive: Any, send: Any) -> None:
    while (event := await receive())["type"] == "websocket.receive":
        text, data = event.get("text"), event.get("bytes")
        answer = {"text": text} if text is not None else {"bytes": data}
        await send({"type": "websocket.send", **answer})


async def close(path: str, receive: Any, send: Any) -> None:
    code = int(path.split("/")[2])
    await send({"type": "websocket.close", "code": code, "reason": f"it is {code}"})


async def vanish(path: str, receive: Any, send: Any) -> None:
    await send({"type": "websocket.send", "text": "soon gone"})


async def text(path: str, receive: Any, send: Any) -> None:
    await send({"type": "websocket.send", "text": "before the close"})
    await send({"type": "websocket.close"})


async def count(path: str, receive: Any, send: Any) -> None:
    for _ in range(20):
        event = await receive()
        await send({"type": "websocket.send", "text": event["text"] * 2})
    await send({"type": "websocket.close"})


async def length(path: str, receive: Any, send: Any) -> None:
    event = await receive()
    await send({"type": "websocket.send", "text": str(len(event["text"]))})
    await receive()


BEHAVIOURS = {
    "echo": echo,
    "early": echo,
    "protocol": echo,
    "close": close,
    "vanish": vanish,
    "text": text,
    "count": count,
    "length": length,
}
