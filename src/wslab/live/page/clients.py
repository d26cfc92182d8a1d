"""The WebSockets of the page's own scripts, which JavaScript asks for by name."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextvars import Context
from typing import Any, Protocol

from wslab.live.browser_socket import (
    BrowserSocket,
    Closed,
    Errored,
    Message,
    Opened,
    Sent,
    SocketEvent,
)
from wslab.live.owner import OWNER, Owner


class Tell(Protocol):
    """Sends a message of frontend/src/live/messages.ts."""

    def __call__(self, **message: Any) -> None: ...


class Clients:
    """The sockets by name, each a client of its own: it goes on while a cell blocks.

    Bytes come and go as an object that has them in `base64`, since messages are JSON.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._sockets: dict[str, BrowserSocket] = {}

    def connect(self, socket: str, url: str, protocols: str, origin: str) -> None:
        """Begin to connect, as `BrowserSocket` does.

        Args:
            socket: the socket's name.
            url: where to.
            protocols: a list of the subprotocols that are offered, as JSON.
            origin: that of the page.
        """
        context = Context()
        context.run(OWNER.set, Owner())
        tell = self._teller(socket)
        offered = json.loads(protocols)
        new = context.run(BrowserSocket, url, offered, origin, tell)
        self._sockets[socket] = new

    def send(self, socket: str, data: str, is_text: bool) -> None:
        """Send a text, or the bytes of which this is the base64."""
        self._call(socket, lambda it: it.send(data if is_text else b64decode(data)))

    def close(self, socket: str, code: int | None = None, reason: str = "") -> None:
        """Start the closing handshake."""
        self._call(socket, lambda it: it.close(code, reason))

    def abandon(self, socket: str) -> None:
        """End a socket without a word; it is told nothing more."""
        self._call(socket, BrowserSocket.abandon)
        self._sockets.pop(socket, None)

    def _call(self, socket: str, act: Callable[[BrowserSocket], None]) -> None:
        """Act on a socket in a context of its own, if it has not ended."""
        if (found := self._sockets.get(socket)) is not None:
            Context().run(act, found)

    def _teller(self, socket: str) -> Callable[[SocketEvent], None]:
        def tell(event: SocketEvent) -> None:
            if isinstance(event, Closed):
                self._sockets.pop(socket, None)
            self._tell(socket=socket, **as_message(event))

        return tell


def as_message(event: SocketEvent) -> dict[str, Any]:
    """Return what JavaScript is told, less the name of the socket."""
    match event:
        case Opened(protocol, extensions):
            return {"type": "opened", "protocol": protocol, "extensions": extensions}
        case Message(data):
            return {"type": "message", "data": as_json(data)}
        case Sent(size):
            return {"type": "sent", "bytes": size}
        case Errored():
            return {"type": "errored"}
        case Closed(code, reason, clean):
            return {"type": "closed", "code": code, "reason": reason, "clean": clean}


def as_json(data: str | bytes) -> str | dict[str, str]:
    """Return a text as it is, and bytes in an object that has their base64."""
    return data if isinstance(data, str) else {"base64": b64encode(data).decode()}
