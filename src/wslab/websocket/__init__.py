"""WebSockets over ASGI: two handler APIs over one connection core."""

from wslab.websocket.application import Application
from wslab.websocket.connection import Connection
from wslab.websocket.errors import (
    DeclarationError,
    InvalidMessage,
    WebSocketDisconnect,
    WebSocketStateError,
)
from wslab.websocket.headers import Headers
from wslab.websocket.lifecycle import State
from wslab.websocket.query import URL, QueryParams
from wslab.websocket.rooms import Room, Rooms
from wslab.websocket.routing import Router
from wslab.websocket.tokens import bearer_token, token_matches
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
