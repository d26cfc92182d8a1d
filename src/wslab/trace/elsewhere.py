"""The logs of a recorder in a process of their own: the server only notes.

It hands its notes on in batches, and the other process reads them. In
benchmarks/tracing.py an echo under `wslab trace --out` comes to 0.87 of uvicorn alone
so, and to 0.58 where the server's own process reads.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import IO, Any, cast

from wslab.trace.logs import Logs
from wslab.trace.model import Connection
from wslab.trace.recording import Bounds, Note

BATCH = 4_000
"""Parts of notes, of which each has four, that are handed on in one go."""

LONG = 4_096
"""Bytes of a note with which what has been noted is handed on, too."""

logger = logging.getLogger(__name__)


class LogsElsewhere:
    """Logs that another process keeps, to the end of this one at the latest.

    A note waits while the other process has not taken the earlier ones, so that memory
    is bounded here and there. Should it end, nothing more is recorded, and the server
    goes on.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Start the process; it keeps what `bounds` says."""
        self._noted: list[Any] = []
        self._asking = threading.Lock()
        self._handing_on = threading.Lock()
        self._has_failed = False
        self._process = subprocess.Popen(
            # -P: modules of the same names in the working directory are not for it.
            [sys.executable, "-P", "-c", f"from {__name__} import keep; keep()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server
        )
        self._to = cast(IO[bytes], self._process.stdin)
        self._from = cast(IO[bytes], self._process.stdout)
        self._noted.append(bounds)
        self._hand_on()

    def begin(self, number: int, begin: float) -> Note:
        """Begin a connection's log; return what notes into it."""
        noted, monotonic = self._noted, time.monotonic
        extend = noted.extend  # one call: notes come from more than one thread
        extend((begin, number, "begin", ()))

        def note(kind: str, what: Any, /) -> None:
            extend((monotonic(), number, kind, what))
            if len(noted) > BATCH or len(what) > LONG:
                self._hand_on()

        return note

    def take(self, numbers: Iterable[int], over: set[int]) -> dict[int, Connection]:
        """Return what connections did since the last look; forget those `over`."""
        return self._ask("take", (list(numbers), over)) or {}

    def forget(self, number: int) -> None:
        """Drop a connection: nothing of it is kept any more."""
        self._noted.extend((0.0, number, "forget", ()))

    def progress(self) -> tuple[int, set[int]]:
        """Return how much was noted so far, and which connections begin to end."""
        return self._ask("progress", ()) or (0, set())

    def close(self) -> None:
        """End the process, and what it keeps."""
        self._process.kill()
        self._process.wait()
        self._from.close()
        with suppress(OSError):  # it may hold what was not handed on
            self._to.close()

    def _ask(self, what: str, arguments: Sequence[Any]) -> Any:
        """Return what a method of the logs returns, None if there are none any more."""
        with self._asking:
            with self._handing_on:  # nobody else may ask in place of who will listen
                self._noted.extend((0.0, 0, what, arguments))
                self._write()
                if self._has_failed:
                    return None
            try:
                return pickle.load(self._from)
            except (EOFError, pickle.UnpicklingError):
                return None

    def _hand_on(self) -> None:
        with self._handing_on:
            self._write()

    def _write(self) -> None:
        batch = self._noted[:]
        del self._noted[: len(batch)]
        if self._has_failed:
            return
        try:
            self._to.write(pickle.dumps(batch))
            self._to.flush()
        except Exception as error:
            self._has_failed = True
            logger.error("nothing is recorded any more, the server goes on: %s", error)


def keep() -> None:
    """Keep the logs of the process that has started this one, until it ends."""
    notes, answers = sys.stdin.buffer, sys.stdout.buffer
    (bounds,) = pickle.load(notes)
    logs = Logs(bounds)
    while True:
        try:
            parts = iter(pickle.load(notes))
        except (EOFError, pickle.UnpicklingError):  # it was killed, perhaps meanwhile
            return
        for at, number, kind, what in zip(parts, parts, parts, parts, strict=True):
            match kind:
                case "begin":
                    logs.begin(number, at)
                case "forget":
                    logs.forget(number)
                case "take" | "progress":
                    pickle.dump(getattr(logs, kind)(*what), answers)
                    answers.flush()
                case _:
                    logs.note(at, number, kind, what)
