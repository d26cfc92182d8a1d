"""A test with httpx-ws and its transport for ASGI applications."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AsyncExitStack

from httpx import AsyncClient, Headers, Response
from httpx_ws import (
    AsyncWebSocketSession,
    WebSocketDisconnect,
    WebSocketUpgradeError,
    aconnect_ws,
)
from httpx_ws.transport import ASGIWebSocketTransport
from wsproto.events import BytesMessage, Event, TextMessage
from wsproto.utilities import generate_accept_token

from wslab.atlas.acts import KEY
from wslab.atlas.testclients.session import Session
from wslab.atlas.testclients.steps import Close, Message, Ping, Receive


async def play(session: Session) -> None:
    """Play a session; it ends where the `async with` block is left."""
    async with (
        ASGIWebSocketTransport(app=session.app) as transport,
        AsyncClient(transport=transport, base_url="http://testserver") as client,
        AsyncExitStack() as block,
    ):
        connection: AbstractAsyncContextManager[AsyncWebSocketSession] = aconnect_ws(
            session.target,
            client,
            subprotocols=session.subprotocols,
            headers=Headers(session.raw_headers),
        )
        try:
            websocket = await block.enter_async_context(connection)
        except WebSocketUpgradeError as refusal:
            response = refusal.response
            headers = response.headers.multi_items()
            session.refused(response.status_code, headers, response.content)
            return
        except WebSocketDisconnect as end:
            session.closed(end.code, end.reason)
            return
        assert websocket.response is not None
        session.accepted(_headers(websocket.response))
        async for step in session:
            match step:
                case Message(str() as text):
                    await websocket.send_text(text)
                case Message(bytes() as content):
                    await websocket.send_bytes(content)
                case Ping(payload):
                    await websocket.ping(payload)
                case Close(int() as code, reason):
                    await websocket.close(code, reason)
                case Receive():
                    try:
                        event = await websocket.receive()
                    except WebSocketDisconnect as end:
                        session.closed(end.code, end.reason)
                    else:
                        _show(event, session)


def _headers(response: Response) -> list[tuple[str, str]]:
    """Return the headers as they are for the atlas's key: each run has another."""
    key = response.request.headers["sec-websocket-key"]
    theirs, ours = (generate_accept_token(it.encode()).decode() for it in (key, KEY))
    headers = response.headers.multi_items()
    return [(name, value.replace(theirs, ours)) for name, value in headers]


def _show(event: Event, session: Session) -> None:
    match event:
        case TextMessage(data=text):
            session.received(text)
        case BytesMessage(data=content):
            session.received(bytes(content))
        case _:
            session.other(f"event {type(event).__name__}")
