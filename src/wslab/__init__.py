"""WebSockets over ASGI: two handler APIs over one connection core."""

from wslab.websocket import (
    URL,
    Application,
    Connection,
    DeclarationError,
    Headers,
    InvalidMessage,
    QueryParams,
    Room,
    Rooms,
    Router,
    State,
    WebSocket,
    WebSocketDisconnect,
    WebSocketStateError,
    bearer_token,
    token_matches,
)

__all__ = [
    "URL",
    "Application",
    "Connection",
    "DeclarationError",
    "Headers",
    "InvalidMessage",
    "QueryParams",
    "Room",
    "Rooms",
    "Router",
    "State",
    "WebSocket",
    "WebSocketDisconnect",
    "WebSocketStateError",
    "bearer_token",
    "token_matches",
]
