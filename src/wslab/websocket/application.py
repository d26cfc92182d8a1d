"""The ASGI 3 application in front of both APIs."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from wslab.asgi import ASGIApplication, Receive, Scope, Send, route_path
from wslab.websocket.connection import Connection
from wslab.websocket.errors import DeclarationError
from wslab.websocket.limits import Limits
from wslab.websocket.origins import OriginPolicy, Origins
from wslab.websocket.policy import run
from wslab.websocket.routing.providers import Providers, ProviderScope
from wslab.websocket.routing.router import Router

F = TypeVar("F", bound=Callable[..., Any])
Hook = Callable[[], Awaitable[None] | None]


class Application(Router):
    """An ASGI 3 application for WebSockets: the root of the routing table.

    - `info`: shared data of the application's own; handlers get it, and views as
      `ws.info`. A new dict by default.
    - `http`: any ASGI application for HTTP requests; without it they get a 404. Its
      lifespan is not run.
    - `origins`: which pages may connect: "same" (the request's own host), "*", or a
      list; a route may have its own. Clients that send no `Origin` always may.
    - `max_size`, `max_rate`: bytes in a message and messages a second that a client may
      send; a route may have its own.
    """

    def __init__(
        self,
        info: Any = None,
        http: ASGIApplication | None = None,
        origins: Origins = "same",
        *,
        max_size: int | None = None,
        max_rate: float | None = None,
    ) -> None:
        super().__init__()
        self.info: Any = {} if info is None else info
        self.http: ASGIApplication = http or _no_http
        self._origins = OriginPolicy(origins)
        self._limits = Limits(max_size, max_rate)
        self._providers = Providers()
        self._hooks: dict[str, list[Hook]] = {"startup": [], "shutdown": []}
        self.bind(self._providers)

    @property
    def ws_router(self) -> Router:
        """The routing table."""
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; NotImplementedError for a type that is not supported."""
        kind = scope["type"]
        if kind == "websocket":
            await self._answer(scope, receive, send)
        elif kind == "http":
            await self.http(scope, receive, send)
        elif kind == "lifespan":
            await lifespan(self.startup, self.shutdown, receive, send)
        else:
            raise NotImplementedError(f"the scope type {kind!r} is not supported")

    # What lives as long as the application

    def provider(
        self, scope: ProviderScope = "connection", name: str | None = None
    ) -> Callable[[F], F]:
        """Decorate a function that makes a value for views.

        Views and other providers get it by a parameter of its name. A generator cleans
        up after its yield, also when the view fails: once the view has ended for scope
        "connection", at shutdown for "app". A provider of scope "connection" may take
        the view's WebSocket as `ws`. Register it before the routes that use it.
        Raises DeclarationError.
        """
        if callable(scope):
            raise DeclarationError("write @app.provider(), with parentheses")

        def register(function: F) -> F:
            self._providers.register(function, scope, name)
            return function

        return register

    def on_startup(self, hook: Hook) -> Hook:
        """Decorate a function to call at startup, before the providers' values."""
        self._hooks["startup"].append(hook)
        return hook

    def on_shutdown(self, hook: Hook) -> Hook:
        """Decorate a function to call at shutdown, after the providers' clean-up."""
        self._hooks["shutdown"].append(hook)
        return hook

    async def startup(self) -> None:
        """Run the hooks and make the application's values; lifespan does it."""
        await self._run("startup")
        try:
            await self._providers.startup()
        except BaseException:
            await self._providers.shutdown()
            raise

    async def shutdown(self) -> None:
        """Clean up the application's values and run the hooks; lifespan does it."""
        try:
            await self._providers.shutdown()
        finally:
            await self._run("shutdown")

    async def _run(self, step: str) -> None:
        for hook in self._hooks[step]:
            result = hook()
            if inspect.isawaitable(result):
                await result

    # Connections

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        found = self.resolve(route_path(scope))
        if found is None:
            return Connection(scope, receive, send).reject(404)
        route, matches = found
        meter = route.limits.meter(self._limits)
        connection = Connection(scope, receive, send, meter)
        if not (route.origins or self._origins).allows(scope):
            return connection.reject(403, body="origin not allowed")
        handled = route.handle(connection, matches, self.info, self._providers)
        return run(connection, handled, route.caught)


async def _no_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer an HTTP request with a 404."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"there is no page here\n"})


async def lifespan(
    startup: Callable[[], Awaitable[None]],
    shutdown: Callable[[], Awaitable[None]],
    receive: Receive,
    send: Send,
) -> None:
    """Answer the server's two events; a failure is reported, and then raised."""
    for step, work in (("startup", startup), ("shutdown", shutdown)):
        event = await receive()
        if event["type"] != f"lifespan.{step}":
            raise RuntimeError(f"expected lifespan.{step}, got {event['type']}")
        try:
            await work()
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            await send({"type": f"lifespan.{step}.failed", "message": message})
            raise
        await send({"type": f"lifespan.{step}.complete"})
