"""WebSockets over ASGI: two handler APIs over one connection core."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import the library with its first name.

        Most processes that import something from this package need none of it: a server
        under measurement would take 1.3 times as long to start (benchmarks/start.py).
        """
        if name in __all__:
            return getattr(import_module("wslab.websocket"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
