"""What one event holds, to be read: as text, as JSON and in hexadecimal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wslab.trace.model import ApplicationEvent, Event, Frame, Head, Opcode

JSON = dict[str, Any]

SHOWN = 256 * 1024
"""Bytes of a payload that are shown; all that is kept can be saved."""

_ROW = 16
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[][{},:]|[^][{},:"\s]+')


def content(event: Event) -> JSON:
    """Return what an event holds.

    "forms" has the text, the indented JSON and the hexadecimal rows, those that there
    are. "size" counts the bytes (of an application's text its characters) that there
    were, "kept" those that the trace has, "shown" those in the forms.
    """
    facts = [list(fact) for fact in _facts(event)]
    data = payload(event)
    if data is None:
        return {"facts": facts, "forms": {}}
    shown = data[:SHOWN]
    return {
        "facts": facts,
        "forms": dict(_forms(shown, len(shown) < _size(event))),
        "size": _size(event),
        "kept": len(data),
        "shown": len(shown),
        "unit": "characters" if isinstance(data, str) else "bytes",
    }


def payload(event: Event) -> bytes | str | None:
    """Return as much as is kept of a message's or frame's payload, None without one."""
    match event:
        case Frame():
            return event.payload
        case ApplicationEvent():
            return event.data
    return None


def _size(event: Event) -> int:
    match event:
        case Frame():
            return event.length if event.size is None else event.size
        case ApplicationEvent():
            return event.length or 0
    return 0


def _facts(event: Event) -> Iterator[tuple[str, str]]:
    """Yield what is known of an event beside its payload, as names and values."""
    match event:
        case Head():
            yield "", event.start
            yield from event.headers
        case Frame():
            yield "opcode", f"{event.opcode} ({_name(event.opcode)})"
            yield "FIN", "1" if event.fin else "0, a fragment"
            yield "masked", "yes" if event.masked else "no"
            if event.reserved:
                yield "reserved bits", f"{event.reserved:03b}"
            if event.compressed:
                yield "compressed", f"{event.length} bytes on the wire"
            if event.opcode == Opcode.CLOSE:
                yield "close code", str(event.close_code)
                yield "reason", event.close_reason or ""
        case ApplicationEvent():
            yield "type", event.type
            for name in ("code", "reason", "detail", "place"):
                if getattr(event, name) is not None:
                    yield name, str(getattr(event, name))
        case _:
            for name, value in event._asdict().items():
                yield name, str(value)


def _name(opcode: int) -> str:
    try:
        return Opcode(opcode).name.lower()
    except ValueError:
        return "reserved"


def _forms(data: bytes | str, is_cut: bool) -> Iterator[tuple[str, str]]:
    text = data if isinstance(data, str) else _decoded(data, is_cut)
    if text is not None:
        yield "text", text
        if not is_cut and (indented := _indented(text)) is not None:
            yield "json", indented
    if isinstance(data, bytes):
        yield "hex", "\n".join(_hex_rows(data))


def _decoded(data: bytes, is_cut: bool) -> str | None:
    """Return text, less a character that is cut; None if it is no UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if is_cut and error.end == len(data) and len(data) - error.start < 4:
            return data[: error.start].decode()
    return None


def _indented(text: str) -> str | None:
    """Return an object or array of JSON, each member on a line, as it was written.

    Numbers, escapes and keys that occur twice stay: only the blanks between change.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return "".join(_spaced([token[0] for token in _TOKEN.finditer(text)]))


def _spaced(tokens: list[str]) -> Iterator[str]:
    depth = 0
    for index, token in enumerate(tokens):
        if token in "}]":
            depth -= 1
            if tokens[index - 1] not in "{[":
                yield "\n" + "  " * depth
        yield token
        if token in "{[":
            depth += 1
            if tokens[index + 1] in "}]":
                continue
        if token in "{[,":
            yield "\n" + "  " * depth
        elif token == ":":
            yield " "


def _hex_rows(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), _ROW):
        row = data[start : start + _ROW]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  {letters}"
