"""What the ASGI specification and RFC 6455 let an application send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class IllegalEvent(RuntimeError):
    """The application sent what the ASGI specification does not allow in this state."""


def checked_headers(
    event: Event, forbidden: Iterable[bytes] = ()
) -> list[tuple[bytes, bytes]]:
    """Return the event's headers; IllegalEvent for what no server may send."""
    headers = [tuple(pair) for pair in event.get("headers") or ()]
    for pair in headers:
        if len(pair) != 2 or not all(isinstance(part, bytes) for part in pair):
            raise IllegalEvent(
                f"{event['type']} with a header that is no bytes: {pair}"
            )
        name, value = pair
        if name in forbidden or name.startswith(b":") or name != name.lower():
            raise IllegalEvent(f"{event['type']} with header {name!r}")
        if b"\n" in name + value or b"\r" in name + value:
            raise IllegalEvent(f"{event['type']} with a line break in {name!r}")
    return headers


def check_close(what: str, code: object, reason: object) -> None:
    """Raise IllegalEvent for a code or reason not on the wire (RFC 6455 5.5, 7.4)."""
    legal = (*range(1000, 1004), *range(1007, 1015))
    if not isinstance(code, int) or not (code in legal or 3000 <= code < 5000):
        raise IllegalEvent(f"{what} with code {code!r}, which may not be sent")
    if not isinstance(reason, str) or len(reason.encode("utf-8", "replace")) > 123:
        raise IllegalEvent(f"{what} with a reason that is no str of at most 123 bytes")
    check_text(reason)


def check_text(text: str) -> None:
    """Raise IllegalEvent if `text` has no UTF-8 form (RFC 6455 section 5.6)."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise IllegalEvent(f"text that is not UTF-8: {error}") from None


def describe(event: Event) -> str:
    """Return one short line about an event, for error messages."""
    details = [f"{key}={event[key]!r:.40}" for key in event if key != "type"]
    return " ".join([str(event["type"]), *details])
