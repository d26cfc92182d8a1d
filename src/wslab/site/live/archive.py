"""Archives that are the same, byte by byte, whenever their contents are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

CACHED = "__pycache__"


def archive(
    roots: Iterable[Path], is_compiled: Callable[[Path], bool], beside: bool = False
) -> bytes:
    """Return a zip of all files below some folders, sources and what is compiled.

    Args:
        roots: the folders.
        is_compiled: whether a module, by its path, goes in compiled, too.
        beside: the compiled one lies beside its source, where an archive on `sys.path`
            wants it, and not in `__pycache__`.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for root in roots:
            for path in sorted(root.rglob("*")):
                if path.is_dir() or path.parent.name == CACHED:
                    continue
                _write(file, path, path.relative_to(root))
                if path.suffix == ".py" and is_compiled(path):
                    (compiled,) = (path.parent / CACHED).glob(f"{path.stem}.*.pyc")
                    place = path.relative_to(root).parent
                    name = f"{path.name}c" if beside else f"{CACHED}/{compiled.name}"
                    _write(file, compiled, place / name)
    return buffer.getvalue()


def _write(file: zipfile.ZipFile, path: Path, name: Path) -> None:
    # A ZipInfo has a date of its own: 1980.
    entry = zipfile.ZipInfo(name.as_posix())
    file.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
