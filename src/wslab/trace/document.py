"""A trace as JSON, for a page, a file or another process, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Event,
    Frame,
    GoAway,
    Handshake,
    Head,
    TcpEnd,
)

VERSION = 3
"""Of the form of a document; it changes where an older reader would go wrong."""

READABLE = (2, VERSION)
"""Versions that are read: 2 had no times, numbers and addresses of clients."""

JSON = dict[str, Any]

_KINDS: dict[str, type[Event]] = {
    "head": Head,
    "frame": Frame,
    "tcp": TcpEnd,
    "goaway": GoAway,
    "application": ApplicationEvent,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_HANDSHAKE = ("request", "response")


def to_json(connections: Sequence[Connection], left_out: int = 0) -> JSON:
    """Return connections as dicts, lists, str, int, bool and None.

    Bytes are `{"hex": "00ff"}`. A lone surrogate in a str stays, so a file needs
    `json.dumps` as it is by default, with `ensure_ascii`.
    """
    return {
        "version": VERSION,
        "left_out": left_out,
        "connections": [_connection_to_json(c) for c in connections],
    }


def from_json(document: JSON) -> tuple[tuple[Connection, ...], int]:
    """Return the connections of a document, and how many were left out of it.

    Raises:
        ValueError: The document has another version, or not the form of this one.
    """
    try:
        if document["version"] not in READABLE:
            raise ValueError(f"a trace of version {document['version']}, not {VERSION}")
        connections = tuple(map(_connection_from_json, document["connections"]))
        return connections, document["left_out"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no trace: {error!r}") from error


def event_to_json(event: Event) -> JSON:
    """Return one event, without fields that are None.

    Its "kind" is head, frame, tcp, goaway or application.
    """
    fields = {
        name: value for name, value in event._asdict().items() if value is not None
    }
    plain = {name: _to_plain(value) for name, value in fields.items()}
    return {"kind": _NAMES[type(event)], **plain}


def event_from_json(document: JSON) -> Event:
    """Return the event that `event_to_json` made a document of.

    Raises:
        KeyError: There is no such kind of event.
        TypeError: The fields are not those of this kind.
    """
    event = dict(document)
    kind = _KINDS[event.pop("kind")]
    fields: dict[str, Any] = dict.fromkeys(kind._fields)
    for name, value in event.items():
        fields[name] = _from_plain(value)
    return kind(**fields)


def _to_plain(value: Any) -> Any:
    match value:
        case bytes():
            return {"hex": value.hex()}
        case tuple():
            return [_to_plain(item) for item in value]
        case int() if not isinstance(value, bool):
            return int(value)  # an opcode is an IntEnum
    return value


def _from_plain(value: Any) -> Any:
    match value:
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case list():
            return tuple(_from_plain(item) for item in value)
    return value


def _connection_to_json(connection: Connection) -> JSON:
    document = {f.name: getattr(connection, f.name) for f in fields(connection)}
    handshake = document.pop("handshake")
    return document | {
        "times": list(connection.times),
        "events": [event_to_json(event) for event in connection.events],
        "close_frame": _optional(connection.close_frame),
        "tcp_end": _optional(connection.tcp_end),
        **{name: _optional(getattr(handshake, name)) for name in _HANDSHAKE},
    }


def _optional(event: Event | None) -> JSON | None:
    return None if event is None else event_to_json(event)


def _connection_from_json(document: JSON) -> Connection:
    known = dict(document)
    for name in (*_HANDSHAKE, "close_frame", "tcp_end"):
        if known[name] is not None:
            known[name] = event_from_json(known[name])
    handshake = Handshake(*(known.pop(name) for name in _HANDSHAKE))
    known["events"] = tuple(map(event_from_json, known["events"]))
    known["times"] = tuple(known.get("times", ()))
    return Connection(handshake=handshake, **known)
