"""A route: a path pattern, what answers it, and what holds for its connections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

from wslab.websocket.connection import Connection
from wslab.websocket.declaration import name_of
from wslab.websocket.limits import Limits
from wslab.websocket.origins import OriginPolicy, Origins
from wslab.websocket.patterns import Pattern
from wslab.websocket.providers import Providers


class RouteOptions(TypedDict, total=False):
    """What every route can have of its own.

    - `name`: for the reverse look-up; the function's name by default.
    - `origins`: "same", "*" or a list; the application's by default.
    - `max_size`: bytes in one message of the client; more closes with 1009.
    - `max_rate`: the client's messages in a second; more closes with 1008.
    """

    name: str
    origins: Origins
    max_size: int
    max_rate: float


class Route(ABC):
    """The base of both APIs' routes. Raises DeclarationError for a mistake.

    `caught` tells whether a disconnect with a code, left uncaught, is no error.
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
        """Answer one connection, whose path gave the matches."""
