"""The repository's address, as far as a page may tell it."""

import re
import subprocess
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_SCP = re.compile(r"(?:[^@/:]+@)?([^@/:]+):(?!//|:)/?(.+)")
_PRIVATE = ("corp", "home", "internal", "intranet", "lan", "local", "localdomain")
"""Top-level names of local networks; a name without a dot is one of theirs, too."""


def without_secrets(address: str) -> str:
    """Return an address without user, password, query and fragment."""
    parts = urlsplit(address)
    return urlunsplit(
        (parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")
    )


def origin(directory: Path) -> str | None:
    """Return the https address of a checkout's origin.

    None without git or an origin, and for one that readers cannot reach: a path of
    this machine, a host of a local network.
    """
    git = ("git", "-C", str(directory), "remote", "get-url", "origin")
    with suppress(OSError, subprocess.SubprocessError):
        run = subprocess.run(
            git, capture_output=True, text=True, timeout=10, check=True
        )
        return _public(run.stdout.strip())
    return None


def _public(address: str) -> str | None:
    if scp := _SCP.fullmatch(address):
        address = f"ssh://{scp[1]}/{scp[2]}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https", "ssh"} or not _is_public(host):
        return None
    if port and parts.scheme == "http":
        return None  # what https would be served at is not known
    at = parts.netloc.rpartition("@")[2] if parts.scheme == "https" else host
    path = parts.path.rstrip("/").removesuffix(".git")
    return urlunsplit(("https", at, path, "", "")) if path else None


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global and ":" not in host
    except ValueError:
        _, dot, last = host.rpartition(".")
        return bool(dot) and last not in _PRIVATE
