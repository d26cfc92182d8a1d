"""A browser's result as a notebook shows it: text and HTML."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from typing import Any

from wslab.lab.chrome.result import PageRecord, SocketEvent

Row = tuple[str, str, str]
"""Where something happened, what, and its details."""


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
        """The latest screenshot, a PNG; LookupError where none was taken."""
        if not self.screenshots:
            raise LookupError("no screenshot was taken")
        return self.screenshots[-1]

    def __str__(self) -> str:
        return _text(self)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/html": _html(self), "text/plain": _text(self)}


def _text(result: BrowserResult) -> str:
    """Return the result as aligned lines."""
    lines = [_origin(result)]
    for page in result.pages:
        rows = _rows(page)
        widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
        lines.append(f"page {page.url}")
        lines += (
            f"  {where:{widths[0]}}  {what:{widths[1]}}  {details}".rstrip()
            for where, what, details in rows
        )
    if result.value is not None:
        lines.append(f"returned {_compact(result.value)}")
    return "\n".join(lines)


def _html(result: BrowserResult) -> str:
    """Return a table for each page where something happened, then the screenshots."""
    parts = [f"<p>{escape(_origin(result))}</p>"]
    parts += (_table(page) for page in result.pages)
    if result.value is not None:
        parts.append(f"<p>returned <code>{escape(_compact(result.value))}</code></p>")
    for png in result.screenshots:
        data = b64encode(png).decode()
        parts.append(f'<img alt="screenshot" src="data:image/png;base64,{data}">')
    return f'<div class="wslab-browser">{"".join(parts)}</div>'


def _origin(result: BrowserResult) -> str:
    major = result.version.partition(".")[0]
    if result.stored:
        return f"Chromium {major}, a stored result: no Chromium is installed here"
    return f"Chromium {major}"


def _table(page: PageRecord) -> str:
    title = f"page <code>{escape(page.url)}</code>"
    rows = _rows(page)
    if not rows:
        return f"<p>{title}</p>"
    body = "".join(
        f"<tr><td>{escape(where)}</td><td>{escape(what)}</td>"
        f"<td><code>{escape(details)}</code></td></tr>"
        for where, what, details in rows
    )
    caption = f"<caption>{title}</caption>"
    head = "<tr><th>where</th><th>event</th><th>details</th></tr>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _rows(page: PageRecord) -> list[Row]:
    several = len({event.socket for event in page.events}) > 1
    rows = [
        (f"socket {event.socket}" if several else "socket", event.kind, _details(event))
        for event in page.events
    ]
    return rows + [("console", "", line) for line in page.console]


def _details(event: SocketEvent) -> str:
    match event.kind:
        case "message":
            return _compact(event.data)
        case "close":
            clean = "wasClean" if event.wasClean else "not wasClean"
            return f"{event.code} {_compact(event.reason)}, {clean}"
        case _:
            return f"{event.url} {event.protocol or ''}".rstrip()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
