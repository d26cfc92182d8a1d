"""Standard output and standard error of cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Generic, TypeVar

To = TypeVar("To")


class Stream(io.TextIOBase, Generic[To]):
    """A text stream that hands whole lines to the cell that writes them.

    What is written outside of any cell goes to the stream that was there before.
    """

    encoding = "utf-8"

    def __init__(
        self,
        other: io.TextIOBase,
        writing: Callable[[], To | None],
        emit: Callable[[To, str], None],
    ) -> None:
        self._other = other
        self._writing = writing
        self._emit = emit
        self._to: To | None = None
        self._line: list[str] = []

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Write; a line that is not whole waits for its end or for `flush`."""
        if not isinstance(text, str):
            kind = type(text).__name__
            raise TypeError(f"write() argument must be str, not {kind}")
        to = self._writing()
        if to is None:
            return self._other.write(text)
        if to != self._to:
            self.flush()
            self._to = to
        self._line.append(text)
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Hand over what has been written."""
        text, self._line = "".join(self._line), []
        if text and self._to is not None:
            self._emit(self._to, text)
