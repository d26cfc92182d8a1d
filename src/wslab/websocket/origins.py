"""Which pages' scripts may connect (RFC 6455 sections 4.1 and 10.2, RFC 6454).

A browser lets any page open a WebSocket to any host, and sends that host's cookies with
it; the page's origin in the `Origin` header is all that tells them apart. A client that
sends no `Origin` is not a browser, and can send what it likes, so it passes.

"The request's own host" is what `Host` says, or a forwarded one (see `hosts.py`), so it
is worth as much as that: behind a proxy that rewrites it, or for a name that an
attacker has pointed to this server, the comparison says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from wslab.asgi import Scope
from wslab.websocket.authority import Authority, authority
from wslab.websocket.errors import DeclarationError
from wslab.websocket.hosts import HostPolicy, with_port

Origins = Literal["same", "*"] | Iterable[str]

_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/]+)/?")


class _Origin(NamedTuple):
    """A page's origin: scheme, host and port; all empty for the opaque "null"."""

    scheme: str
    host: Authority


_NULL = _Origin("", Authority("", None))


class OriginPolicy:
    """Decides on the origin of a handshake.

    Args:
        origins: "same" (the request's own host), "*" (all), or an iterable of origins
            such as "https://example.org", in which "same" and "null" may stand too.

    Raises:
        DeclarationError: what stands there is no origin.
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

    def allows(self, scope: Scope, hosts: HostPolicy) -> bool:
        """Tell whether the handshake's origin may connect.

        Args:
            scope: the ASGI scope of the handshake.
            hosts: says which host is the request's own.
        """
        if self._all:
            return True
        sent = [value for name, value in scope["headers"] if name.lower() == b"origin"]
        if not sent:
            return True
        origin = _origin(sent[0].decode("latin-1"))
        if origin is None or len(sent) > 1:
            return False
        return origin in self._listed or (self._same and _is_same(origin, scope, hosts))


def _is_same(origin: _Origin, scope: Scope, hosts: HostPolicy) -> bool:
    """Compare with the request's own host.

    A page from http may not use wss. The opposite passes, since a proxy that ends TLS
    makes the server see ws where the page has https.
    """
    if origin.scheme not in ("http", "https"):
        return False
    if scope.get("scheme", "ws") in ("wss", "https") and origin.scheme != "https":
        return False
    asked = hosts.asked(scope)
    return asked is not None and origin.host == with_port(asked, origin.scheme)


def _declared(text: str) -> _Origin:
    origin = _origin(text)
    if origin is None:
        raise DeclarationError(f"{text!r} is not an origin like https://example.org")
    return origin


def _origin(text: str) -> _Origin | None:
    """Read a serialised origin (RFC 6454 section 6.2); None if it is none."""
    if text == "null":
        return _NULL
    found = _ORIGIN.fullmatch(text.lower())
    host = authority(found["authority"]) if found else None
    if found is None or host is None:
        return None
    return _Origin(found["scheme"], with_port(host, found["scheme"]))
