"""The handshake's request: headers, URL, query and tokens; headers to send."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from wslab.asgi import Scope

RawHeaders = list[tuple[bytes, bytes]]
HeaderPairs = Iterable[tuple[bytes, bytes]] | Iterable[tuple[str, str]]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_CONTROL = re.compile(rb"[\0\r\n]")


class Headers(Mapping[str, str]):
    """Immutable request headers; names are compared without regard to case.

    `headers[name]` is the first value of that name, `getlist(name)` all of them.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self.raw = tuple(raw)

    def __getitem__(self, name: str) -> str:
        key = name.lower().encode("latin-1", "replace")
        for other, value in self.raw:
            if other.lower() == key:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        names = (name.lower().decode("latin-1") for name, _ in self.raw)
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.raw})

    def __repr__(self) -> str:
        return f"<Headers: {', '.join(self)}>"

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in the request's order."""
        key = name.lower().encode("latin-1", "replace")
        return [v.decode("latin-1") for k, v in self.raw if k.lower() == key]


def encode_headers(headers: HeaderPairs | None) -> RawHeaders:
    """Return headers as lower-case byte pairs, the form that ASGI asks for.

    Raises ValueError for a name that is no token (RFC 9110 section 5.6.2, which rules
    out pseudo-headers) and for a value with CR, LF or NUL.
    """
    encoded: RawHeaders = []
    for name, value in headers or ():
        key = _latin1(name).lower()
        data = _latin1(value)
        if not _TOKEN.fullmatch(key):
            raise ValueError(f"{name!r} is not a header name")
        if _CONTROL.search(data):
            raise ValueError(f"the value of header {name!r} has a line break or NUL")
        encoded.append((key, data))
    return encoded


def _latin1(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


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


def bearer_token(
    headers: Headers | Iterable[tuple[bytes, bytes]], scheme: str = "Bearer"
) -> str | None:
    """Return the token of the `Authorization` header, None if there is none.

    The scheme is compared without regard to case (RFC 9110 section 11.1). A request
    with several `Authorization` headers has no token. A browser cannot set this header
    on a WebSocket.
    """
    if not isinstance(headers, Headers):
        headers = Headers(headers)
    values = headers.getlist("authorization")
    if len(values) != 1:
        return None
    sent, _, token = values[0].strip().partition(" ")
    if sent.lower() != scheme.lower() or not token.strip():
        return None
    return token.strip()


def token_matches(token: str | None, *expected: str) -> bool:
    """Tell whether the token is one of those expected, in constant time.

    How long it takes tells nothing of how much of a token was right, nor which one was
    met. None, for a request without a token, never matches.
    """
    given = (token or "").encode("utf-8", "surrogateescape")
    matches = [
        hmac.compare_digest(given, other.encode("utf-8", "surrogateescape"))
        for other in expected
    ]
    return token is not None and any(matches)
