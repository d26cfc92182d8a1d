"""What pages did in a browser, in a form that can be stored and compared."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

LOCAL_PORT = re.compile(r"\b(127\.0\.0\.1|localhost):(\d+)")


@dataclass(frozen=True, slots=True)
class SocketEvent:
    """One event of a page's WebSocket; `socket` counts the page's sockets from 1.

    `data` is a message as text: of an ArrayBuffer its bytes in hexadecimal, of a Blob
    its size. `code`, `reason` and `wasClean` are a close event's.
    """

    socket: int
    url: str
    kind: Literal["open", "message", "error", "close"]
    protocol: str | None = None
    data: str | None = None
    code: int | None = None
    reason: str | None = None
    wasClean: bool | None = None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page: what it wrote to its console, and its WebSockets' events.

    The events are ordered by socket, and in time for each socket.
    """

    url: str
    console: list[str] = field(default_factory=list)
    events: list[SocketEvent] = field(default_factory=list)


def to_json(value: Any, pages: list[PageRecord]) -> dict[str, Any]:
    """Return what is stored of a result and compared: plain data, ports normalised."""
    for page in pages:
        page.events.sort(key=lambda event: event.socket)
    described = [asdict(page, dict_factory=_without_none) for page in pages]
    text = json.dumps({"value": value, "pages": described})
    ports: dict[str, str] = {}

    def normalised(match: re.Match[str]) -> str:
        number = len(ports) + 1
        name = ports.setdefault(match[2], "PORT" if number == 1 else f"PORT{number}")
        return f"{match[1]}:{name}"

    data: dict[str, Any] = json.loads(LOCAL_PORT.sub(normalised, text))
    return data


def _without_none(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in items if value is not None}


def pages_from_json(data: dict[str, Any]) -> list[PageRecord]:
    """Return the pages that `to_json` described."""
    return [
        PageRecord(p["url"], p["console"], [SocketEvent(**e) for e in p["events"]])
        for p in data["pages"]
    ]
