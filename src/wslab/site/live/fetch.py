"""Get what is pinned from npm and PyPI, with their own clients, once.

Where the registries are, the clients' own configuration says.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256, sha512
from pathlib import Path

from wslab.site.live.node import Node
from wslab.site.live.pins import Package, Pin
from wslab.site.live.unavailable import Unavailable


def fetch_package(package: Package, directory: Path, node: Node) -> Path:
    """Return npm's archive of a package, fetched unless the directory has it.

    Raises:
        Unavailable: it cannot be had, or is not what the lock file pins.
    """
    path = directory / f"{package.name}-{package.version}.tgz"
    if path.is_file() and _integrity(path) == package.integrity:
        return path
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as fresh:
        command = [*node.npm, "pack", f"{package.name}@{package.version}"]
        _run([*command, "--ignore-scripts", "--no-update-notifier"], fresh, "npm")
        (fetched,) = Path(fresh).iterdir()
        if _integrity(fetched) != package.integrity:
            raise Unavailable(
                f"npm's {package.name} {package.version} is not what the lock file pins"
            )
        fetched.replace(path)
    return path


def fetch_wheels(
    pins: Sequence[Pin], directory: Path, python: str, platforms: Sequence[str]
) -> list[Path]:
    """Return a wheel for each pin, in order; fetch those that the directory lacks.

    Args:
        pins: of the distributions.
        directory: where wheels are kept.
        python: the version that they are for, as in "3.14".
        platforms: the platforms' tags; that of pure Python is "any".

    Raises:
        Unavailable: one cannot be had.
    """
    directory.mkdir(parents=True, exist_ok=True)
    kept = {_sha256(it): it for it in sorted(directory.glob("*.whl"))}
    missing = [it for it in pins if not kept.keys() & set(it.hashes)]
    if missing:
        with tempfile.TemporaryDirectory(dir=directory) as fresh:
            _download(missing, Path(fresh), python, platforms)
            for wheel in sorted(Path(fresh).glob("*.whl")):
                digest = _sha256(wheel)
                kept[digest] = wheel.replace(directory / wheel.name)
    return [next(kept[it] for it in pin.hashes if it in kept) for pin in pins]


def _download(
    pins: Sequence[Pin], directory: Path, python: str, platforms: Sequence[str]
) -> None:
    requirements = directory / "requirements.txt"
    requirements.write_text("\n".join(it.requirement() for it in pins) + "\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--python-version={python}", f"--abi=cp{python.replace('.', '')}"]
    command += [f"--platform={it}" for it in platforms]
    command += [f"--dest={directory}", f"--requirement={requirements}"]
    _run(command, str(directory), "pip")


def _run(command: Sequence[str], directory: str, what: str) -> None:
    """Run a client; raises Unavailable with the last line that it says."""
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if run.returncode:
        errors = [it for it in run.stderr.splitlines() if "error" in it.lower()]
        said = (errors or run.stderr.splitlines() or [f"exit {run.returncode}"])[0]
        raise Unavailable(f"{what}: {said.strip()}")


def _integrity(path: Path) -> str:
    return f"sha512-{b64encode(sha512(path.read_bytes()).digest()).decode()}"


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
