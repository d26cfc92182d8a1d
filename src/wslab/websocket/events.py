"""The events that an application sends, checked before a server sees them.

asgiref specs/www 2.5: sections "Accept", "Send", "Close" and the extension "WebSocket
Denial Response". A key that is newer than the server's `spec_version` is left out.
"""

from __future__ import annotations

from typing import Any

from wslab.asgi import Event, Scope, spec_version
from wslab.websocket.codes import check_close
from wslab.websocket.request import HeaderPairs, encode_headers

_DENIAL = "websocket.http.response"


def accept_event(
    scope: Scope, subprotocol: str | None, headers: HeaderPairs | None
) -> Event:
    """Build `websocket.accept`.

    Raises ValueError for a subprotocol that the client did not offer and for headers
    that accept may not carry.
    """
    event: Event = {"type": "websocket.accept"}
    if subprotocol is None and headers is None:
        return event
    if subprotocol is not None:
        offered = scope.get("subprotocols") or []
        if subprotocol not in offered:
            raise ValueError(
                f"the client did not offer the subprotocol {subprotocol!r}, "
                f"but {', '.join(map(repr, offered)) or 'none'}"
            )
        event["subprotocol"] = subprotocol
    encoded = encode_headers(headers)
    if any(name == b"sec-websocket-protocol" for name, _ in encoded):
        raise ValueError("choose the subprotocol with subprotocol=, not with a header")
    if encoded and spec_version(scope) >= (2, 1):
        event["headers"] = encoded
    return event


def send_event(content: Any) -> Event:
    """Build `websocket.send`.

    Raises TypeError for what is neither str nor bytes, and ValueError for a text with a
    lone surrogate, which UTF-8 has no form for (RFC 6455 section 5.6).
    """
    if isinstance(content, str):
        content.encode()
        return {"type": "websocket.send", "text": content}
    if isinstance(content, bytes):
        return {"type": "websocket.send", "bytes": content}
    raise TypeError(f"a message is str or bytes, not {type(content).__name__}")


def close_event(scope: Scope, code: int, reason: str) -> Event:
    """Build `websocket.close`; ValueError for a code or reason that may not be sent."""
    check_close(code, reason)
    event: Event = {"type": "websocket.close", "code": code}
    if reason and spec_version(scope) >= (2, 3):
        event["reason"] = reason
    return event


def denial_events(
    scope: Scope, status: int, headers: HeaderPairs | None, body: bytes | str
) -> list[Event]:
    """Build a denial response, or a plain close where the server offers none.

    Raises ValueError for a status outside 200-599 and for headers that HTTP forbids.
    """
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not the status of a final HTTP response")
    data = body.encode() if isinstance(body, str) else body
    fields = encode_headers(headers)
    if not offers_denial(scope):
        return [{"type": "websocket.close"}]
    names = {name for name, _ in fields}
    if data and b"content-type" not in names:
        fields.append((b"content-type", b"text/plain; charset=utf-8"))
    if b"content-length" not in names and status not in (204, 304):
        fields.append((b"content-length", str(len(data)).encode()))
    return [
        {"type": f"{_DENIAL}.start", "status": status, "headers": fields},
        {"type": f"{_DENIAL}.body", "body": data},
    ]


def offers_denial(scope: Scope) -> bool:
    """Tell whether the server can send an HTTP response instead of the handshake."""
    return _DENIAL in (scope.get("extensions") or {})
