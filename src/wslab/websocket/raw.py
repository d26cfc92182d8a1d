"""Raw ASGI events through the state machine."""

from __future__ import annotations

from wslab.asgi import Event
from wslab.websocket.connection import Connection
from wslab.websocket.inbox import message_in
from wslab.websocket.lifecycle import State


async def receive_event(connection: Connection) -> Event:
    """Return the next event: connect, then messages, then disconnect."""
    if connection.state is State.CONNECTING:
        return await connection.connect()
    content = await connection.receive()
    if isinstance(content, str):
        return {"type": "websocket.receive", "text": content}
    if content is not None:
        return {"type": "websocket.receive", "bytes": content}
    code, reason = connection.code, connection.reason or ""
    return {"type": "websocket.disconnect", "code": code, "reason": reason}


async def send_event(connection: Connection, event: Event) -> None:
    """Send an event as the method for it would.

    Raises ValueError for a type that no application sends, and that method's errors.
    """
    kind = event["type"]
    if kind == "websocket.send":
        await connection.send(message_in({**event, "type": "websocket.receive"}))
    elif kind == "websocket.accept":
        await connection.accept(event.get("subprotocol"), event.get("headers"))
    elif kind == "websocket.close":
        code = event.get("code", 1000)
        await connection.close(code, event.get("reason") or "")
    else:
        raise ValueError(f"an application sends no {kind!r}; for a denial use reject()")
