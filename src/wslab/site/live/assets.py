"""The one step that makes what a page's Python needs, of what is pinned.

Pyodide comes from npm, wheels from PyPI, as the project's lock files pin them; our own
modules from this package. The results lie below `live/` of the site, each under a name
that has a part of its SHA-256, so that they may be kept for ever. The same inputs make
the same bytes. `manifest.HASH.json` names them all:

    {
      "pyodide": "pyodide.HASH/",             the folder that loadPyodide() is told
      "info": {"python": "3.14.2", ...},      of its lock file: what it is built for
      "files": {
        "pyodide.mjs": ASSET, "pyodide.asm.mjs": ASSET, "pyodide.asm.wasm": ASSET,
        "stdlib": ASSET                       a zip, for `stdLibURL`
      },
      "bundles": {
        "core": BUNDLE,                       gzipped tars for site-packages
        "fastapi": BUNDLE, ...
      }
    }

An ASSET has `file` (relative to the manifest), `size` in bytes, and `sha256`, written
as subresource integrity does. A BUNDLE is one that has `imports`, the modules that it
is needed for (with all below them), and `needs`, the bundles that these import. `core`
is what every page loads. frontend/src/live/manifest.ts has the same as types.

Modules that the start imports are there compiled as well, by Pyodide's own Python, and
loaded without a look at their source, which tracebacks show.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from wslab.site.live.archive import as_tar, as_zip
from wslab.site.live.bundles import (
    AT_START,
    BUNDLES,
    CORE,
    PYODIDE,
    distributions,
)
from wslab.site.live.fetch import fetch_package, fetch_wheels
from wslab.site.live.licences import LICENCES, of_package, of_wheel, write_licences
from wslab.site.live.node import find_node
from wslab.site.live.pins import Package, Pin, package, pins
from wslab.site.live.pyodide import run_in_pyodide
from wslab.site.live.steps import Steps
from wslab.site.live.trees import (
    MODULES,
    PACKAGE,
    STDLIB,
    copy_own,
    own_files,
    unpack_library,
    unpack_pyodide,
    unpack_wheels,
)

_HASH = 12  # hexadecimal digits in a name
_PARTIAL = ".partial-"
_COMPILE, _IMPORTED = "compile.py", "imported.py"
_HERE = Path(__file__).parent
_UNPACKING = [
    *(_HERE / it for it in ("bundles.py", "licences.py", "trees.py")),
    *(_HERE / "interpreter" / it for it in ("run.mjs", _COMPILE)),
]
_PACKING = [
    *(_HERE / it for it in ("archive.py", "assets.py")),
    _HERE / "interpreter" / _IMPORTED,
]
"""The code that says what is in the trees, and in the files."""

_ZIP = "/lib/python{}.zip"
_PACKAGES = "/lib/python{}/site-packages"


@dataclass(frozen=True)
class Assets:
    """What was made: a folder to copy to `live/` of the site.

    Attributes:
        folder: it has the files and nothing else.
        manifest: the name of the manifest in it.
        trees: the folders that the bundles were made of, and Pyodide's.
    """

    folder: Path
    manifest: str
    trees: Path

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield all files by their names in the folder."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix(), path


def build_assets(root: Path, cache: Path) -> Assets:
    """Return the assets of a project, made anew only where an input has changed.

    Args:
        root: the project's, with its lock files.
        cache: the folder where all is kept that was fetched or made.

    Raises:
        Unavailable: what they need cannot be had.
    """
    cache = cache.resolve()  # Pyodide sees no symbolic link that leads out of a folder
    pyodide, wheels = package(root, PYODIDE), pins(root, distributions())
    fetched = _digest(repr((pyodide, wheels)).encode(), *_contents(_UNPACKING))
    own = [it for files in own_files().values() for it in files]
    made = _digest(fetched.encode(), *_contents([*_PACKING, *own]))
    trees, folder = cache / "trees" / fetched, cache / "made" / made
    with Steps() as steps:
        if not trees.is_dir():
            with _whole(trees) as fresh:
                _make_trees(fresh, cache / "fetched", pyodide, wheels, steps)
        if not folder.is_dir():
            with _whole(folder) as fresh:
                _make_files(fresh, trees, cache, steps)
    (manifest,) = folder.glob("manifest.*.json")
    return Assets(folder, manifest.name, trees)


def _make_trees(
    trees: Path, fetched: Path, pyodide: Package, wheels: list[Pin], steps: Steps
) -> None:
    """Fetch and unpack what is not ours, and compile it."""
    node = find_node()
    steps.begin(f"fetching Pyodide {pyodide.version}")
    archive = fetch_package(pyodide, fetched, node)
    unpack_pyodide(archive, trees / PYODIDE)
    unpack_library(trees / PYODIDE, trees)
    info = _info(trees)
    steps.begin(f"fetching {len(wheels)} wheels")
    platforms = ("any", f"pyemscripten_{info['abi_version']}_{info['arch']}")
    files = fetch_wheels(wheels, fetched, _python(info), platforms)
    named = {it.name: file for it, file in zip(wheels, files, strict=True)}
    unpack_wheels(named, trees)
    licences = [of_package(trees / PYODIDE), *map(of_wheel, files)]
    write_licences(licences, trees / LICENCES)
    steps.begin("compiling, for half a minute and only once")
    place = _PACKAGES.format(_python(info))
    places = [f"{it.name}={place}" for it in BUNDLES]
    library = f"{STDLIB}={_ZIP.format(_python(info).replace('.', ''))}"
    run_in_pyodide(node, trees / PYODIDE, _COMPILE, trees, [library, *places])


def _make_files(folder: Path, trees: Path, cache: Path, steps: Steps) -> None:
    """Compile what is ours, and write the files of the site."""
    node, info = find_node(), _info(trees)
    with tempfile.TemporaryDirectory(dir=cache, prefix=_PARTIAL) as temporary:
        own = Path(temporary)
        copy_own(own)
        steps.begin("compiling wslab")
        place = _PACKAGES.format(_python(info))
        places = [f"{name}={place}" for name in own_files()]
        run_in_pyodide(node, trees / PYODIDE, _COMPILE, own, places)
        core = [own / CORE, trees / CORE]
        within = [str(it.relative_to(cache)) for it in core]
        imported = run_in_pyodide(
            node, trees / PYODIDE, _IMPORTED, cache, [*within, "--", *AT_START]
        )
        steps.begin("packing")
        used = _used(imported.splitlines(), cache, trees, info)
        _write(folder, trees, own, used, info)


def _used(
    imported: list[str], cache: Path, trees: Path, info: dict[str, str]
) -> Callable[[Path], bool]:
    """Return whether a module belongs to the start, as a function of its path."""
    library = _ZIP.format(_python(info).replace(".", "")) + "/"
    paths = {
        trees / STDLIB / it.removeprefix(library)
        if it.startswith(library)
        else cache / it
        for it in imported
    }
    return paths.__contains__


def _write(
    folder: Path,
    trees: Path,
    own: Path,
    at_start: Callable[[Path], bool],
    info: dict[str, str],
) -> None:
    """Write all files and the manifest."""
    contents = {it: (trees / PYODIDE / it).read_bytes() for it in MODULES}
    interpreter = f"pyodide.{_digest(*contents.values())[:_HASH]}/"
    files = {
        name: _store(folder, f"{interpreter}{name}", content)
        for name, content in contents.items()
    }
    library = as_zip(trees / STDLIB, at_start)
    files[STDLIB] = _store(folder, _hashed(STDLIB, library, ".zip"), library)
    bundles = {}
    for bundle in BUNDLES:
        roots = [it for it in (own / bundle.name, trees / bundle.name) if it.is_dir()]

        def is_compiled(path: Path, core: bool = bundle.name == CORE) -> bool:
            return not core or path.is_relative_to(own) or at_start(path)

        content = as_tar(roots, is_compiled)
        bundles[bundle.name] = {
            **_store(folder, _hashed(bundle.name, content, ".tgz"), content),
            "imports": bundle.imports,
            "needs": bundle.needs,
        }
    manifest = {
        "pyodide": interpreter,
        "info": info,
        "files": files,
        "bundles": bundles,
    }
    text = json.dumps(manifest, indent=1).encode()
    _store(folder, _hashed("manifest", text, ".json"), text)


def _store(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    """Write a file; return what the manifest says of it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    digest = b64encode(sha256(content).digest()).decode()
    return {"file": name, "size": len(content), "sha256": f"sha256-{digest}"}


def _hashed(name: str, content: bytes, suffix: str) -> str:
    return f"{name}.{_digest(content)[:_HASH]}{suffix}"


def _info(trees: Path) -> dict[str, str]:
    lock = json.loads((trees / PYODIDE / "pyodide-lock.json").read_text())
    info: dict[str, str] = lock["info"]
    return info


def _python(info: dict[str, str]) -> str:
    return info["python"].rpartition(".")[0]


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Yield a folder to fill, which replaces all older ones once it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_PARTIAL) as temporary:
        fresh = Path(temporary, "fresh")
        fresh.mkdir()
        yield fresh
        for older in folder.parent.iterdir():
            if older != folder and not older.name.startswith(_PARTIAL):
                shutil.rmtree(older, ignore_errors=True)
        # Another build may have made the same meanwhile.
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def _contents(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        yield str(path.relative_to(PACKAGE)).encode()
        yield path.read_bytes()


def _digest(*parts: bytes) -> str:
    whole = sha256()
    for part in parts:
        whole.update(sha256(part).digest())
    return whole.hexdigest()
