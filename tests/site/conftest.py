"""Sites built from notebooks that the tests write, by the project's own mkdocs.yml."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from .sample import everything, other

ROOT = Path(__file__).parents[2]
HOME = (
    "# Home\n\n<!-- ladder: 01-sample -->\n\n[A link](chapters/01-sample.ipynb#tags)\n"
    "\nProven: {{ proof.F33 | default('') }}\n"
)

ALONE = {
    "NO_MKDOCS_2_WARNING": "1",
    "ATLAS_PAGES": "false",
    "LIVE_ASSETS": "false",
}
"""Environment of a build of chapters that has nothing else on its site."""

Write = Callable[..., "Project"]


@dataclass
class Project:
    """A project with notebooks and pages of its own, and its site once it is built."""

    directory: Path

    @property
    def site(self) -> Path:
        return self.directory / "site"

    def html(self, page: str) -> str:
        """A built page by its address."""
        return (self.site / page / "index.html").read_text()

    def sections(self) -> dict[str, str]:
        """The text of each section of the search index by its location."""
        index = json.loads((self.site / "search" / "search_index.json").read_text())
        return {entry["location"]: entry["text"] for entry in index["docs"]}

    def build(
        self, *, timeout: float = 600, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a strict build; returns whatever came of it."""
        command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
        return subprocess.run(
            command,
            cwd=self.directory,
            env={**os.environ, **ALONE, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )


def write_project(
    directory: Path, notebooks: dict[str, nbformat.NotebookNode], home: str = HOME
) -> Project:
    """Write a project that has the project's configuration and styles."""
    configuration = {
        "INHERIT": str(ROOT / "mkdocs.yml"),
        "nav": ["index.md", {"Chapters": "chapters/"}],
        "watch": [],
    }
    (directory / "notebooks").mkdir(parents=True)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, directory / "notebooks" / f"{name}.ipynb")
    for part in ("overrides", "scripts", "styles"):
        shutil.copytree(ROOT / "site_src" / part, directory / "site_src" / part)
    shutil.copy(ROOT / "site_src" / "service-worker.js", directory / "site_src")
    (directory / "site_src" / "index.md").write_text(home)
    (directory / "mkdocs.yml").write_text(json.dumps(configuration))
    return Project(directory)


def once(directory: Path, make: Callable[[Path], None]) -> Path:
    """Make a directory's contents in whichever xdist worker comes first."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "made").exists():
            make(directory)
            (directory / "made").touch()
    return directory


def shared(factory: pytest.TempPathFactory) -> Path:
    """A temporary directory that all xdist workers of this run have in common."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def build_own(directory: Path) -> None:
    """Build the project's own site into `directory`, with what its cache holds.

    A build that hangs says, at its end, where each of its threads was.
    """
    command = [sys.executable, "-X", "faulthandler", "-m", "mkdocs", "build"]
    built = subprocess.Popen(
        [*command, "--strict", "-d", directory / "site"],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, told = built.communicate(timeout=700)
    except subprocess.TimeoutExpired:
        built.send_signal(signal.SIGABRT)
        _, told = built.communicate()
    assert built.returncode == 0, told[-20_000:]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a project into the test's directory."""

    def write(
        notebooks: dict[str, nbformat.NotebookNode], home: str = "# Home\n"
    ) -> Project:
        return write_project(tmp_path / "project", notebooks, home)

    return write


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The built site of the sample chapters."""
    directory = tmp_path_factory.mktemp("sample") / "project"
    project = write_project(directory, {"01-sample": everything(), "02-other": other()})
    built = project.build()
    assert built.returncode == 0, built.stderr
    return project


@pytest.fixture(scope="session")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own site, built once in a run of the tests."""
    cache = ROOT / ".cache" / "notebooks"
    cache.mkdir(parents=True, exist_ok=True)
    # tests/notebooks/test_troubleshooting.py executes chapters into the same cache.
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return once(shared(tmp_path_factory) / "own", build_own) / "site"
