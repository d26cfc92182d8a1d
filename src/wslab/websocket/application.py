"""The ASGI 3 application in front of both APIs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, Unpack

from wslab.asgi import ASGIApplication, Receive, Scope, Send, route_path
from wslab.websocket.connection import Connection
from wslab.websocket.errors import DeclarationError
from wslab.websocket.hosts import HostPolicy
from wslab.websocket.lifetime import Hook, Lifetime
from wslab.websocket.limits import Limits
from wslab.websocket.origins import OriginPolicy, Origins
from wslab.websocket.policy import run
from wslab.websocket.routing.providers import Providers, ProviderScope
from wslab.websocket.routing.route import Handler, RouteOptions
from wslab.websocket.routing.router import Router
from wslab.websocket.routing.views import DEFAULT_CAUGHT, CaughtCodes, View

F = TypeVar("F", bound=Callable[..., Any])
H = TypeVar("H", bound=Handler)
V = TypeVar("V", bound=View)


class Application:
    """An ASGI 3 application for WebSockets.

    A handshake is answered in this order, and the first that applies decides: a host
    that is not in `hosts` is refused with 403, a path without a route with 404 (403 on
    Daphne and gunicorn), an origin that may not connect with 403; then the route's
    handler or view decides.

    Args:
        info: shared data of the application's own, which handlers get as an argument
            and views as `ws.info`; a new dict by default.
        http: any ASGI application for HTTP requests, which get a 404 without it. Its
            lifespan is not run, and `hosts` and `origins` do not concern it.
        origins: which pages may connect: "same" (those of the request's own host),
            "*", or a list such as `["https://example.org"]`; a route may have its own.
            A client that sends no `Origin` always may, since it is no browser.
        hosts: names that the request's `Host` may have, such as "example.org" (with any
            port), "example.org:8000" or "[::1]"; None for any. Without it
            `origins="same"` has no defence against DNS rebinding: a page of a name that
            an attacker has pointed to this server has an `Origin` that equals `Host`.
        trust_forwarded_host: read `X-Forwarded-Host` instead of `Host` for `origins`
            and `hosts`, where it is there; the last of several, which the nearest proxy
            has added. Needed behind a proxy that rewrites `Host`, which makes every
            page a stranger. Right only where every client comes through a proxy that
            sets this header itself: elsewhere a client can write into it what it likes.
        max_size: bytes that a client's message may have; more closes with 1009 (on
            Daphne 4009, as `Connection.close` says). A route may have its own.
        max_rate: messages a second that a client may send, and a second's worth at
            once; more closes with 1008. A route may have its own.

    Attributes:
        info: the shared data.
        http: the ASGI application for HTTP requests.
        ws_router: the application's routing table.

    Raises:
        DeclarationError: a name in `hosts` or `origins` is none, a limit not above 0.

    Example:
        ```python
        from wslab import Application

        app = Application(hosts=["example.org", "localhost"])

        @app.websocket_route("/echo")
        async def echo(ws):
            async for message in ws:
                await ws.send(message)
        ```
    """

    def __init__(
        self,
        info: Any = None,
        http: ASGIApplication | None = None,
        origins: Origins = "same",
        *,
        hosts: Iterable[str] | None = None,
        trust_forwarded_host: bool = False,
        max_size: int | None = None,
        max_rate: float | None = None,
    ) -> None:
        self.info: Any = {} if info is None else info
        self.http: ASGIApplication = http or _no_http
        self.ws_router = Router()
        self._origins = OriginPolicy(origins)
        self._hosts = HostPolicy(hosts, trust_forwarded_host)
        self._limits = Limits(max_size, max_rate)
        self._providers = Providers()
        self._lifetime = Lifetime(self._providers.startup, self._providers.shutdown)
        self.ws_router.bind(self._providers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope.

        Raises:
            NotImplementedError: the scope's type is not supported, as the ASGI
                specification asks for (specs/main, "Protocol Specifications").
        """
        kind = scope["type"]
        if kind == "websocket":
            await self._answer(scope, receive, send)
        elif kind == "http":
            await self.http(scope, receive, send)
        elif kind == "lifespan":
            await self._lifetime.serve(receive, send)
        else:
            raise NotImplementedError(f"the scope type {kind!r} is not supported")

    # Routes

    def on_ws_request(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Decorate a handler; see `Router.on_ws_request`."""
        return self.ws_router.on_ws_request(path, **options)

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
        """Decorate a view; see `Router.websocket_route`."""
        return self.ws_router.websocket_route(
            path,
            value_type=value_type,
            receive_type=receive_type,
            send_type=send_type,
            auto_accept=auto_accept,
            caught_close_codes=caught_close_codes,
            **options,
        )

    def include_router(self, router: Router, prefix: str = "") -> None:
        """Serve a router's routes below a prefix; see `Router.include_router`."""
        self.ws_router.include_router(router, prefix)

    def path_for(self, name: str, /, **parameters: Any) -> str:
        """Return the path of a route by its name; see `Router.path_for`."""
        return self.ws_router.path_for(name, **parameters)

    # What lives as long as the application

    def provider(
        self, scope: ProviderScope = "connection", name: str | None = None
    ) -> Callable[[F], F]:
        """Decorate a function that makes a value for views.

        Views get the value by a parameter of its name, other providers by one without a
        default. A generator cleans up after its yield, also when the view fails.
        Register a provider before the routes that use it.

        Warning:
            Without a lifespan, as where another application stands in front and keeps
            it, a value of scope "app" is made for the first client that needs it, and
            never cleaned up; a later startup makes it anew. Call `startup` and
            `shutdown` there.

        Args:
            scope: "connection" for a value of each connection, cleaned up once the view
                has ended; it may take the view's WebSocket as `ws`. "app" for one that
                all connections share, cleaned up at shutdown.
            name: the value's name; the function's own by default.

        Raises:
            DeclarationError: the name is taken, providers need each other in a cycle,
                or a value of the application needs one of a connection.

        Example:
            ```python
            import sqlite3

            from wslab import Application

            app = Application()

            @app.provider(scope="app")
            async def database():
                database = sqlite3.connect(":memory:")
                yield database
                database.close()

            @app.websocket_route("/sum")
            async def sum(ws, database):
                [(answer,)] = database.execute("SELECT 40 + 2")
                await ws.send(str(answer))
            ```
        """
        if callable(scope):
            raise DeclarationError("write @app.provider(), with parentheses")

        def register(function: F) -> F:
            self._providers.register(function, scope, name)
            return function

        return register

    def on_startup(self, hook: Hook) -> Hook:
        """Decorate a function to call at startup, before the providers' values.

        Args:
            hook: a function without parameters, async or not.

        Example:
            ```python
            from wslab import Application

            app = Application()

            @app.on_startup
            async def warm_up():
                print("about to serve")
            ```
        """
        self._lifetime.on_startup.append(hook)
        return hook

    def on_shutdown(self, hook: Hook) -> Hook:
        """Decorate a function to call at shutdown, after the providers' clean-up.

        It is called after a failed startup too, also if what it closes has not been
        opened.

        Args:
            hook: a function without parameters, async or not.

        Example:
            ```python
            from wslab import Application

            app = Application()

            @app.on_shutdown
            async def say_goodbye():
                print("served")
            ```
        """
        self._lifetime.on_shutdown.append(hook)
        return hook

    async def startup(self) -> None:
        """Run the hooks and make the application's values; the lifespan scope does it.

        Of several servers with one application the first one starts it, and the others
        wait for that; each startup needs its shutdown. If a step fails, the application
        is shut down again.

        Raises:
            BaseException: what the failed step raised; errors of the shutdown that
                follows are its notes.
        """
        await self._lifetime.startup()

    async def shutdown(self) -> None:
        """Clean the application's values up and run the hooks; the lifespan does it.

        Of several servers with one application the last one shuts it down. Every step
        is taken, whichever of them fail.

        Raises:
            BaseException: the first error of a step; the others are its notes.
        """
        await self._lifetime.shutdown()

    # Connections

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if not self._hosts.allows(scope):
            return Connection(scope, receive, send).reject(403, body="host not allowed")
        found = self.ws_router.resolve(route_path(scope))
        if found is None:
            return Connection(scope, receive, send).reject(404)
        route, matches = found
        meter = route.limits.meter(self._limits)
        connection = Connection(scope, receive, send, meter)
        if not (route.origins or self._origins).allows(scope, self._hosts):
            return connection.reject(403, body="origin not allowed")
        handled = route.handle(connection, matches, self.info, self._providers)
        return run(connection, handled, route.caught)


async def _no_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer an HTTP request with a 404."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"there is no page here\n"})
