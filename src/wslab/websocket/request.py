"""The handshake's request: headers, URL, query and tokens; headers to send."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qs, quote

from wslab.asgi import Scope
from wslab.websocket.authority import Authority, authority

RawHeaders = list[tuple[bytes, bytes]]
HeaderPairs = Iterable[tuple[bytes, bytes]] | Iterable[tuple[str, str]]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_FIELD_CONTENT = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_URL = re.compile(
    r"(?:(?P<scheme>[^:/?#]*):)?(?://(?P<netloc>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)


class Headers(Mapping[str, str]):
    """Immutable request headers; names are compared without regard to case.

    A mapping of str to str: `headers[name]` is the first value of that name,
    `getlist(name)` all of them. Names and values are read as Latin-1.

    Args:
        raw: pairs of name and value, as ASGI's scope has them; the attribute `raw`.

    Example:
        `ws.headers.get("user-agent", "unknown")`
    """

    __slots__ = ("_values", "raw")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self.raw = tuple(raw)
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in self.raw:
            self._values.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        for value in self.getlist(name):
            return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Headers: {', '.join(self)}>"

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in the request's order."""
        key = name.encode("latin-1", "replace").lower()
        return [value.decode("latin-1") for value in self._values.get(key, ())]


def encode_headers(headers: HeaderPairs | None) -> RawHeaders:
    """Return headers as lower-case byte pairs, the form that ASGI asks for.

    Args:
        headers: pairs of name and value, bytes or str; None for none.

    Raises:
        ValueError: a name is no token (RFC 9110 section 5.6.2, which rules out
            pseudo-headers), or a value is no field-value (section 5.5): it has a
            control character other than a tab, a character that Latin-1 lacks, or a
            space or tab at one of its ends.
    """
    return [(_name(name), _value(name, value)) for name, value in headers or ()]


def _name(name: str | bytes) -> bytes:
    key = name if isinstance(name, bytes) else name.encode("latin-1", "replace")
    if not _TOKEN.fullmatch(key.lower()):
        raise ValueError(f"{name!r} is not a header name")
    return key.lower()


def _value(name: str | bytes, value: str | bytes) -> bytes:
    """Return a field-value; the error names the header and never shows the value."""
    try:
        data = value if isinstance(value, bytes) else value.encode("latin-1")
    except UnicodeEncodeError:
        fault = "a character outside Latin-1"
        raise ValueError(f"the value of header {name!r} has {fault}") from None
    if not _FIELD_CONTENT.fullmatch(data):
        raise ValueError(f"the value of header {name!r} has a control character")
    if data != data.strip(b" \t"):
        raise ValueError(f"the value of header {name!r} begins or ends with a space")
    return data


class QueryParams(Mapping[str, str]):
    """Immutable, multi-valued query parameters, percent-decoded.

    A mapping of str to str: `params[name]` is the last value of that name,
    `getlist(name)` all of them. Encoded bytes that are not UTF-8 become U+FFFD, and
    those that stand there bare are read as Latin-1.

    Args:
        query: the query string without its question mark.

    Example:
        `ws.query_params.getlist("tag")` is `["a", "b"]` for `?tag=a&tag=b`.
    """

    __slots__ = ("_values",)

    def __init__(self, query: bytes | str) -> None:
        text = query if isinstance(query, str) else query.decode("latin-1")
        self._values = parse_qs(text, keep_blank_values=True)

    def __getitem__(self, name: str) -> str:
        return self._values[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<QueryParams: {', '.join(self)}>"

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in the query's order."""
        return list(self._values.get(name, ()))


class URL(str):
    """A full URL: a str with its parts as attributes, none of which ever raises.

    Example:
        ```python
        from wslab import URL

        url = URL("wss://example.org:8443/chat?room=a")
        assert (url.host, url.port, url.path) == ("example.org", 8443, "/chat")
        ```
    """

    __slots__ = ()

    @property
    def parts(self) -> SplitResult:
        """The parts as text, split as in RFC 3986 appendix B."""
        found = _URL.match(self)
        assert found is not None  # every part may be empty
        return SplitResult(**found.groupdict(""))

    @property
    def scheme(self) -> str:
        """The scheme; of a request `ws` or `wss`."""
        return self.parts.scheme

    @property
    def host(self) -> str | None:
        """The host without its port, in lower case, an IPv6 address without brackets.

        None where the URL has no host, as for a request whose `Host` is broken.
        """
        return self._authority.host.strip("[]") or None

    @property
    def port(self) -> int | None:
        """The port, None where none stands or the URL has no host."""
        return self._authority.port

    @property
    def path(self) -> str:
        """The path, not decoded."""
        return self.parts.path

    @property
    def query(self) -> str:
        """The query string, not decoded."""
        return self.parts.query

    @property
    def _authority(self) -> Authority:
        return authority(self.parts.netloc.rpartition("@")[2]) or Authority("", None)


def request_url(scope: Scope) -> URL:
    """Put the URL together that the client asked for, as far as the server knows it.

    A `Host` that is none (RFC 9110 section 7.2) is left out, so that it can stand for
    no other part: `ws:///chat`.
    """
    host = Headers(scope["headers"]).get("host")
    if host is None:
        name, port = scope.get("server") or ("localhost", None)
        host = _bracketed(name) if port is None else f"{_bracketed(name)}:{port}"
    host = host if authority(host) else ""
    raw: bytes | None = scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(scope["path"], errors="replace")
    path = "/" + path.partition("?")[0].replace("#", "%23").removeprefix("/")
    query = scope.get("query_string", b"").decode("latin-1").replace("#", "%23")
    tail = f"?{query}" if query else ""
    return URL(f"{scope.get('scheme', 'ws')}://{host}{path}{tail}")


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


class Request:
    """The handshake's request.

    None of its properties raises for what a client may have sent.

    Attributes:
        scope: the ASGI scope of the handshake.
    """

    __slots__ = ("_headers", "_query", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._headers: Headers | None = None
        self._query: QueryParams | None = None

    @property
    def url(self) -> URL:
        """The full URL of the connection request, a str with its parts.

        Its host is what the client's `Host` says, so do not build links from it unless
        the application has `hosts` and no `trust_forwarded_host`. A broken `Host` is
        left out: `ws.url.host` is None.
        """
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

        Raises:
            RuntimeError: no middleware has put a session into the scope.
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

    A request with several `Authorization` headers has no token. A page's script cannot
    set this header on a WebSocket.

    Args:
        headers: `ws.headers`, or the pairs of the scope.
        scheme: compared without regard to case (RFC 9110 section 11.1).

    Example:
        ```python
        from wslab import bearer_token, token_matches

        token = bearer_token([(b"authorization", b"Bearer correct-horse")])
        assert token_matches(token, "correct-horse")
        ```
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


def token_matches(token: str | None, *expected: str | None) -> bool:
    """Tell whether the token is one of those expected, by `hmac.compare_digest`.

    How long it takes may tell how long a token is, not how much of it was right, nor
    which one was met. None, for a request without a token, never matches; nor does an
    empty one, so that a secret which is not set, and so is None or "", lets nobody in.

    Args:
        token: what the client has sent.
        expected: the tokens that are let in.

    Example:
        `token_matches(ws.query_params.get("token"), TOKEN)`
    """
    given = (token or "").encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(given, other.encode("utf-8", "surrogatepass"))
        for other in expected
        if other
    ]
    return any(matches)
