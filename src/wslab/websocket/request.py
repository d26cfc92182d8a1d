"""What a view sees of the handshake's request."""

from __future__ import annotations

from typing import Any

from wslab.websocket.asgi import Scope
from wslab.websocket.headers import Headers
from wslab.websocket.query import URL, QueryParams, request_url


class Request:
    """The handshake's request; `scope` is its ASGI scope."""

    __slots__ = ("_headers", "_query", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._headers: Headers | None = None
        self._query: QueryParams | None = None

    @property
    def url(self) -> URL:
        """The full URL of the connection request, a str with its parts."""
        return request_url(self.scope)

    @property
    def headers(self) -> Headers:
        """The request's headers: immutable, names without regard to case."""
        if self._headers is None:
            self._headers = Headers(self.scope["headers"])
        return self._headers

    @property
    def query_params(self) -> QueryParams:
        """The query parameters: immutable, several values to a name."""
        if self._query is None:
            self._query = QueryParams(self.scope.get("query_string", b""))
        return self._query

    @property
    def session(self) -> Any:
        """What a session middleware keeps for the client, usually a dict.

        Raises RuntimeError if no middleware has put a session into the scope.
        """
        if "session" not in self.scope:
            raise RuntimeError(
                "there is no session: wrap the application in a session middleware, "
                'which sets scope["session"]'
            )
        return self.scope["session"]

    @property
    def subprotocols(self) -> list[str]:
        """The subprotocols that the client offers, its favourite first."""
        return list(self.scope.get("subprotocols") or ())
