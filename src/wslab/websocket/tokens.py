"""Tokens in a handshake, taken out and compared safely."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from wslab.websocket.headers import Headers


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
