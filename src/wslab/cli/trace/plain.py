"""`--plain`: a line for each event, and the ladder at the end of a connection."""

from __future__ import annotations

import argparse
import sys
from typing import TextIO

from wslab.cli.trace.teller import Telling
from wslab.cli.trace.why import why
from wslab.trace.ladder.label import printable
from wslab.trace.ladder.labels import application_label, wire_label
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_text
from wslab.trace.model import ApplicationEvent, Connection, Event
from wslab.trace.watch import View

LABEL = 60
"""Characters that a label is cut to, unless whole payloads are asked for."""

_OTHER = {"client": "server", "server": "client"}


def view(options: argparse.Namespace, stream: TextIO) -> View:
    """Return the view that writes to a stream."""
    return Telling(Plain(stream, sys.maxsize if options.payloads else LABEL))


class Plain:
    """Tells in lines for people, and for `grep`: each event has its connection."""

    def __init__(self, stream: TextIO, label: int = LABEL) -> None:
        """Take where to write, and how many characters a label may have."""
        self._stream = stream
        self._label = label

    def tell(self, new: Connection) -> None:
        """Write a line for each event, and one where some are missing."""
        lines = [
            self._line(new.number, at, event)
            for at, event in zip(new.times, new.events, strict=True)
        ]
        if new.left_out:
            missing = f"{new.number:>5}  ... {new.left_out} events left out"
            lines.insert(new.gap, missing)
        self._write(lines)

    def conclude(self, whole: Connection) -> None:
        """Write its ladder, and why it ended."""
        client = f" from {whole.client}" if whole.client else ""
        title = f"connection {whole.number}: {printable(whole.path)}{client}"
        ladder = ladder_text(ladder_of((whole,), explained=False))
        self._write(["", title, ladder, *map(printable, why(whole)), ""])

    def leave_out(self, count: int) -> None:
        """Write a line that says so."""
        self._write([f"       ... {count} connections left out"])

    def close(self) -> None:
        """Do nothing: each line has been written."""

    def _write(self, lines: list[str]) -> None:
        if lines:
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()

    def _line(self, number: int, at: float, event: Event) -> str:
        label, way = _said(event, self._label)
        return f"{number:>5} {at:9.3f}  {way:22} {label}".rstrip()


def _said(event: Event, width: int) -> tuple[str, str]:
    """Return an event's label and which way it went."""
    if not isinstance(event, ApplicationEvent):
        way = f"{event.sender} \N{RIGHTWARDS ARROW} {_OTHER[event.sender]}"
        return wire_label(event).fit(width), way
    label = application_label(event).fit(width)
    if event.is_end:
        return label, "application"
    to = "application" if event.sender == "server" else "server"
    return label, f"{event.sender} \N{RIGHTWARDS ARROW} {to}"
