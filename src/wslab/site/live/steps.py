"""Say what takes long: nothing for two seconds, then each step as it begins."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Self, TextIO

SILENCE = 2.0  # seconds


class Steps:
    """Tells the steps of a build on a stream, by default standard error."""

    def __init__(self, stream: TextIO | None = None, silence: float = SILENCE) -> None:
        self._stream = stream or sys.stderr
        self._timer = threading.Timer(silence, self._tell)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._step = ""
        self._telling = False

    def begin(self, step: str) -> None:
        """Begin a step, which is a line's text."""
        with self._lock:
            self._step = step
            if self._telling:
                self._print()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Fall silent."""
        self._timer.cancel()

    def _tell(self) -> None:
        with self._lock:
            self._telling = True
            if self._step:
                self._print()

    def _print(self) -> None:
        print(f"what Run needs: {self._step}", file=self._stream, flush=True)
