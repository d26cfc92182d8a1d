"""The fields of an extended CONNECT and of its response, and heads made of them."""

from __future__ import annotations

from wslab.atlas.acts import Connect
from wslab.atlas.measure.client import RUN
from wslab.trace.masking import mask_headers, mask_target, subprotocols
from wslab.trace.model import Head

Fields = list[tuple[str, str]]

_IN_START = (":method", ":path", ":status")


def request_fields(connect: Connect, run: str) -> Fields:
    """Return the fields of an extended CONNECT (RFC 8441 sections 4 and 5)."""
    fields = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":path", connect.target),
        (":authority", connect.host),
        (RUN, run),
        ("sec-websocket-version", connect.version),
        ("sec-websocket-protocol", ", ".join(connect.subprotocols) or None),
        ("sec-websocket-extensions", connect.extensions),
        *connect.headers,
    ]
    return [(name, value) for name, value in fields if value is not None]


def request_head(fields: Fields) -> Head:
    """Return a request's fields as a head, secrets masked."""
    named = dict(fields)
    start = f"{named[':method']} {named[':path']} HTTP/2"
    headers = tuple(mask_headers(_others(fields)))
    return Head("client", mask_target(start), headers, 0)


def response_head(fields: Fields, request: Head | None) -> Head:
    """Return the fields of the response to a request as a head, secrets masked."""
    start = f"HTTP/2 {dict(fields)[':status']}"
    offered = subprotocols(request.headers if request else ())
    headers = tuple(mask_headers(_others(fields), offered))
    return Head("server", start, headers, 0)


def _others(fields: Fields) -> Fields:
    """Return the fields that are not in the first line of a head."""
    return [field for field in fields if field[0] not in _IN_START]
