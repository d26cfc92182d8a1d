"""What is fetched, pinned by the two lock files that the project has anyway.

So a page runs the versions that the kernels ran, and `make lock` raises both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wslab.site.live.unavailable import Unavailable

PYTHON_LOCK = "requirements.lock"
NPM_LOCK = "frontend/package-lock.json"

_PIN = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+).*?(?=^\S|\Z)", re.M | re.S
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One distribution of PyPI: a version, and the SHA-256 of each of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def requirement(self) -> str:
        """Return the lines of a requirements file, which name no host."""
        hashes = (f"--hash=sha256:{it}" for it in self.hashes)
        return " \\\n    ".join([f"{self.name}=={self.version}", *hashes])


@dataclass(frozen=True)
class Package:
    """One package of npm: a version, and its integrity (`sha512-` and base64)."""

    name: str
    version: str
    integrity: str


def pins(root: Path, names: Iterable[str]) -> list[Pin]:
    """Return the pins of distributions in the project's requirements.lock.

    Raises:
        Unavailable: there is no such file, or it lacks one.
    """
    text = _read(root / PYTHON_LOCK)
    found = {it["name"]: it for it in _PIN.finditer(text)}
    return [_pin(name, found.get(name)) for name in names]


def _pin(name: str, found: re.Match[str] | None) -> Pin:
    if found is None:
        raise Unavailable(f"{PYTHON_LOCK} does not pin {name}")
    return Pin(name, found["version"], tuple(_HASH.findall(found[0])))


def package(root: Path, name: str) -> Package:
    """Return the pin of a package in frontend/package-lock.json.

    Raises:
        Unavailable: there is no such file, or it lacks the package.
    """
    locked = json.loads(_read(root / NPM_LOCK))["packages"]
    entry = locked.get(f"node_modules/{name}")
    if entry is None:
        raise Unavailable(f"{NPM_LOCK} does not pin {name}")
    return Package(name, entry["version"], entry["integrity"])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from None
