"""The view that writes the pytest file, once all has happened."""

from __future__ import annotations

import sys
from pathlib import Path

from wslab.cli.trace.recording import NoRecording
from wslab.cli.trace.replay.source import as_test
from wslab.cli.trace.teller import Telling
from wslab.trace.model import Connection
from wslab.trace.watch import View

MOST = 100
"""Connections that a file has tests of: nobody reads more."""


def view(path: Path, app: str) -> View:
    """Return the view that writes a test of an application into a file."""
    return Telling(Tests(path, app))


def check(path: Path, app: str) -> None:
    """Look whether a test of an application can be written, and leave nothing.

    Raises:
        NoRecording: It is there, or can't be written; or the application is elsewhere.
    """
    if "://" in app:
        raise NoRecording(f"--as-test needs an application to import, not {app}")
    try:
        path.touch(exist_ok=False)
        path.unlink()
    except FileExistsError:
        message = f"{path} is there already: --as-test writes a new file"
        raise NoRecording(message) from None
    except OSError as error:
        raise NoRecording(f"{path} can't be written: {error.strerror}") from None


class Tests:
    """Keeps the first WebSocket connections, and writes their test at the end."""

    def __init__(self, path: Path, app: str) -> None:
        self._path = path
        self._app = app
        self._kept: list[Connection] = []
        self._left_out = 0

    def tell(self, new: Connection) -> None:
        """Do nothing: a test is of a whole connection."""

    def conclude(self, whole: Connection) -> None:
        """Keep a connection, if there is room."""
        if whole.is_websocket and len(self._kept) < MOST:
            self._kept.append(whole)
        elif whole.is_websocket:
            self.leave_out(1)

    def leave_out(self, count: int) -> None:
        """Count connections that are missing."""
        self._left_out += count

    def close(self) -> None:
        """Write the file, and tell the user."""
        self._path.write_text(as_test(self._kept, self._app), encoding="utf-8")
        missing = f"; {self._left_out} were left out" if self._left_out else ""
        print(
            f"{len(self._kept)} connections are in {self._path}{missing}",
            file=sys.stderr,
        )
