"""A test with the communicator of Django Channels."""

from __future__ import annotations

from typing import Any

from channels.testing import (  # type: ignore[import-untyped]
    WebsocketCommunicator,
)

from wslab.atlas.testclients.session import Session, decoded
from wslab.atlas.testclients.steps import Close, Message, Receive


async def play(session: Session) -> None:
    """Play a session; it ends with `disconnect()`, as the documentation has it."""
    communicator = WebsocketCommunicator(
        session.app,
        session.target,
        session.raw_headers,
        session.subprotocols,
    )
    connected, detail = await communicator.connect()
    if not connected:
        session.closed(detail, None)
        return
    session.accepted(decoded(communicator.response_headers), detail)
    async for step in session:
        match step:
            case Message(str() as text):
                await communicator.send_to(text_data=text)
            case Message(bytes() as content):
                await communicator.send_to(bytes_data=content)
            case Close(int() as code):
                await communicator.disconnect(code)
                return
            case Receive():
                _show(await communicator.receive_output(), session)
    await communicator.disconnect()


def _show(event: Any, session: Session) -> None:
    match event:
        case {"type": "websocket.send", "text": str() as text}:
            session.received(text)
        case {"type": "websocket.send", "bytes": bytes() as content}:
            session.received(content)
        case {"type": "websocket.close"}:
            session.closed(event.get("code", 1000), event.get("reason"))
        case _:
            session.other(f"event {event.get('type', 'without a type')}")
