"""Keep the outputs of an executed notebook until something they depend on changes."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

from wslab.kernel.extensions import EXTENSIONS
from wslab.site.execution.imports import reached
from wslab.site.notebooks import NotebookError, code_cells, tags
from wslab.site.project import Project

PACKAGE = Path(__file__).parents[2]
LAYOUT = 1  # of an entry; another number leaves older entries unread


@dataclass(frozen=True)
class Record:
    """How a notebook was executed, as its page tells the reader."""

    executed_at: str
    """UTC, ISO 8601, to the second."""
    seconds: float
    python: str
    uvicorn: str
    websockets: str
    commit: str
    """Short hash of the checkout, with `+` where files differed; "" without git."""


class Cache:
    """A directory with one entry for each notebook: its key, outputs and record.

    The key covers what can change an output: the code and tags of the cells, the
    modules of this package that they reach, the files that they can open, what is
    installed, and the Python version. Prose is not in it, so that an edit of the text
    starts no kernel.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.directory = project.cache

    def key(self, notebook: NotebookNode) -> str:
        """Return the key of a notebook as it is now.

        What surrounds all notebooks is looked at once, when the first key is made.
        """
        digest = self._surroundings.copy()
        code = [(cell.source, tags(cell)) for _, cell in code_cells(notebook)]
        for path in reached(PACKAGE, (source for source, _ in code), *EXTENSIONS):
            _add(digest, path)
        digest.update(json.dumps(code).encode())
        return digest.hexdigest()

    @cached_property
    def _surroundings(self) -> "hashlib._Hash":
        digest = hashlib.sha256(sys.version.encode())
        for name in (*_installed(), *_browsers()):
            digest.update(name.encode() + b"\0")
        for path in self.project.inputs():
            _add(digest, path)
        return digest

    def check(self) -> None:
        """Raise NotebookError unless an entry can be stored."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.directory).close()
        except OSError as error:
            reason = f"{self.directory}: {error.strerror}"
            raise NotebookError(f"the cache cannot be written: {reason}") from None

    def load(self, path: Path, notebook: NotebookNode, key: str) -> Record | None:
        """Put the stored outputs into `notebook`; None if there are none for `key`."""
        entry = self._read(path)
        if entry is None or entry["key"] != key:
            return None
        for (_, cell), stored in zip(code_cells(notebook), entry["cells"], strict=True):
            cell.outputs = from_dict(stored["outputs"])  # type: ignore[no-untyped-call]
            cell.execution_count = stored["execution_count"]
        return Record(**entry["record"])

    def store(
        self, path: Path, notebook: NotebookNode, key: str, record: Record
    ) -> None:
        """Keep the outputs of an executed notebook in place of its older ones."""
        cells = [
            {"outputs": cell.outputs, "execution_count": cell.execution_count}
            for _, cell in code_cells(notebook)
        ]
        entry = {"key": key, "record": asdict(record), "cells": cells}
        # Another build may read or write the entry at this moment.
        partial = self.directory / f"{path.stem}.{os.getpid()}.partial"
        partial.write_text(json.dumps(entry), encoding="utf-8")
        partial.replace(self._entry(path))

    def seconds(self, path: Path) -> float:
        """Return how long the last execution of the notebook took; 0 if unknown."""
        entry = self._read(path)
        return float(entry["record"]["seconds"]) if entry else 0.0

    def _entry(self, path: Path) -> Path:
        return self.directory / f"{path.stem}.{LAYOUT}.json"

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            entry = json.loads(self._entry(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return entry if isinstance(entry, dict) else None


def _add(digest: "hashlib._Hash", path: Path) -> None:
    digest.update(path.name.encode() + b"\0")
    digest.update(hashlib.sha256(path.read_bytes()).digest())


def _installed() -> list[str]:
    """Return name and version of every installed distribution, by its directory."""
    return sorted(
        {info.name for entry in sys.path for info in Path(entry).glob("*.dist-info")}
    )


def _browsers() -> Iterator[str]:
    """Yield the browsers that a cell may run, each with its time of installation."""
    named = os.environ.get("WSLAB_CHROMIUM", "")
    for name in (named, "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            yield f"{found} {Path(found).stat().st_mtime_ns}"
