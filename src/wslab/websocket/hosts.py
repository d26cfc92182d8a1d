"""Which host a handshake is for, and whether it may be (RFC 9110 section 7.2).

An attacker's page can have its own name resolve to this server's address ("DNS
rebinding"). Its origin and the request's `Host` are then the same, and a comparison of
the two lets it in; only a list of the server's own names keeps it out.
"""

from __future__ import annotations

from collections.abc import Iterable

from wslab.asgi import Scope
from wslab.websocket.authority import Authority, authority
from wslab.websocket.errors import DeclarationError
from wslab.websocket.request import Headers

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class HostPolicy:
    """Says which host the client asked for, and decides whether that is served.

    Args:
        hosts: the names that may be asked for; None for any.
        forwarded: read the host from `X-Forwarded-Host` where that is there.

    Raises:
        DeclarationError: `hosts` is a str, or holds what is no host.
    """

    __slots__ = ("_forwarded", "_served")

    def __init__(self, hosts: Iterable[str] | None, forwarded: bool) -> None:
        if isinstance(hosts, str):
            raise DeclarationError(f"hosts must be a list of names, not {hosts!r}")
        self._forwarded = forwarded
        self._served = None if hosts is None else {_declared(name) for name in hosts}

    def asked(self, scope: Scope) -> Authority | None:
        """Return the host that the client asked for; None if there is no saying.

        That is so without a `Host`, with several, and with a broken one. Of several
        forwarded hosts the last counts: the proxy next to this server has added it.
        """
        headers = Headers(scope["headers"])
        forwarded = headers.getlist("x-forwarded-host") if self._forwarded else []
        if forwarded:
            return authority(forwarded[-1].rpartition(",")[2].strip(" \t"))
        hosts = headers.getlist("host")
        return authority(hosts[0]) if len(hosts) == 1 else None

    def allows(self, scope: Scope) -> bool:
        """Tell whether the host that the client asked for is served."""
        if self._served is None:
            return True
        asked = self.asked(scope)
        if asked is None:
            return False
        if Authority(asked.host, None) in self._served:
            return True
        return with_port(asked, scope.get("scheme", "ws")) in self._served


def with_port(host: Authority, scheme: str) -> Authority:
    """Put the port of the scheme where none stands."""
    port = DEFAULT_PORTS.get(scheme) if host.port is None else host.port
    return Authority(host.host, port)


def _declared(name: str) -> Authority:
    declared = authority(name)
    if declared is None:
        raise DeclarationError(f"{name!r} is not a host like example.org or [::1]:8000")
    return declared
