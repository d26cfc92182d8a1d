"""How far a command is that takes long."""

from __future__ import annotations

import sys
import time
from typing import Self


class Progress:
    """A line on the terminal that says how far it is; elsewhere a line each minute.

    It is gone when the block `with Progress(...) as progress` ends.
    """

    EACH = 60.0

    def __init__(self, total: int, unit: str = "cells") -> None:
        self._total = total
        self._unit = unit
        self._done = 0
        self._began = self._told = time.monotonic()
        self._tty = sys.stderr.isatty()

    def step(self, what: str) -> None:
        """Count one that is done, and name it."""
        self._done += 1
        now = time.monotonic()
        line = f"{self._done} of {self._total} {self._unit}, {now - self._began:.0f} s"
        if self._tty:
            print(f"\r\x1b[K{line}: {what}", end="", file=sys.stderr, flush=True)
        elif now - self._told >= self.EACH:
            self._told = now
            print(line, file=sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._tty:
            print("\r\x1b[K", end="", file=sys.stderr)

    @property
    def took(self) -> float:
        """The seconds since it began."""
        return time.monotonic() - self._began
