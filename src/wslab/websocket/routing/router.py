"""One routing table for both APIs, with prefixes and the way back by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, Unpack
from urllib.parse import quote

from wslab.websocket.errors import DeclarationError
from wslab.websocket.routing.providers import Providers
from wslab.websocket.routing.route import Handler, HandlerRoute, Route, RouteOptions
from wslab.websocket.routing.views import (
    DEFAULT_CAUGHT,
    CaughtCodes,
    View,
    ViewOptions,
    ViewRoute,
)

H = TypeVar("H", bound=Handler)
V = TypeVar("V", bound=View)
Match = tuple[Route, dict[str, Any]]


class Router:
    """A routing table for both APIs: the first route that matches wins.

    Routes stand in the order of their registration. One that is added after the router
    was included is there too. Every method that adds raises DeclarationError for a
    mistake in the declaration.

    Example:
        ```python
        from wslab import Application, Router

        app, rooms = Application(), Router()

        @rooms.websocket_route("/{room}")
        async def room(ws, room: str):
            await ws.send(f"welcome to {room}")

        app.include_router(rooms, prefix="/rooms")
        ```
    """

    def __init__(self) -> None:
        self._entries: list[Route | tuple[str, Router]] = []
        self._bound: list[Providers] = []

    def add(self, path: str, handler: Handler, **options: Unpack[RouteOptions]) -> None:
        """Route a path to a handler.

        Args:
            path: a path pattern.
            handler: an `async def` that takes `scope, info, matches, web_socket`.
            options: see `RouteOptions`.

        Raises:
            DeclarationError: the pattern, the handler or an option is wrong.

        Example:
            `app.ws_router.add("/rooms/{room}/{page:int}", handler)`
        """
        self._add(HandlerRoute(path, handler, options))

    def on_ws_request(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Decorate a handler; the same as `add`.

        Args:
            path: a path pattern.
            options: see `RouteOptions`.

        Raises:
            DeclarationError: the pattern, the handler or an option is wrong.

        Example:
            ```python
            from wslab import Application

            app = Application()

            @app.on_ws_request("/echo/{room}")
            async def handler(scope, info, matches, web_socket):
                await web_socket.accept()
                await web_socket.send(matches["room"])
            ```
        """

        def register(handler: H) -> H:
            self.add(path, handler, **options)
            return handler

        return register

    def websocket_route(
        self,
        path: str,
        *,
        value_type: str | None = None,
        receive_type: str = "text",
        send_type: str = "text",
        auto_accept: bool = True,
        caught_close_codes: CaughtCodes = DEFAULT_CAUGHT,
        **options: Unpack[RouteOptions],
    ) -> Callable[[V], V]:
        """Decorate a view.

        Args:
            path: a path pattern.
            value_type: both of the following types; they stand where it is None.
            receive_type: what `ws.receive()` returns: "text", "bytes", "json" or
                "event".
            send_type: what `ws.send()` takes: one of the same four.
            auto_accept: accept the connection before the view runs.
            caught_close_codes: a disconnect with one of these codes, or with any for
                the builtin `all`, ends the view in silence; another one of the client's
                goes on to the server.
            options: see `RouteOptions`.

        Raises:
            DeclarationError: the pattern, the view or an option is wrong, or nothing
                supplies one of the view's parameters.

        Example:
            ```python
            from wslab import Application

            app = Application()

            @app.websocket_route("/chat/{channel}", value_type="json")
            async def chat(ws, channel: str, anonymous: bool = False):
                async for message in ws:
                    await ws.send({"channel": channel, "echo": message})
            ```
        """
        how = ViewOptions(
            value_type, receive_type, send_type, auto_accept, caught_close_codes
        )

        def register(view: V) -> V:
            self._add(ViewRoute(path, view, how, options))
            return view

        return register

    def include_router(self, router: Router, prefix: str = "") -> None:
        """Serve another router's routes below a literal prefix.

        Args:
            router: the other router; what is added to it later is served too.
            prefix: a path with a slash before it and none after, or "".

        Raises:
            DeclarationError: the prefix is no such path, a router would include itself,
                or nothing supplies a parameter of one of its views.

        Example:
            `app.include_router(rooms, prefix="/v1")`
        """
        if "{" in prefix or prefix.endswith("/") or (prefix and prefix[0] != "/"):
            raise DeclarationError(
                f"a prefix is literal, with a slash before and none after: {prefix!r}"
            )
        if self in router.routers():
            raise DeclarationError("a router cannot include itself")
        for providers in self._bound:
            router.bind(providers)
        self._entries.append((prefix, router))

    def bind(self, providers: Providers) -> None:
        """Check all routes, present and future, against an application's providers.

        Raises:
            DeclarationError: nothing supplies a parameter of one of the views.
        """
        for entry in self._entries:
            (entry if isinstance(entry, Route) else entry[1]).bind(providers)
        self._bound.append(providers)

    def resolve(self, path: str) -> Match | None:
        """Return the first route that matches, with the path's values by name.

        Args:
            path: the path below the mount point, percent-decoded.
        """
        for entry in self._entries:
            if isinstance(entry, tuple):
                prefix, router = entry
                inside = path.startswith(prefix)
                found = router.resolve(path[len(prefix) :]) if inside else None
            else:
                matches = entry.pattern.match(path)
                found = None if matches is None else (entry, matches)
            if found is not None:
                return found
        return None

    def path_for(self, name: str, /, **parameters: Any) -> str:
        """Return the path of the first route with this name, percent-encoded.

        Args:
            name: the route's name: that of its function, or its option `name`.
            parameters: the values for the path's parameters.

        Raises:
            LookupError: no route has this name.
            ValueError: a parameter is missing or there is one too many, or a value does
                not fit.
            TypeError: for a datetime's parameter, a value of another type.

        Example:
            `app.path_for("chat", channel="a b")` is `/chat/a%20b`.
        """
        for prefix, route in self._named():
            if route.name == name:
                return quote(prefix) + route.pattern.path(parameters)
        raise LookupError(f"there is no route named {name!r}")

    def routers(self) -> Iterator[Router]:
        """Yield this router and those that it includes."""
        yield self
        for entry in self._entries:
            if not isinstance(entry, Route):
                yield from entry[1].routers()

    def _named(self) -> Iterator[tuple[str, Route]]:
        for entry in self._entries:
            if isinstance(entry, Route):
                yield "", entry
            else:
                prefix, router = entry
                yield from ((prefix + p, route) for p, route in router._named())

    def _add(self, route: Route) -> None:
        for providers in self._bound:
            route.bind(providers)
        self._entries.append(route)
