"""The chapter that `wslab new` starts passes `make test` and `make lint` as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME, MODULE = "12-binary-frames", "binary_frames"
TESTS = [
    f"test_style.py::test_the_style_of_each_chapter[{NAME}]",
    f"test_ways.py::test_all_cells_queued_interrupted_and_queued_again[{NAME}]",
    f"test_downloads.py::test_each_application[{NAME}-{MODULE}.py]",
    "test_downloads.py::test_names_are_unique",
]
"""What is run over each chapter, as it is called for the new one."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project, of what git knows of."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in listed.rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, module: str, *arguments: str) -> str:
    """Run a module on the copy, with the package that is there; what it writes."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.timeout(400)
def test_a_new_chapter_passes(copy: Path):
    run(copy, "wslab.cli", "new", NAME)
    options = ("-n0", "--no-header", "-v", "-p", "no:cacheprovider")
    selected = ("-k", f"{NAME} or test_names_are_unique", "tests/notebooks")
    log = run(copy, "pytest", *options, *selected)
    assert [it for it in TESTS if f"/{it} PASSED" not in log] == []
    notebook = f"notebooks/{NAME}.ipynb"
    run(copy, "nbstripout", "--verify", "--keep-id", notebook)
    run(copy, "ruff", "check", notebook)
    run(copy, "ruff", "format", "--check", notebook)
