"""The scope of a WebSocket connection as a server builds it from the request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the sample key of RFC 6455 section 1.3


def build_scope(
    path: str,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    subprotocols: Sequence[str],
    origin: str | None,
    cookies: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return the scope, but for `asgi` and `state`; header names are lower case."""
    raw_path, _, query = escaped(path).partition("?")
    items = headers.items() if isinstance(headers, Mapping) else headers
    own = [(name.lower(), value) for name, value in items]
    sent = request_headers(subprotocols, origin, cookies)
    named = {name for name, _ in own}
    sent = [(name, value) for name, value in sent if name not in named] + own
    return {
        "type": "websocket",
        "http_version": "1.1",
        "scheme": "ws",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in sent],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "subprotocols": list(subprotocols),
        "extensions": {},
    }


def escaped(path: str) -> str:
    """Escape what a request line may not hold, as clients do (RFC 3987 section 3.1)."""
    return re.sub("[^!-~]+", lambda found: quote(found[0]), path)


def request_headers(
    subprotocols: Sequence[str], origin: str | None, cookies: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    """Return the headers of the opening handshake (RFC 6455 section 4.1)."""
    headers = [
        ("host", "localhost"),
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", KEY),
        ("sec-websocket-version", "13"),
    ]
    if origin is not None:
        headers.append(("origin", origin))
    if subprotocols:
        headers.append(("sec-websocket-protocol", ", ".join(subprotocols)))
    if cookies:
        pairs = [f"{name}={value}" for name, value in cookies.items()]
        headers.append(("cookie", "; ".join(pairs)))
    return headers


def decoded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return the headers as str: ISO 8859-1, in which every byte is a character."""
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers
    ]
