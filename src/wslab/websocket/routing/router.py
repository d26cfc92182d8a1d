"""One routing table for both APIs, with prefixes and the way back by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, Unpack

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
    """Routes in the order of their registration; the first match wins.

    A route added after the router was included is there too. Every method that adds
    raises DeclarationError for a mistake in the declaration.
    """

    def __init__(self) -> None:
        self._entries: list[Route | tuple[str, Router]] = []
        self._bound: list[Providers] = []

    def add(self, path: str, handler: Handler, **options: Unpack[RouteOptions]) -> None:
        """Route a path to a handler; see `RouteOptions`."""
        self._add(HandlerRoute(path, handler, options))

    def on_ws_request(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Decorate a handler; the same as `add`."""

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

        The types are "text", "bytes", "json" or "event"; `value_type` is both of the
        others. With `auto_accept` the connection is accepted before the view runs. A
        disconnect with one of `caught_close_codes`, or with any for the builtin `all`,
        ends the view in silence; another one goes on to the server.
        """
        how = ViewOptions(
            value_type, receive_type, send_type, auto_accept, caught_close_codes
        )

        def register(view: V) -> V:
            self._add(ViewRoute(path, view, how, options))
            return view

        return register

    def include_router(self, router: Router, prefix: str = "") -> None:
        """Serve another router's routes below a literal prefix."""
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
        """Check all routes, present and future, against an application's providers."""
        for entry in self._entries:
            (entry if isinstance(entry, Route) else entry[1]).bind(providers)
        self._bound.append(providers)

    def resolve(self, path: str) -> Match | None:
        """Return the first route that matches, with the path's values by name."""
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

        Raises LookupError if there is none, ValueError for parameters that do not fit.
        """
        for prefix, route in self._named():
            if route.name == name:
                return prefix + route.pattern.path(parameters)
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
