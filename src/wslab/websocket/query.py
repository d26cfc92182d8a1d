"""The request's URL and its query string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from wslab.websocket.asgi import Scope
from wslab.websocket.headers import Headers


class QueryParams(Mapping[str, str]):
    """Immutable, multi-valued query parameters, percent-decoded.

    `params[name]` is the last value of that name, `getlist(name)` all of them.
    """

    __slots__ = ("_pairs",)

    def __init__(self, query: bytes | str) -> None:
        text = query if isinstance(query, str) else query.decode("latin-1")
        self._pairs = tuple(parse_qsl(text, keep_blank_values=True))

    def __getitem__(self, name: str) -> str:
        for other, value in reversed(self._pairs):
            if other == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name for name, _ in self._pairs})

    def __repr__(self) -> str:
        return f"<QueryParams: {', '.join(self)}>"

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in the query's order."""
        return [value for other, value in self._pairs if other == name]


class URL(str):
    """A full URL: a str with its parts as attributes."""

    __slots__ = ()

    @property
    def parts(self) -> SplitResult:
        """All parts, as `urllib.parse.urlsplit` gives them."""
        return urlsplit(self)

    @property
    def scheme(self) -> str:
        """`ws` or `wss`."""
        return self.parts.scheme

    @property
    def host(self) -> str | None:
        """The host without its port, in lower case."""
        return self.parts.hostname

    @property
    def port(self) -> int | None:
        """The port, None where the scheme's own is used."""
        return self.parts.port

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return self.parts.path

    @property
    def query(self) -> str:
        """The query string, percent-encoded."""
        return self.parts.query


def request_url(scope: Scope) -> URL:
    """Put the URL together that the client asked for, as far as the server knows it."""
    host = Headers(scope["headers"]).get("host")
    if host is None:
        name, port = scope.get("server") or ("localhost", None)
        host = name if port is None else f"{name}:{port}"
    raw: bytes | None = scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(scope["path"])
    query: bytes = scope.get("query_string", b"")
    tail = f"?{query.decode('latin-1')}" if query else ""
    return URL(f"{scope.get('scheme', 'ws')}://{host}{path.partition('?')[0]}{tail}")
