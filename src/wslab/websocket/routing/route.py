"""A route: a path pattern, what answers it, and what holds for its connections."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

from wslab.asgi import Scope
from wslab.websocket.connection import Connection
from wslab.websocket.errors import DeclarationError
from wslab.websocket.limits import Limits
from wslab.websocket.origins import OriginPolicy, Origins
from wslab.websocket.routing.patterns import Pattern
from wslab.websocket.routing.providers import Providers
from wslab.websocket.routing.signatures import name_of, require_async


class RouteOptions(TypedDict, total=False):
    """What every route can have of its own.

    Attributes:
        name: for `path_for`; the function's name by default.
        origins: "same", "*" or a list; the application's by default.
        max_size: bytes in one message of the client; more closes with 1009.
        max_rate: the client's messages a second, as `Application` has it.

    Example:
        `@app.websocket_route("/prices", origins="*", max_rate=5)`
    """

    name: str
    origins: Origins
    max_size: int
    max_rate: float


class Route(ABC):
    """The base of both APIs' routes.

    Attributes:
        pattern: what the path must be.
        name: for the way back from a name to a path.
        limits: what a client may send, where the route has its own.
        origins: which pages may connect, None for the application's.
        caught: tells whether a disconnect with a code, left uncaught, is no error.

    Raises:
        DeclarationError: the path or an option makes no sense.
    """

    caught: Callable[[int], bool]

    def __init__(
        self, path: str, function: Callable[..., Any], options: RouteOptions
    ) -> None:
        self.pattern = Pattern(path)
        self.name = options.get("name") or name_of(function).rpartition(".")[2]
        self.limits = Limits(options.get("max_size"), options.get("max_rate"))
        origins = options.get("origins")
        self.origins = None if origins is None else OriginPolicy(origins)

    def bind(self, providers: Providers) -> None:
        """Check the route against an application's providers; a handler has none."""
        return None

    @abstractmethod
    def handle(
        self,
        connection: Connection,
        matches: dict[str, Any],
        info: Any,
        providers: Providers,
    ) -> Awaitable[None]:
        """Answer one connection.

        Args:
            connection: the connection, before its accept.
            matches: the values that its path gave, by name.
            info: the application's shared data.
            providers: those of the application, to which the route is bound.
        """


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
