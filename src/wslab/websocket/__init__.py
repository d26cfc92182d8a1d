"""WebSockets over ASGI: two handler APIs over one connection core."""

from wslab.websocket.application import Application
from wslab.websocket.connection import Connection, State
from wslab.websocket.errors import (
    DeclarationError,
    InvalidMessage,
    WebSocketDisconnect,
    WebSocketStateError,
)
from wslab.websocket.request import (
    URL,
    Headers,
    QueryParams,
    bearer_token,
    token_matches,
)
from wslab.websocket.rooms import Room, Rooms
from wslab.websocket.routing.router import Router
from wslab.websocket.views import WebSocket

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
