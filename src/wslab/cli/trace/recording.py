"""The file of a recording: a header, then a line of JSON for each connection."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wslab.cli.trace.teller import Telling
from wslab.trace.model import Connection
from wslab.trace.trace import Trace
from wslab.trace.watch import View

FORMAT = "wslab trace"
VERSION = 1
"""Of the form of the file; each line after the header has one of its own."""


class NoRecording(Exception):
    """A file that can't be read or written as a recording; its text is a sentence."""


def view(options: argparse.Namespace, app: str) -> View:
    """Return the view that records into the file that `create` made."""
    return Telling(Recording(options.out, options.out_limit, app))


def check(path: Path) -> None:
    """Look whether a file can be recorded into, and leave what it has.

    Raises:
        NoRecording: It can't be written, or has something else than a recording.
    """
    try:
        with path.open("ab"):
            pass
        if path.is_file() and path.stat().st_size:
            recorded_app(path)
    except OSError as error:
        raise NoRecording(f"{path} can't be written: {error.strerror}") from None
    except NoRecording as error:
        raise NoRecording(f"{error}: --out does not write over it") from None


def create(path: Path) -> None:
    """Empty a file that was checked: a recording begins."""
    path.write_bytes(b"")


class Recording:
    """Writes connections that are over to the end of a file, each at once.

    Every process that serves, as a reload starts one after the other, writes a header
    of its own. Where the file can't be written any more, as on a full disk, it ends
    with the line that failed.
    """

    def __init__(self, path: Path, limit: int, app: str) -> None:
        """Open the file, and write the header.

        Args:
            path: The file, which may have lines already.
            limit: Bytes that it may have.
            app: What is recorded, as "module:app" or the address of a server.
        """
        self._path = path
        self._limit = limit
        self._count = 0
        self._left_out = 0
        self._has_failed = False
        self._file = path.open("ab", buffering=0)
        versions = {"wslab": version("wslab"), "uvicorn": version("uvicorn")}
        self._write({"format": FORMAT, "version": VERSION, "app": app, **versions})

    def tell(self, new: Connection) -> None:
        """Do nothing: a connection is written as a whole."""

    def conclude(self, whole: Connection) -> None:
        """Write a connection, if there is room."""
        if self._write(Trace((whole,)).to_json()):
            self._count += 1
        else:
            self.leave_out(1)

    def leave_out(self, count: int) -> None:
        """Count connections that are missing."""
        self._left_out += count

    def close(self) -> None:
        """Write how many connections are missing, and tell the user."""
        if self._left_out:
            self._write(Trace((), self._left_out).to_json(), even_if_full=True)
        self._file.close()
        said = f"{self._path} has {self._count} connections"
        if self._left_out:
            said += f"; {self._left_out} were left out"
        print(said, file=sys.stderr)

    def _write(self, document: dict[str, Any], even_if_full: bool = False) -> bool:
        """Write a line and return whether it had room."""
        line = json.dumps(document, separators=(",", ":")).encode() + b"\n"
        is_full = self._file.tell() + len(line) > self._limit and not even_if_full
        if self._has_failed or is_full:
            return False
        try:
            self._has_failed = self._file.write(line) != len(line)
            why = "no space for a whole line"
        except OSError as error:
            self._has_failed, why = True, error.strerror or str(error)
        if self._has_failed:
            said = f"{self._path} can't be written: {why}; the recording ends here"
            print(f"wslab trace: {said}", file=sys.stderr)
        return not self._has_failed


def recorded_app(path: Path) -> str:
    """Return what a recording is of: "module:app", or the address of a server.

    Raises:
        NoRecording: There is no such file, or it is no recording of this version.
    """
    try:
        with path.open("rb") as file:
            header = _document(path, 1, file.readline())
    except OSError as error:
        raise NoRecording(f"{path} can't be read: {error.strerror}") from None
    return str((header or {}).get("app", ""))


def read(path: Path) -> Iterator[Trace]:
    """Yield the connections of a recording, as they ended, each in a trace.

    Those of a later process are numbered on from those before it. A last line that is
    not whole, since its process was killed, is said on standard error.

    Raises:
        NoRecording: There is no such file, or it is no recording of this version.
    """
    highest = offset = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                document = _document(path, number, line)
                if document is None:
                    print(f"{path}: its last line is cut off", file=sys.stderr)
                elif "format" in document:
                    offset = highest
                else:
                    trace = _trace(path, number, document)
                    trace = replace(
                        trace,
                        connections=tuple(
                            replace(it, number=it.number + offset)
                            for it in trace.connections
                        ),
                    )
                    highest = max(highest, *(it.number for it in trace.connections), 0)
                    yield trace
            if file.tell() == 0:
                raise NoRecording(f"{path} is empty")
    except OSError as error:
        raise NoRecording(f"{path} can't be read: {error.strerror}") from None


def _document(path: Path, number: int, line: bytes) -> dict[str, Any] | None:
    """Return a line's object, None for one that is cut off."""
    if number > 1 and not line.endswith(b"\n"):
        return None
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {}
    _check(path, number, document)
    return document


def _check(path: Path, number: int, document: dict[str, Any]) -> None:
    header = document.get("format") == FORMAT
    if number == 1 and not header:
        raise NoRecording(f"{path} is no recording of `wslab trace --out`")
    if header and document.get("version") != VERSION:
        found = document.get("version")
        raise NoRecording(
            f"{path} is a recording of version {found}, this wslab reads {VERSION}"
        )


def _trace(path: Path, number: int, document: dict[str, Any]) -> Trace:
    try:
        return Trace.from_json(document)
    except ValueError as error:
        raise NoRecording(f"{path}, line {number}: {error}") from None
