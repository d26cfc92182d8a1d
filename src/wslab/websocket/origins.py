"""Which pages' scripts may connect (RFC 6455 sections 4.1 and 10.2, RFC 6454).

A browser lets any page open a WebSocket to any host, and sends that host's cookies with
it; the page's origin in the `Origin` header is all that tells them apart. A client that
sends no `Origin` is not a browser, and can send what it likes, so it passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from wslab.asgi import Scope
from wslab.websocket.errors import DeclarationError
from wslab.websocket.request import Headers

Origins = Literal["same", "*"] | Iterable[str]

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class OriginPolicy:
    """Decides on the origin of a handshake.

    `origins` is "same" (the request's own host), "*" (all), or an iterable of origins
    such as "https://example.org", in which "same" and "null" may stand too. Raises
    DeclarationError for what is no origin.
    """

    __slots__ = ("_all", "_listed", "_same")

    def __init__(self, origins: Origins) -> None:
        names = [origins] if isinstance(origins, str) else list(origins)
        if isinstance(origins, str) and origins not in ("same", "*"):
            raise DeclarationError(
                f'origins must be "same", "*" or a list of origins, not {origins!r}'
            )
        self._all = "*" in names
        self._same = "same" in names
        self._listed = {_declared(o) for o in names if o not in ("*", "same")}

    def allows(self, scope: Scope) -> bool:
        """Tell whether the handshake's origin may connect."""
        if self._all:
            return True
        sent = [value for name, value in scope["headers"] if name.lower() == b"origin"]
        if not sent:
            return True
        origin = _normal(sent[0].decode("latin-1"))
        if origin is None or len(sent) > 1:
            return False
        return origin in self._listed or (self._same and _is_same(origin, scope))


def _is_same(origin: str, scope: Scope) -> bool:
    """Compare with the request's own host.

    A page from http may not use wss. The opposite passes, since a proxy that ends TLS
    makes the server see ws where the page has https.
    """
    hosts = Headers(scope["headers"]).getlist("host")
    if len(hosts) != 1 or "://" not in origin:
        return False
    scheme = origin.partition("://")[0]
    if scheme not in ("http", "https"):
        return False
    if scope.get("scheme", "ws") in ("wss", "https") and scheme != "https":
        return False
    return origin == _normal(f"{scheme}://{hosts[0]}")


def _declared(origin: str) -> str:
    normal = _normal(origin)
    if normal is None:
        raise DeclarationError(f"{origin!r} is not an origin like https://example.org")
    return normal


def _normal(origin: str) -> str | None:
    """Serialise an origin with its port (RFC 6454 section 6.2); None if it is none."""
    if origin == "null":
        return origin
    try:
        parts = urlsplit(origin.lower())
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    exact = parts.scheme and parts.hostname and parts.path in ("", "/")
    if not exact or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"
