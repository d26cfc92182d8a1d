"""Where browser results are kept: beside a notebook, or in a notebook that travels."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DIRECTORY = Path("browser")
"""Where files with results are, relative to the notebooks' directory."""


@dataclass(frozen=True)
class Kept:
    """A result as it is kept.

    Attributes:
        version: the Chromium's that did it.
        data: what `wslab.lab.chrome.result.to_json` made of it.
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
        results: by name, what `carried` returned.
    """
    _carried.update(results)


def carries_any() -> bool:
    """Tell whether this is a notebook that travels."""
    return bool(_carried)


def carried(names: Iterable[str], directory: Path) -> dict[str, dict[str, Any]]:
    """Return the results of these names as `carry` takes them: plain data.

    Args:
        names: of results; those that are not kept are left out.
        directory: the notebooks'.
    """
    kept = {name: load(name, directory) for name in names}
    return {
        name: {
            "chromium": it.version,
            **it.data,
            "pictures": [b64encode(png).decode() for png in it.pictures],
        }
        for name, it in kept.items()
        if it is not None
    }


def kept_names(directory: Path) -> list[str]:
    """Return the names of the results in the files of a notebooks' directory."""
    return sorted(path.stem for path in (directory / DIRECTORY).glob("*.json"))


def load(name: str, directory: Path = Path()) -> Kept | None:
    """Return the result of a name, None if there is none.

    Raises:
        ValueError: its file holds something else.
    """
    path = result_file(name, directory)
    if path.exists():
        pictures = [picture.read_bytes() for picture in _pictures(name, directory)]
        return _kept(path, json.loads(path.read_text(encoding="utf-8")), pictures)
    if (found := _carried.get(name)) is None:
        return None
    data = {key: value for key, value in found.items() if key != "pictures"}
    pictures = [b64decode(picture) for picture in found["pictures"]]
    return Kept(data.pop("chromium"), data, pictures, carried=True)


def _kept(path: Path, data: Any, pictures: list[bytes]) -> Kept:
    if not isinstance(data, dict) or not {"chromium", "value", "pages"} <= data.keys():
        raise ValueError(f"{path} holds no result of a browser")
    return Kept(data.pop("chromium"), data, pictures)


def save(name: str, result: Kept) -> None:
    """Write a result, in place of an earlier one, into the current directory."""
    DIRECTORY.mkdir(exist_ok=True)
    for path in _pictures(name, Path()):
        path.unlink()
    for number, png in enumerate(result.pictures, 1):
        (DIRECTORY / f"{name}.{number}.png").write_bytes(png)
    text = as_text({"chromium": result.version, **result.data}) + "\n"
    result_file(name).write_text(text, encoding="utf-8")


def result_file(name: str, directory: Path = Path()) -> Path:
    """Return the path of the file for a result."""
    return directory / DIRECTORY / f"{name}.json"


def as_text(data: dict[str, Any]) -> str:
    """Return the data of a result as its file has it."""
    return json.dumps(data, indent=1, ensure_ascii=False)


def _pictures(name: str, directory: Path) -> list[Path]:
    return sorted((directory / DIRECTORY).glob(f"{name}.*.png"))
