"""The handler API: `async def handler(scope, info, matches, web_socket)`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from wslab.websocket.asgi import Scope
from wslab.websocket.connection import Connection
from wslab.websocket.declaration import name_of, require_async
from wslab.websocket.errors import DeclarationError
from wslab.websocket.providers import Providers
from wslab.websocket.route import Route, RouteOptions

Handler = Callable[[Scope, Any, dict[str, Any], Connection], Awaitable[None]]
"""Called with the ASGI scope, the application's shared data, the values that the path
gave by name, and the connection, which the handler accepts, uses and may close."""


class HandlerRoute(Route):
    """A route to a handler. The handler gets the core's `Connection` itself.

    A `WebSocketDisconnect` that its `send` raises, left uncaught, is the normal end of
    a handler whose client has gone.
    """

    def __init__(self, path: str, handler: Handler, options: RouteOptions) -> None:
        require_async(handler, "the handler")
        try:
            inspect.signature(handler).bind(None, None, None, None)
        except TypeError as error:
            raise DeclarationError(
                f"{name_of(handler)}() must take scope, info, matches, web_socket: "
                f"{error}"
            ) from None
        super().__init__(path, handler, options)
        self._handler = handler
        self.caught = lambda code: True

    def handle(
        self,
        connection: Connection,
        matches: dict[str, Any],
        info: Any,
        providers: Providers,
    ) -> Awaitable[None]:
        """Call the handler."""
        return self._handler(connection.scope, info, matches, connection)
