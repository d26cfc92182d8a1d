"""What the ASGI specification and RFC 6455 let an application send."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wslab.asgi import Event

Headers = list[tuple[bytes, bytes]]

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
"""A field name (RFC 9110 section 5.1), in lower case as ASGI wants it."""

FIELD_VALUE = re.compile(rb"[\t -~\x80-\xff]*")
"""A field value (RFC 9110 section 5.5), which has no spaces around it besides."""


class IllegalEvent(RuntimeError):
    """The application sent what the ASGI specification does not allow in this state."""


def checked_headers(event: Event, forbidden: Iterable[bytes] = ()) -> Headers:
    """Return the event's headers; IllegalEvent for what no server may send."""
    headers = []
    for name, value in _pairs(event):
        if name in forbidden or not TOKEN.fullmatch(name):
            raise IllegalEvent(f"{event['type']} with header {name!r}")
        if not FIELD_VALUE.fullmatch(value) or value != value.strip(b" \t"):
            raise IllegalEvent(
                f"{event['type']} with header {name!r}: a line break, a control "
                f"character or an outer space in {value!r:.60} (RFC 9110 section 5.5)"
            )
        headers.append((name, value))
    return headers


def _pairs(event: Event) -> Headers:
    """Return the header pairs, checked to be pairs of bytes."""
    given = event.get("headers")
    try:
        pairs = [tuple(pair) for pair in (() if given is None else given)]
    except TypeError:
        raise IllegalEvent(
            f"{event['type']} with headers that are no pairs: {given!r:.60}"
        ) from None
    for pair in pairs:
        if len(pair) != 2 or not all(isinstance(part, bytes) for part in pair):
            raise IllegalEvent(
                f"{event['type']} with a header that is no pair of bytes: {pair!r:.60}"
            )
    return pairs


def check_close(what: str, code: object, reason: object) -> None:
    """Raise IllegalEvent for a code or reason that no close frame may carry.

    RFC 6455 sections 5.5 and 7.4.
    """
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
