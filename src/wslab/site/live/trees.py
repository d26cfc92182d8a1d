"""The folders that become archives: what was fetched, unpacked, and our own modules."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from wslab.site.live.bundles import ATLAS, BUNDLES, CORE, KEPT, LEFT_OUT, RARE, TOOLS

PACKAGE = Path(__file__).parents[2]
STDLIB = "stdlib"
MODULES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
"""The files of Pyodide that a page loads, beside the standard library."""

ELSEWHERE = ("site", "cli")
"""Our own packages that no page imports."""

_LIBRARY = "python_stdlib.zip"
_LOCK = "pyodide-lock.json"
_USELESS = {".c", ".pyi", ".typed"}


def unpack_pyodide(archive: Path, folder: Path) -> None:
    """Unpack what a page, and Node, need of npm's archive of Pyodide."""
    wanted = {f"package/{it}" for it in (*MODULES, _LIBRARY, _LOCK, "package.json")}
    with tarfile.open(archive) as file:
        for member in file:
            if member.name in wanted and (content := file.extractfile(member)):
                path = folder / PurePosixPath(member.name).name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


def unpack_library(pyodide: Path, trees: Path) -> None:
    """Unpack the standard library, and what is rare in it apart from it."""
    with zipfile.ZipFile(pyodide / _LIBRARY) as file:
        members = [it for it in file.namelist() if not LEFT_OUT.fullmatch(it)]
        file.extractall(trees / STDLIB, members)
    (trees / TOOLS).mkdir()
    for name in RARE:
        for path in (trees / STDLIB / name, trees / STDLIB / f"{name}.py"):
            if path.exists():
                path.rename(trees / TOOLS / path.name)


def unpack_wheels(wheels: Mapping[str, Path], trees: Path) -> None:
    """Unpack wheels, by their distributions' names, into the trees of the bundles."""
    for bundle in BUNDLES:
        (trees / bundle.name).mkdir(exist_ok=True)
        for name in bundle.distributions:
            with zipfile.ZipFile(wheels[name]) as file:
                members = _wanted(file.namelist(), KEPT.get(name, ()))
                file.extractall(trees / bundle.name, members)


def _wanted(names: Iterable[str], kept: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        path = PurePosixPath(name)
        if path.parts[0].endswith(".dist-info"):
            if path.name in {"METADATA", "entry_points.txt"}:
                yield name
        elif name in kept if kept else path.suffix not in _USELESS:
            yield name


def own_files() -> dict[str, list[Path]]:
    """Return our own files, by the bundle that they are in."""
    files = [
        path
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    parts = {path: path.relative_to(PACKAGE).parts[0] for path in files}
    return {
        CORE: [it for it in files if parts[it] not in (*ELSEWHERE, ATLAS)],
        ATLAS: [it for it in files if parts[it] == ATLAS],
    }


def copy_own(trees: Path) -> None:
    """Copy our own files into the trees of their bundles."""
    for bundle, files in own_files().items():
        for path in files:
            copy = trees / bundle / "wslab" / path.relative_to(PACKAGE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
