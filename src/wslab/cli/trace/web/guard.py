"""Who may read the page: who knows its token, from the page's own origin."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs

from wslab.asgi import Scope

Headers = list[tuple[bytes, bytes]]

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ladder"
)
"""A ladder carries its own style, so styles may be inline; scripts may not."""

SECURITY: Headers = [
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class Guard:
    """Refuses requests of other sites, and of this machine's other users.

    A site can have its own name lead to 127.0.0.1 (DNS rebinding), so the name that
    was asked for must be a loopback one with the page's port; a request's `Origin`,
    where there is one, must be that of the page (RFC 6454 section 7). Anyone on this
    machine can ask with these headers, so what is traced is told to those only who
    know the token, which is in the address that the command prints.
    """

    def __init__(self, port: int, token: str) -> None:
        self._token = token.encode()
        names = ("127.0.0.1", "localhost")
        self._hosts = {f"{name}:{port}".encode() for name in names}
        if port == 80:
            self._hosts |= {name.encode() for name in names}

    def refusal(self, scope: Scope) -> str | None:
        """Return why a request is refused, None if it is not."""
        headers = scope["headers"]
        hosts = [value.lower() for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            known = " or ".join(sorted(host.decode() for host in self._hosts))
            return f"this page is at {known} only"
        origins = [value.lower() for name, value in headers if name == b"origin"]
        if any(origin != b"http://" + hosts[0] for origin in origins):
            return "a page of another origin may not read this one"
        return None

    def knows(self, scope: Scope) -> bool:
        """Return whether a request has the token, in its query."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        given = query.get("token", [""])[-1]
        return secrets.compare_digest(given.encode(), self._token)
