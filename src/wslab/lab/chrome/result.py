"""What a browser did, in a form that can be stored, compared and shown."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from wslab.lab.chrome.show import result_html, result_text

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


@dataclass(frozen=True)
class BrowserResult:
    """What pages did in a real Chromium; a notebook shows it as a table.

    `value` is what the script or the session returned. Ports are normalised, so that
    two runs give the same. `stored` tells that no Chromium is installed here, and that
    this is what the version named by `version` did when the result was recorded.
    """

    version: str
    value: Any
    pages: list[PageRecord]
    stored: bool = False
    screenshots: list[bytes] = field(default_factory=list, repr=False)

    @property
    def console(self) -> list[str]:
        """The console lines of all pages, one page after the other."""
        return [line for page in self.pages for line in page.console]

    @property
    def events(self) -> list[SocketEvent]:
        """The WebSocket events of all pages, one page after the other."""
        return [event for page in self.pages for event in page.events]

    @property
    def screenshot(self) -> bytes:
        """The latest screenshot, a PNG. Raises LookupError where none was taken."""
        if not self.screenshots:
            raise LookupError("no screenshot was taken")
        return self.screenshots[-1]

    def __str__(self) -> str:
        return result_text(self)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/html": result_html(self), "text/plain": result_text(self)}


def to_json(value: Any, pages: list[PageRecord]) -> dict[str, Any]:
    """What is stored of a result and compared: plain data, ports normalised."""
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


def from_json(
    data: dict[str, Any], version: str, screenshots: list[bytes], *, stored: bool
) -> BrowserResult:
    """The result that `to_json` described."""
    pages = [
        PageRecord(p["url"], p["console"], [SocketEvent(**e) for e in p["events"]])
        for p in data["pages"]
    ]
    return BrowserResult(version, data["value"], pages, stored, screenshots)
