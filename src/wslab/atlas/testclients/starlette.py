"""A test with Starlette's TestClient, which runs the application in a thread."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from httpx import Headers
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from wslab.atlas.testclients.session import Session, decoded
from wslab.atlas.testclients.steps import Close, Message, Receive


async def play(session: Session) -> None:
    """Play a session; each call of the test client blocks, as it does in a test."""
    client = TestClient(session.app)
    connection = client.websocket_connect(
        session.target, session.subprotocols, headers=Headers(session.raw_headers)
    )
    with ExitStack() as block:
        try:
            websocket = block.enter_context(connection)
        except WebSocketDenialResponse as denial:
            headers = denial.headers.multi_items()
            session.refused(denial.status_code, headers, denial.content)
            return
        except WebSocketDisconnect as end:
            session.closed(end.code, end.reason)
            return
        headers = websocket.extra_headers or []
        session.accepted(decoded(headers), websocket.accepted_subprotocol)
        async for step in session:
            match step:
                case Message(str() as text):
                    websocket.send_text(text)
                case Message(bytes() as content):
                    websocket.send_bytes(content)
                case Close(int() as code, reason):
                    websocket.close(code, reason)
                case Receive():
                    _show(websocket.receive(), session)


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
