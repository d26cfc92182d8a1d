"""A route to a view: `async def view(ws, **parameters)`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from wslab.asgi import Scope
from wslab.websocket.connection import Connection
from wslab.websocket.errors import DeclarationError, InvalidParameter
from wslab.websocket.request import QueryParams
from wslab.websocket.routing.parameters import MISSING, Parameter, accepts, parameter
from wslab.websocket.routing.providers import Providers
from wslab.websocket.routing.route import Route, RouteOptions
from wslab.websocket.routing.signatures import name_of, named_parameters, require_async
from wslab.websocket.views import RECEIVERS, SENDERS, Style, WebSocket

View = Callable[..., Awaitable[None]]
CaughtCodes = Collection[int] | Callable[..., Any]

DEFAULT_CAUGHT = (1000, 1001, 1005)


class ViewOptions(NamedTuple):
    """How a view talks: the arguments of `websocket_route` of the same names."""

    value_type: str | None = None
    receive_type: str = "text"
    send_type: str = "text"
    auto_accept: bool = True
    caught_close_codes: CaughtCodes = DEFAULT_CAUGHT


class Plan(NamedTuple):
    """Where a view's parameters come from, in one application."""

    query: list[Parameter]
    provided: list[str]


class ViewRoute(Route):
    """A route to a view.

    It may belong to several applications, each of which has providers of its own.

    Raises:
        DeclarationError: a mistake; it names the view and the parameter.
    """

    def __init__(
        self, path: str, view: View, view_options: ViewOptions, options: RouteOptions
    ) -> None:
        require_async(view, "the view")
        super().__init__(path, view, options)
        self._view = view
        self._auto_accept = view_options.auto_accept
        self._style = _style(view_options, name_of(view))
        self.caught = self._style.caught
        declared = named_parameters(view)
        if not declared or declared[0].kind is inspect.Parameter.KEYWORD_ONLY:
            raise DeclarationError(f"{name_of(view)}() must take the WebSocket first")
        self._declared = declared[1:]
        self._plans: dict[Providers, Plan] = {}  # by application
        self._matched = [
            one.name for one in self._declared if one.name in self.pattern.types
        ]
        self._from_path = [p for d in self._declared for p in self._path_parameter(d)]

    def bind(self, providers: Providers) -> None:
        """Find out who supplies each parameter in the application of these providers.

        Raises:
            DeclarationError: nobody supplies one of them.
        """
        plan = Plan([], [])
        for one in self._declared:
            if one.name in self.pattern.types:
                continue
            if one.name in providers:
                plan.provided.append(one.name)
            else:
                plan.query.append(self._query_parameter(one))
        providers.check(plan.provided, name_of(self._view))
        self._plans[providers] = plan

    def handle(
        self,
        connection: Connection,
        matches: dict[str, Any],
        info: Any,
        providers: Providers,
    ) -> Awaitable[None]:
        """Convert the values, make the provided ones, accept, and call the view."""
        plan = self._plans[providers]
        try:
            values = self._values(connection.scope, matches, plan)
        except InvalidParameter as error:
            return connection.reject(403, body=str(error))
        ws = WebSocket(connection, self._style, info)
        if plan.provided:
            return self._provide(ws, values, plan.provided, providers)
        return self._call(ws, values)

    async def _provide(
        self,
        ws: WebSocket,
        values: dict[str, Any],
        names: list[str],
        providers: Providers,
    ) -> None:
        async with AsyncExitStack() as stack:
            values.update(await providers.values(names, ws, stack))
            await self._call(ws, values)

    async def _call(self, ws: WebSocket, values: dict[str, Any]) -> None:
        if self._auto_accept:
            await ws.connection.accept()
        await self._view(ws, **values)

    def _values(
        self, scope: Scope, matches: dict[str, Any], plan: Plan
    ) -> dict[str, Any]:
        """Convert what path and query give; its typed parameters are already."""
        values = {name: matches[name] for name in self._matched} if matches else {}
        for one in self._from_path:
            values[one.name] = one.value([matches[one.name]], "path")
        if plan.query:
            query = QueryParams(scope.get("query_string", b""))
            for one in plan.query:
                values[one.name] = one.value(query.getlist(one.name), "query")
        return values

    def _path_parameter(self, one: inspect.Parameter) -> list[Parameter]:
        """Return what converts a path parameter further, if its annotation asks so."""
        given = self.pattern.types.get(one.name)
        if given is None or one.annotation is inspect.Parameter.empty:
            return []
        if accepts(one.annotation, given):
            return []
        if given is not str:
            raise DeclarationError(
                f"{name_of(self._view)}(): the path gives {one.name!r} as "
                f"{given.__name__}, which its annotation does not accept"
            )
        return [self._parameter(one)]

    def _query_parameter(self, one: inspect.Parameter) -> Parameter:
        if one.annotation is inspect.Parameter.empty:
            raise DeclarationError(
                f"{name_of(self._view)}(): nothing supplies the parameter "
                f"{one.name!r}: it is not in the path, no provider has its name "
                "(register providers before the routes that use them), and without "
                "an annotation it is no query parameter"
            )
        return self._parameter(one)

    def _parameter(self, one: inspect.Parameter) -> Parameter:
        default = MISSING if one.default is inspect.Parameter.empty else one.default
        try:
            return parameter(one.name, one.annotation, default)
        except DeclarationError as error:
            raise DeclarationError(
                f"{name_of(self._view)}(): nothing supplies the parameter "
                f"{one.name!r}: no provider has its name, and {error}"
            ) from None


def _style(options: ViewOptions, view: str) -> Style:
    value_type = options.value_type
    types = (value_type or options.receive_type, value_type or options.send_type)
    for name in types:
        if name not in RECEIVERS:
            raise DeclarationError(
                f"{view}(): unknown value type {name!r}: use {', '.join(RECEIVERS)}"
            )
    caught = _caught(options.caught_close_codes, view)
    return Style(RECEIVERS[types[0]], SENDERS[types[1]], caught)


def _caught(codes: CaughtCodes, view: str) -> Callable[[int], bool]:
    """Return the test for a code; the builtin `all` stands for all of them."""
    if codes is all:
        return lambda code: True
    if not isinstance(codes, Iterable) or not all(isinstance(it, int) for it in codes):
        raise DeclarationError(
            f"{view}(): caught_close_codes is a tuple of codes or the builtin all"
        )
    return frozenset(codes).__contains__
