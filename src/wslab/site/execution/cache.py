"""Keep the outputs of an executed notebook until something they depend on changes."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

import wslab
from wslab.site.notebooks import code_cells, tags

PACKAGE = Path(wslab.__file__).parent
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
    modules and files that a notebook can import or open, what is installed, and the
    Python version. Prose is not in it, so that an edit of the text starts no kernel.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._surroundings: dict[Path, bytes] = {}

    def key(self, path: Path, notebook: NotebookNode) -> str:
        """The key of a notebook as it is now, in its surroundings as they are now."""
        digest = hashlib.sha256(self._surroundings_of(path.parent))
        code = [(cell.source, tags(cell)) for _, cell in code_cells(notebook)]
        digest.update(json.dumps(code).encode())
        return digest.hexdigest()

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
        self.directory.mkdir(parents=True, exist_ok=True)
        # Another build may read or write the entry at this moment.
        partial = self.directory / f"{path.stem}.{os.getpid()}.partial"
        partial.write_text(json.dumps(entry), encoding="utf-8")
        partial.replace(self._entry(path))

    def seconds(self, path: Path) -> float:
        """How long the notebook took when it was executed last; 0 if unknown."""
        entry = self._read(path)
        return float(entry["record"]["seconds"]) if entry else 0.0

    def _entry(self, path: Path) -> Path:
        return self.directory / f"{path.stem}.{LAYOUT}.json"

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            entry = json.loads(self._entry(path).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return entry if isinstance(entry, dict) else None

    def _surroundings_of(self, directory: Path) -> bytes:
        if directory not in self._surroundings:
            self._surroundings[directory] = surroundings(directory)
        return self._surroundings[directory]


def surroundings(directory: Path) -> bytes:
    """A digest of all that notebooks in `directory` depend on apart from their code."""
    digest = hashlib.sha256(sys.version.encode())
    for name in (*installed(), *browsers()):
        digest.update(name.encode() + b"\0")
    for path in (*modules(), *local_files(directory), *locks(directory)):
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def installed() -> list[str]:
    """Name and version of every installed distribution, from its directory's name."""
    return sorted(
        {info.name for entry in sys.path for info in Path(entry).glob("*.dist-info")}
    )


def browsers() -> Iterator[str]:
    """The browsers that a cell may run, each with the time of its installation."""
    named = os.environ.get("WSLAB_CHROMIUM", "")
    for name in (named, "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            yield f"{found} {Path(found).stat().st_mtime_ns}"


def modules() -> Iterator[Path]:
    """The project's files that a notebook can import: not the site and the command."""
    for path in sorted(PACKAGE.rglob("*")):
        inner = path.relative_to(PACKAGE).parts
        if inner[0] not in ("site", "cli") and is_input(path):
            yield path


def local_files(directory: Path) -> Iterable[Path]:
    """The files beside the notebooks that a cell may open or import."""
    return filter(is_input, sorted(directory.rglob("*")))


def locks(directory: Path) -> Iterator[Path]:
    """The lock file beside the notebooks' directory, if there is one."""
    lock = directory.parent / "requirements.lock"
    if lock.is_file():
        yield lock


def is_input(path: Path) -> bool:
    """Whether a file is written by people, and is no notebook."""
    made = {"__pycache__", ".ipynb_checkpoints"}.intersection(path.parts)
    return path.is_file() and path.suffix != ".ipynb" and not made
