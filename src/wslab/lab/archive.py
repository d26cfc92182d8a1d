"""Where results are kept: beside a notebook, or in a notebook that travels."""

from __future__ import annotations

import json
import os
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any

LONGEST_DIFF = 80
"""Lines of a difference that are shown."""

RECORD = "set the environment variable WSLAB_RECORD=1 and run this cell again"


class StoredResultChanged(AssertionError):
    """What ran did not do what its stored result says, or none is stored yet."""


@dataclass(frozen=True)
class Kept:
    """A result as it is kept.

    Attributes:
        version: of what did it, such as "156.0.8078.79" or "nginx 1.22.1".
        data: what was done: plain data, without a port or a time.
        pictures: its screenshots, each a PNG.
        carried: whether it is in the notebook, for want of a file.
    """

    version: str
    data: dict[str, Any]
    pictures: list[bytes] = field(default_factory=list)
    carried: bool = False


_carried: dict[str, dict[str, Any]] = {}


def carry(results: dict[str, dict[str, Any]]) -> None:
    """Keep results in the notebook itself, for one that leaves its directory.

    The first cell of a downloaded notebook calls this. A file beside the notebook
    still comes first.

    Args:
        results: by name, what `Archive.carried` returned.
    """
    _carried.update(results)


@dataclass(frozen=True)
class Archive:
    """The results of one kind, each a file of its own beside the notebooks.

    Attributes:
        folder: where its files are, relative to the notebooks' directory.
        by: the key under which a file names what did it, and its version.
        what: its name in a sentence.
        holds: the keys that a result has beside.
        compared: returns what two results must have in common, of the data of one.
    """

    folder: str
    by: str
    what: str
    holds: frozenset[str]
    compared: Callable[[Any], Any] = lambda data: data

    def names(self, directory: Path) -> list[str]:
        """Return the names of the results in the files of a notebooks' directory."""
        return sorted(path.stem for path in (directory / self.folder).glob("*.json"))

    def file(self, name: str, directory: Path = Path()) -> Path:
        """Return the path of the file for a result."""
        return directory / self.folder / f"{name}.json"

    def carried(self, names: Iterable[str], directory: Path) -> dict[str, Any]:
        """Return the results of these names as `carry` takes them: plain data.

        Args:
            names: of results; those that are not kept are left out.
            directory: the notebooks'.
        """
        kept = {name: self._load(name, directory) for name in names}
        return {
            name: {
                self.by: it.version,
                **it.data,
                "pictures": [b64encode(png).decode() for png in it.pictures],
            }
            for name, it in kept.items()
            if it is not None
        }

    def load(self, name: str) -> Kept | None:
        """Return the result of a name, None if there is none.

        Raises:
            StoredResultChanged: its file holds something else.
        """
        try:
            return self._load(name, Path())
        except ValueError as error:
            message = f"{name}: {self.file(name)} cannot be read: {error}; {RECORD}"
            raise StoredResultChanged(f"{message} to write it anew") from None

    def settle(self, name: str, now: Kept) -> None:
        """Store a result where WSLAB_RECORD=1 asks for it; else compare it.

        In a notebook that travels a difference is a warning, since another version may
        do otherwise.

        Raises:
            StoredResultChanged: the result is not the stored one, or there is none.
        """
        if os.environ.get("WSLAB_RECORD") == "1":
            self._save(name, now)
        else:
            self._compare(name, now)

    def _load(self, name: str, directory: Path) -> Kept | None:
        path = self.file(name, directory)
        if path.exists():
            pictures = [it.read_bytes() for it in self._pictures(name, directory)]
            return self._kept(path, json.loads(path.read_text("utf-8")), pictures)
        found = _carried.get(name)
        if found is None or self.by not in found:
            return None
        data = {key: value for key, value in found.items() if key != "pictures"}
        carried = [b64decode(picture) for picture in found["pictures"]]
        return Kept(data.pop(self.by), data, carried, carried=True)

    def _kept(self, path: Path, data: Any, pictures: list[bytes]) -> Kept:
        if not isinstance(data, dict) or not {self.by, *self.holds} <= data.keys():
            raise ValueError(f"{path} holds no result of a {self.by}")
        return Kept(data.pop(self.by), data, pictures)

    def _save(self, name: str, result: Kept) -> None:
        """Write a result, in place of an earlier one, into the current directory."""
        Path(self.folder).mkdir(exist_ok=True)
        for path in self._pictures(name, Path()):
            path.unlink()
        for number, png in enumerate(result.pictures, 1):
            Path(self.folder, f"{name}.{number}.png").write_bytes(png)
        text = _as_text({self.by: result.version, **result.data}) + "\n"
        self.file(name).write_text(text, encoding="utf-8")

    def _compare(self, name: str, now: Kept) -> None:
        kept = self.load(name)
        if kept is None and not _carried:
            raise StoredResultChanged(
                f"{name}: no result is stored yet for those who have no "
                f"{self.by}; {RECORD} to write {self.file(name)}"
            )
        if kept is None or self.compared(kept.data) == self.compared(now.data):
            return
        if not kept.carried:
            raise StoredResultChanged(
                f"{name}: what happened is not what {self.file(name)} says; if it "
                f"is right, {RECORD} to store it\n{self._difference(kept, now)}"
            )
        warnings.warn(
            f"{name}: your {self.what}, {now.version}, does not do what {kept.version} "
            f"did when this notebook was published; this cell goes on with what yours "
            f"does\n{self._difference(kept, now)}",
            stacklevel=5,
        )

    def _difference(self, kept: Kept, now: Kept) -> str:
        lines = unified_diff(
            _as_text(self.compared(kept.data)).splitlines(),
            _as_text(self.compared(now.data)).splitlines(),
            f"stored, {self.by} {kept.version}",
            f"now, {self.by} {now.version}",
            lineterm="",
        )
        return "\n".join(islice(lines, LONGEST_DIFF))

    def _pictures(self, name: str, directory: Path) -> list[Path]:
        return sorted((directory / self.folder).glob(f"{name}.*.png"))


def _as_text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False)
