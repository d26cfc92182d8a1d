"""Standard output and error while a region of the terminal is not theirs."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, TextIO


class Held:
    """A stream that keeps what is written, for who shows it; else it is the stream."""

    def __init__(self, stream: TextIO, kept: deque[str]) -> None:
        self.stream = stream
        self._kept = kept

    def write(self, text: str) -> int:
        """Keep a text."""
        self._kept.append(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Keep texts."""
        self._kept.extend(lines)

    def flush(self) -> None:
        """Do nothing: it is shown in a moment."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class HeldStreams:
    """The standard streams that are a terminal, and the logging handlers on them.

    What anybody writes, in any thread, costs no more than to keep it. A handler that
    was made with a stream of its own, or with a file's number, is left alone.
    """

    def __init__(self) -> None:
        """Hold them from now on."""
        self._kept: deque[str] = deque()
        self._held = {
            name: Held(getattr(sys, name), self._kept)
            for name in ("stdout", "stderr")
            if getattr(sys, name).isatty()
        }
        self._handlers = list(_handlers())
        for handler in self._handlers:
            for held in self._held.values():
                if handler.stream is held.stream:
                    handler.setStream(held)
        for name, held in self._held.items():
            setattr(sys, name, held)

    def take(self) -> str:
        """Return what was written since the last time."""
        return "".join(self._kept.popleft() for _ in range(len(self._kept)))

    def release(self) -> None:
        """Hold them no longer."""
        for name, held in self._held.items():
            if getattr(sys, name) is held:
                setattr(sys, name, held.stream)
        for handler in self._handlers:
            if isinstance(handler.stream, Held):
                handler.setStream(handler.stream.stream)


def _handlers() -> Iterator[logging.StreamHandler[Any]]:
    """Yield the handlers of all loggers that write to a stream."""
    known = logging.root.manager.loggerDict.values()
    loggers = (it for it in known if isinstance(it, logging.Logger))
    for logger in (logging.root, *loggers):
        for handler in logger.handlers:
            if isinstance(handler, logging.StreamHandler):
                yield handler
