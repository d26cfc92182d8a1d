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
    """Both standard streams, and the logging handlers that write to them.

    What anybody writes, in any thread, costs no more than to keep it. A handler that
    was made with a stream of its own, or with a file's number, is left alone.
    """

    def __init__(self) -> None:
        """Hold them from now on."""
        self._kept: deque[str] = deque()
        self._out = Held(sys.stdout, self._kept)
        self._err = Held(sys.stderr, self._kept)
        self._handlers = list(_handlers())
        for handler in self._handlers:
            for held in (self._out, self._err):
                if handler.stream is held.stream:
                    handler.setStream(held)
        sys.stdout, sys.stderr = self._out, self._err

    def take(self) -> str:
        """Return what was written since the last time."""
        return "".join(self._kept.popleft() for _ in range(len(self._kept)))

    def release(self) -> None:
        """Hold them no longer."""
        if sys.stdout is self._out:
            sys.stdout = self._out.stream
        if sys.stderr is self._err:
            sys.stderr = self._err.stream
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
